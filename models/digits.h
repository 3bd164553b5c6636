// What our networks for handwritten digits have in common.
#pragma once
#include "formats/model_builder.h"

namespace lentil::models {

// Ends the definition of a network on 1x28x28: labels "0" to "9", mean and deviation of MNIST's pixels, and
// the recipe that says so.
formats::ModelFile digits(formats::ModelBuilder builder);

}  // namespace lentil::models
