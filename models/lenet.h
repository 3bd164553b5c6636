#pragma once
#include "formats/model_file.h"

namespace lentil::models {

// The digit classifier of PyTorch's well-known MNIST tutorial: two 5x5 convolutions with pooling, dropout,
// two linear layers; 21,840 parameters, 1x28x28 in, log-probabilities of the digits out. Weights are zeros.
formats::ModelFile lenet();

}  // namespace lentil::models
