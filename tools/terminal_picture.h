// Small pictures as characters, for terminals.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tools/plot/drawing.h"

namespace lentil::tools {

// Lines that each stand for two rows of pixels and end with a newline: half blocks where a pixel is bright,
// or shades of ASCII for terminals without UTF-8. `pixels`: grey, [height][width].
std::string picture_text(std::span<const std::uint8_t> pixels, std::uint32_t height, std::uint32_t width,
                         bool unicode);

// What a terminal shows shades with.
enum class Shading : std::uint8_t { letters, blocks, colors, true_colors };
// Colours if the terminal shows some and knows half blocks (of 256, or all if COLORTERM says that it has
// them), else blocks, else letters.
Shading terminal_shading();

// A picture of shades as lines of characters, all of the same columns.
struct ShadedPicture {
  std::string lines;  // each ends with a newline
  std::uint32_t columns = 0;
};

// `colors`: [height][width], for terminals with colours; `light`, 0 (dark) to 1, for all others. Small
// pictures are shown larger.
ShadedPicture shaded_picture(std::span<const plot::Rgb> colors, std::span<const double> light,
                             std::uint32_t height, std::uint32_t width, Shading shading);

// A picture and the words below it.
struct CaptionedPicture {
  std::string lines;    // of picture_text
  std::string caption;  // cut off where the picture ends
};

// Pictures of the same size beside each other, as many as fit into the columns, then below.
std::string side_by_side(std::span<const CaptionedPicture> pictures, std::uint32_t picture_columns,
                         std::uint32_t columns);

}  // namespace lentil::tools
