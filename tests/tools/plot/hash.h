// What a drawing becomes, in one number: FNV-1a 64. Of the pixels, not of the PNG file: zlib has versions.
#pragma once
#include <cstdint>

#include "tools/plot/raster.h"
#include "tools/plot/svg.h"

namespace lentil::test {

template <class Bytes>
std::uint64_t fnv(const Bytes& bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const auto byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return hash;
}

inline std::uint64_t text_hash(const plot::Drawing& drawing) { return fnv(plot::to_svg(drawing)); }
inline std::uint64_t image_hash(const plot::Drawing& drawing) { return fnv(plot::to_image(drawing).pixels); }

}  // namespace lentil::test
