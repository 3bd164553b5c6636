// Orders of elements: TensorFlow's, with the channels last, and ours.
#pragma once
#include <cstdint>
#include <vector>

#include "formats/import/tf_network.h"

namespace lentil::formats {

// The constant as our layers take it: one value, one for each channel, or one for each element in our order.
// A mistake of `network` if it cannot be broadcast to the value's sizes.
std::vector<float> broadcast(const TfValue& value, const std::vector<std::uint32_t>& sizes,
                             const Elements& constant, TfNetwork& network, const std::string& layer);

bool is_permutation_of(const std::vector<std::size_t>& axes, std::size_t count);

}  // namespace lentil::formats
