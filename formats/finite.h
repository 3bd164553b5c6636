// Numbers in files that are no numbers.
#pragma once
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace lentil::formats {

// The place of the first NaN or infinity, or the size. Looks at the exponent's bits, so that no
// compiler option can optimise it away.
inline std::size_t first_non_finite(std::span<const float> values) {
  constexpr std::uint32_t kExponent = 0x7F800000;
  const auto at = std::find_if(values.begin(), values.end(), [](float value) {
    return (std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent;
  });
  return static_cast<std::size_t>(at - values.begin());
}

inline bool all_finite(std::span<const float> values) { return first_non_finite(values) == values.size(); }

}  // namespace lentil::formats
