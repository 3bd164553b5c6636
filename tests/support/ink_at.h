// A drawing's ink between its pixels.
#pragma once
#include <cmath>
#include <cstdint>
#include <span>

#include "formats/host/synth.h"

namespace lentil::test {

// Bilinear, from 0 to 255, in a drawing of draw_digit()'s size; (0, 0) is the first pixel's middle. Nothing
// lies around it.
inline double ink_at(std::span<const std::uint8_t> pixels, double x, double y) {
  constexpr int kSide = formats::kSynthSide;
  const double left = std::floor(x), top = std::floor(y);
  double sum = 0;
  for (const double py : {top, top + 1}) {
    for (const double px : {left, left + 1}) {
      if (px < 0 || py < 0 || px >= kSide || py >= kSide) continue;
      const auto at = static_cast<std::size_t>(py) * kSide + static_cast<std::size_t>(px);
      sum += (1 - std::abs(x - px)) * (1 - std::abs(y - py)) * pixels[at];
    }
  }
  return sum;
}

}  // namespace lentil::test
