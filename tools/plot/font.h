// The letters of PNG files: cells of a grid, joined by strokes when they are drawn.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace lentil::plot {

inline constexpr std::uint32_t kGlyphRows = 9, kBaseRow = 6;  // rows below the base row hang down
inline constexpr double kGlyphGap = 1;                        // columns between two letters
inline constexpr double kCellsPerSize = 11;                   // a font of this size has cells of one pixel

struct Glyph {
  std::uint32_t width = 0;                      // columns in use, at most 5
  std::array<std::uint8_t, kGlyphRows> rows{};  // bit c: column c

  bool at(int row, int column) const {
    return row >= 0 && row < static_cast<int>(kGlyphRows) && column >= 0 && column < 5 &&
           ((rows[static_cast<std::size_t>(row)] >> column) & 1) != 0;
  }
};

// ASCII; a box for everything else.
Glyph glyph_of(char32_t character);

// The code points of UTF-8; U+FFFD for what is none, and for control characters.
std::u32string characters(std::string_view text);

}  // namespace lentil::plot
