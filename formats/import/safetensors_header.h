// The front of a safetensors file: which tensors lie where.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/host/outcome.h"

namespace lentil::formats {

inline constexpr std::size_t kMostSafetensors = 16'384;  // tensors of a file
inline constexpr std::size_t kMostSafetensorsRank = 8;
inline constexpr std::size_t kMostSafetensorsMetadata = 256;  // entries that are kept

struct SafetensorsEntry {
  std::string name, dtype;
  std::vector<std::uint32_t> shape;
  std::uint64_t begin = 0, end = 0;  // bytes from the end of the header
};

struct SafetensorsHeader {
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<SafetensorsEntry> tensors;  // in the header's order
};

// Takes nothing but what the format knows: no other keys, nothing nested deeper, no key twice. Its memory
// grows with what is kept alone.
Outcome<SafetensorsHeader> parse_safetensors_header(std::string_view json);

}  // namespace lentil::formats
