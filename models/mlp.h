#pragma once
#include "formats/model_file.h"

namespace lentil::models {

// Two hidden layers with ReLU, 784-128-64-10; 109,386 parameters, no dropout.
formats::ModelFile mlp();

}  // namespace lentil::models
