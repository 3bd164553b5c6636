#pragma once
#include "formats/model_file.h"

namespace lentil::models {

// LeNet-5 as in 1998: tanh and average pooling where lenet5() has ReLU and max-pooling; 61,706 parameters.
formats::ModelFile lenet5_tanh();

}  // namespace lentil::models
