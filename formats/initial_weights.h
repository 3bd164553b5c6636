#pragma once
#include <cstdint>

#include "formats/model_file.h"

namespace lentil::formats {

// Draws the weights and biases of convolutions and linear layers as PyTorch does by default: uniform in
// [-b, b) with b = 1 / sqrt(inputs of one output). The numbers depend on the seed, the layer's index and the
// element's alone. Other layers keep theirs.
void initialize(ModelFile& file, std::uint64_t seed);

}  // namespace lentil::formats
