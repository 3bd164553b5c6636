#include "tests/robustness/changes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "tests/support/dice.h"
#include "tests/support/ink_at.h"

namespace lentil::test {
namespace {

// From the canvas back to the digit.
struct Placing {
  double shift_x, shift_y, scale, tangent, middle;

  double ink(std::span<const std::uint8_t> pixels, std::uint32_t x, std::uint32_t y) const {
    const double row = (y - middle - shift_y) / scale;
    const double column = (x - middle - shift_x) / scale + tangent * row;
    return ink_at(pixels, column + (formats::kSynthSide - 1) / 2.0, row + (formats::kSynthSide - 1) / 2.0);
  }
};

double uniform(Dice& dice, double low, double high) {
  return dice.uniform(static_cast<float>(low), static_cast<float>(high));
}

}  // namespace

std::span<const Change> changes() {
  static const std::array<Change, 7> all{{{.name = "as they are"},
                                          {.name = "shifted by up to 5 px", .shift = 5},
                                          {.name = "0.6 to 1.4 times as large, on 56x56",
                                           .side = 56,
                                           .shift = 6,
                                           .least_scale = 0.6,
                                           .most_scale = 1.4},
                                          {.name = "slanted by up to 20 degrees", .slant = 20},
                                          {.name = "black on white", .paper = true},
                                          {.name = "all of these, on 64x64",
                                           .side = 64,
                                           .shift = 10,
                                           .least_scale = 0.6,
                                           .most_scale = 1.4,
                                           .slant = 20,
                                           .paper = true},
                                          {.name = "pencil on paper in a shadow, on 96x96",
                                           .side = 96,
                                           .shift = 12,
                                           .least_scale = 1.5,
                                           .most_scale = 2.5,
                                           .shadow = true}}};
  return all;
}

formats::Image changed(const Change& change, std::span<const std::uint8_t> pixels, std::uint32_t sample) {
  Dice dice(sample + 1);
  const double degrees = uniform(dice, -change.slant, change.slant);
  const Placing placing{.shift_x = uniform(dice, -change.shift, change.shift),
                        .shift_y = uniform(dice, -change.shift, change.shift),
                        .scale = uniform(dice, change.least_scale, change.most_scale),
                        .tangent = std::tan(degrees * std::numbers::pi / 180),
                        .middle = (change.side - 1) / 2.0};
  formats::Image image{.width = change.side, .height = change.side};
  image.pixels.reserve(std::size_t{change.side} * change.side);
  for (std::uint32_t y = 0; y < change.side; ++y) {
    for (std::uint32_t x = 0; x < change.side; ++x) {
      double value = placing.ink(pixels, x, y);
      if (change.paper) value = 255 - value;
      if (change.shadow) {
        const double paper = 235 - 110.0 * (x + y) / (2 * change.side);
        value = paper * (1 - 0.5 * value / 255) + uniform(dice, -5, 5);
      }
      image.pixels.push_back(static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0))));
    }
  }
  return image;
}

}  // namespace lentil::test
