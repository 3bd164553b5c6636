// Floats of 16 bits, as other programs store weights, exactly.
#pragma once
#include <bit>
#include <cstdint>

namespace lentil::formats {

inline float from_bfloat16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

inline float from_half(std::uint16_t bits) {
  constexpr float kRescale = 0x1p112f;  // the exponents' biases differ: 127 - 15
  const std::uint32_t sign = std::uint32_t{bits & 0x8000u} << 16;
  const std::uint32_t magnitude = std::uint32_t{bits & 0x7FFFu} << 13;
  constexpr std::uint32_t kInfinity = 0x7C00u << 13;
  // Denormal halves become normal floats by the product; infinities and NaNs keep their bits.
  const float value = magnitude >= kInfinity ? std::bit_cast<float>(magnitude | 0x7F800000u)
                                             : std::bit_cast<float>(magnitude) * kRescale;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) | sign);
}

}  // namespace lentil::formats
