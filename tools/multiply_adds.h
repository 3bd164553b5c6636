// How much work a network is, as textbooks count it: nothing is left out because something is zero.
#pragma once
#include <cstdint>
#include <vector>

#include "runtime/model.h"

namespace lentil::tools {

// Products of a weight of a Conv2d or Linear with an input, for one image and each layer. The model's layers
// must fit together.
std::vector<std::uint64_t> layer_multiply_adds(const Model& model);

std::uint64_t multiply_adds(const Model& model);  // of one image

// Of one image in a training step of all layers: the same forward and for the weights' gradients, and once
// more for the gradient of an input that depends on weights.
std::uint64_t training_multiply_adds(const Model& model);

}  // namespace lentil::tools
