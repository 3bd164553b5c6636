// FNV-1a 64 (Fowler, Noll, Vo) over float32 values as little-endian bytes; -0 counts as +0.
#pragma once
#include <bit>
#include <cstdint>
#include <span>

namespace lentil {

inline constexpr std::uint64_t kHashStart = 0xcbf29ce484222325ull;

inline std::uint64_t hash_floats(std::uint64_t hash, std::span<const float> values) {
  for (const float value : values) {
    const auto bits = std::bit_cast<std::uint32_t>(value + 0.0f);
    for (unsigned shift = 0; shift < 32; shift += 8) {
      hash = (hash ^ ((bits >> shift) & 0xffu)) * 0x100000001b3ull;
    }
  }
  return hash;
}

}  // namespace lentil
