// From a prepared picture to an input of another size.
#pragma once
#include "runtime/prepare.h"
#include "runtime/prepare/plane.h"

namespace lentil::preparation {

inline constexpr std::uint32_t kMostFittedSide = 4096;  // of both pictures

struct ReadOnlyPlane {
  const std::uint8_t* data = nullptr;
  int width = 0, height = 0;
};

// Bilinear with area support, to the last bit as Pillow's Image.resize(..., BILINEAR) does it with 8 bits:
// first along the rows, then along the columns, each rounded. `rows` has from.height * to.width values.
void resize(const ReadOnlyPlane& from, const Plane& to, std::uint8_t* rows);

// `from` with its first pixel at (left, top), and zeros around it.
void pad(const ReadOnlyPlane& from, int left, int top, const Plane& to);

}  // namespace lentil::preparation
