#pragma once
#include "formats/model_file.h"

namespace lentil::models {

// Today's network of pytorch/examples' MNIST example: two 3x3 convolutions, one pool, two linear layers,
// dropout; 1,199,882 parameters. Weights are zeros.
formats::ModelFile mnist_new();

}  // namespace lentil::models
