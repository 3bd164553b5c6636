// How each digit is written: strokes of a pen as control points, several ways for most digits.
#pragma once
#include <cstdint>
#include <span>

namespace lentil::formats {

// A stroke starts at its first point, ends at its last and is drawn to the points between as a quadratic
// B-spline; it reaches a corner exactly and turns there. x to the right, y down; a digit is about 1 high.
struct PenPoint {
  double x = 0, y = 0;
  bool corner = false;
};

struct Glyph {
  std::uint32_t weight = 1;  // how often, relative to the other forms of the digit
  std::span<const std::span<const PenPoint>> strokes;
};

struct DigitShapes {
  std::span<const Glyph> glyphs;
  double narrowest = 1, widest = 1;  // factors of the width that leave the digit what it is
};

inline constexpr std::size_t kMostStrokes = 2;
inline constexpr std::size_t kMostStrokePoints = 12;

const DigitShapes& shapes_of(std::uint32_t digit);

}  // namespace lentil::formats
