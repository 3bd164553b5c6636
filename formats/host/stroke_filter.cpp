#include "formats/host/stroke_filter.h"

#include <algorithm>

namespace lentil::formats {
namespace {

// Three rows around a pixel.
struct Rows {
  const std::uint8_t *above, *here, *below;
};

// Calls pixel(rows, left, x, right) for each column of the row.
template <class Pixel>
void filter_row(const Rows& rows, std::uint32_t width, std::uint8_t* out, Pixel pixel) {
  const std::uint32_t last = width - 1;
  out[0] = pixel(rows, 0u, 0u, std::min(1u, last));
  for (std::uint32_t x = 1; x < last; ++x) out[x] = pixel(rows, x - 1, x, x + 1);
  if (last > 0) out[last] = pixel(rows, last - 1, last, last);
}

template <class Pixel>
void filter(Plane plane, std::span<const std::uint8_t> image, std::span<std::uint8_t> out, Pixel pixel) {
  for (std::uint32_t y = 0; y < plane.height; ++y) {
    const auto row = [&](std::uint32_t at) { return image.data() + std::size_t{at} * plane.width; };
    const Rows rows{row(y == 0 ? 0 : y - 1), row(y), row(std::min(y + 1, plane.height - 1))};
    filter_row(rows, plane.width, out.data() + std::size_t{y} * plane.width, pixel);
  }
}

// Dark is bright under the mask 255, and thinning is thickening of the dark.
template <std::uint8_t Mask>
void grow(Plane plane, std::uint32_t amount, std::span<const std::uint8_t> image,
          std::span<std::uint8_t> out) {
  const int share = static_cast<int>(amount);
  filter(plane, image, out, [share](const Rows& r, std::uint32_t left, std::uint32_t x, std::uint32_t right) {
    const auto at = [](const std::uint8_t* row, std::uint32_t column) { return row[column] ^ Mask; };
    const int centre = at(r.here, x);
    const int side =
        std::max(std::max(at(r.above, x), at(r.below, x)), std::max(at(r.here, left), at(r.here, right)));
    const int corner = std::max(std::max(at(r.above, left), at(r.above, right)),
                                std::max(at(r.below, left), at(r.below, right)));
    // A pixel away along the diagonal: 181 / 256 of the way to the corner.
    const int round = centre + ((corner - centre) * 181 >> 8);
    const int grown = std::max(std::max(centre, side), round);
    return static_cast<std::uint8_t>((centre + ((grown - centre) * share >> 8)) ^ Mask);
  });
}

}  // namespace

void thicken(Plane plane, std::uint32_t amount, std::span<const std::uint8_t> image,
             std::span<std::uint8_t> out) {
  grow<0>(plane, amount, image, out);
}

void thin(Plane plane, std::uint32_t amount, std::span<const std::uint8_t> image,
          std::span<std::uint8_t> out) {
  grow<255>(plane, amount, image, out);
}

void soften(Plane plane, std::uint32_t amount, std::span<const std::uint8_t> image,
            std::span<std::uint8_t> out) {
  const int share = static_cast<int>(amount);
  filter(plane, image, out, [share](const Rows& r, std::uint32_t left, std::uint32_t x, std::uint32_t right) {
    const auto column = [&r](std::uint32_t at) { return r.above[at] + 2 * r.here[at] + r.below[at]; };
    const int mean16 = column(left) + 2 * column(x) + column(right);
    const int centre = r.here[x];
    return static_cast<std::uint8_t>((centre * 16 * 256 + (mean16 - centre * 16) * share + 2048) >> 12);
  });
}

}  // namespace lentil::formats
