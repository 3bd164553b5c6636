#pragma once
#include "formats/model_file.h"

namespace lentil::models {

// An earlier network of pytorch/examples' MNIST example (today's is mnist_new()): two 5x5 convolutions with
// ReLU and max-pooling, two linear layers; 431,080 parameters. Weights are zeros.
formats::ModelFile mnist_old();

}  // namespace lentil::models
