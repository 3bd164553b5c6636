// Numbers that C++ and Python (formula.py) make alike, so that golden values need neither data nor weights in
// the tree. A stream is one tensor's; every float is a multiple of 2^-23, hence exact.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lentil::golden {

// The 32-bit mixer "lowbias32" by Chris Wellons.
constexpr std::uint32_t formula_bits(std::uint32_t stream, std::uint32_t index) {
  std::uint32_t x = stream * 0x9e3779b9u + index;
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

// In [-1, 1).
constexpr float formula_float(std::uint32_t stream, std::uint32_t index) {
  return static_cast<float>(formula_bits(stream, index) >> 8) * 0x1p-23f - 1.0f;
}

template <class T = float>
std::vector<T> formula_values(std::uint32_t stream, std::size_t count, float bound = 1) {
  std::vector<T> values;
  for (std::uint32_t i = 0; i < count; ++i)
    values.push_back(static_cast<T>(formula_float(stream, i) * bound));
  return values;
}

}  // namespace lentil::golden
