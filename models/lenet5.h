#pragma once
#include "formats/model_file.h"

namespace lentil::models {

// The shape of LeCun's LeNet-5 of 1998 with today's parts: two 5x5 convolutions with ReLU and max-pooling,
// three linear layers; 61,706 parameters, 1x28x28 in, log-probabilities of the digits out. Weights are zeros.
formats::ModelFile lenet5();

// As in 1998: tanh and average pooling where lenet5() has ReLU and max-pooling.
formats::ModelFile lenet5_tanh();

}  // namespace lentil::models
