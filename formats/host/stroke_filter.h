// Filters of 3x3 pixels on one plane of bytes, in whole numbers. Behind the border the plane repeats it.
#pragma once
#include <cstdint>
#include <span>

namespace lentil::formats {

struct Plane {
  std::uint32_t height, width;
};

// Each moves `out` from the image (amount 0) to the filtered image (amount 256). The spans hold one plane and
// do not overlap.
using PlaneFilter = void (*)(Plane plane, std::uint32_t amount, std::span<const std::uint8_t> image,
                             std::span<std::uint8_t> out);

// Bright strokes grow by a pixel on each side, round at their corners.
void thicken(Plane plane, std::uint32_t amount, std::span<const std::uint8_t> image,
             std::span<std::uint8_t> out);
// Bright strokes shrink by a pixel on each side.
void thin(Plane plane, std::uint32_t amount, std::span<const std::uint8_t> image,
          std::span<std::uint8_t> out);
// The mean with binomial weights.
void soften(Plane plane, std::uint32_t amount, std::span<const std::uint8_t> image,
            std::span<std::uint8_t> out);

}  // namespace lentil::formats
