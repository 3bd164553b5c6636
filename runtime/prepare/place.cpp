#include "runtime/prepare/place.h"

#include <algorithm>

#include "runtime/prepare/morphology.h"

namespace lentil::preparation {
namespace {

constexpr std::int64_t kOne = 1 << 16;  // fixed point

// Tenths of a pixel of the box: thinner strokes are widened to this.
constexpr int kLeastStroke = 24;

// Usual width of the strokes in tenths of a map's pixel: area against border, for a long thin shape.
int stroke_width(const Plane& mask, const Box& box) {
  int area = 0, border = 0;
  for (int y = box.top; y < box.bottom; ++y) {
    for (int x = box.left; x < box.right; ++x) {
      if (mask.at(x, y) == 0) continue;
      ++area;
      const auto is_open = [&](int nx, int ny) {
        return nx < 0 || ny < 0 || nx >= mask.width || ny >= mask.height || mask.at(nx, ny) == 0;
      };
      border += is_open(x - 1, y) + is_open(x + 1, y) + is_open(x, y - 1) + is_open(x, y + 1);
    }
  }
  // A stroke of any direction has 4/pi of its length as sides of pixels, on each of its two borders.
  return border == 0 ? 0 : 20 * area * 100 / (border * 79);
}

Box ink_box(const Plane& ink) {
  Box box{ink.width, ink.height, 0, 0};
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      if (ink.at(x, y) >= 100) box = join(box, {x, y, x + 1, y + 1});
    }
  }
  return box;
}

struct Centre {
  std::int64_t x, y;  // fixed point, from the map's edge
};
Centre centre_of(const Plane& ink) {
  std::int64_t mass = 0, x_sum = 0, y_sum = 0;
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      mass += ink.at(x, y);
      x_sum += std::int64_t{ink.at(x, y)} * (2 * x + 1);
      y_sum += std::int64_t{ink.at(x, y)} * (2 * y + 1);
    }
  }
  if (mass == 0) return {};
  return {x_sum * kOne / (2 * mass), y_sum * kOne / (2 * mass)};
}

// Mean of the map over an area in fixed point; nothing lies outside.
std::uint8_t mean_over(const Plane& ink, std::int64_t left, std::int64_t top, std::int64_t side) {
  const auto part = [&](std::int64_t begin, int i) {
    return std::min<std::int64_t>(begin + side, (i + 1) * kOne) - std::max<std::int64_t>(begin, i * kOne);
  };
  const auto first = [](std::int64_t begin, int length) {
    return static_cast<int>(std::clamp<std::int64_t>(begin / kOne, 0, length));
  };
  const auto end = [&](std::int64_t begin, int length) {
    return static_cast<int>(std::clamp<std::int64_t>((begin + side + kOne - 1) / kOne, 0, length));
  };
  std::int64_t sum = 0;
  for (int y = first(top, ink.height); y < end(top, ink.height); ++y) {
    std::int64_t row = 0;
    for (int x = first(left, ink.width); x < end(left, ink.width); ++x) row += part(left, x) * ink.at(x, y);
    sum += row / 256 * part(top, y);
  }
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>(sum / (side * side / 256), 0, 255));
}

// The lightest pixels become white, as those of the training images are.
void lighten(const Plane& output) {
  const int most = *std::max_element(output.values().begin(), output.values().end());
  if (most == 0) return;
  for (std::uint8_t& value : output.values())
    value = static_cast<std::uint8_t>((value * 255 + most / 2) / most);
}

}  // namespace

void place_digit(const Plane& ink, const Plane& mask, const Box& box, const Recipe& recipe,
                 std::uint8_t* spare, const Plane& output) {
  Plane from = ink;
  const int width = stroke_width(mask, box),
            least = kLeastStroke * box.longer() / static_cast<int>(recipe.box);
  if (width < least) {
    from = {spare, ink.width, ink.height};
    dilate_round(ink, from, std::min((least - width + 10) / 20, kWorkSide / 8));
  }
  const Box inked = ink_box(from);
  // Of the output, in the map; its area in 256ths is a divisor.
  const auto pixel = std::max<std::int64_t>(inked.longer() * kOne / recipe.box, 16);
  const Centre centre = centre_of(from);
  const auto origin = [&](std::int64_t at, float place) {
    return at - static_cast<std::int64_t>((place + 0.5f) * 256) * pixel / 256;
  };
  const std::int64_t left = origin(centre.x, recipe.column), top = origin(centre.y, recipe.row);
  for (int y = 0; y < output.height; ++y) {
    for (int x = 0; x < output.width; ++x)
      output.at(x, y) = mean_over(from, left + x * pixel, top + y * pixel, pixel);
  }
  lighten(output);
}

}  // namespace lentil::preparation
