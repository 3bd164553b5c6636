// From a picture of any size to the pixels that a digit network was trained on: ink found, cut out, scaled
// into a box and put where its centre of mass belongs. Integer arithmetic alone: every machine gives the same
// bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "runtime/shape.h"
#include "runtime/status.h"

namespace lentil {

// The value is the number of bytes of a pixel.
enum class PixelFormat : std::uint8_t { grey = 1, grey_alpha = 2, rgb = 3, rgba = 4 };

// Somebody else's pixels, 8 bits per sample.
struct Picture {
  const std::uint8_t* pixels = nullptr;
  std::uint32_t width = 0, height = 0;  // 1 to kMostPictureSide
  std::size_t stride = 0;               // bytes from a row to the next
  PixelFormat format = PixelFormat::grey;
};
inline constexpr std::uint32_t kMostPictureSide = 65'535;

enum class Ink : std::uint8_t { find, dark, light };

// From a prepared picture of one size to an input of another.
struct Fit {
  std::uint32_t height = 0, width = 0;      // of the prepared picture; 0: of the input
  Padding padding{};                        // zeros around it; if there are none, other sizes are resized
  std::optional<std::uint8_t> threshold{};  // pixels above it become 255, the others 0
};

// What a network wants to see: light ink on 0. The defaults are MNIST's.
struct Recipe {
  Ink ink = Ink::find;          // of the picture; dark ink is inverted
  bool crop = true;             // false: the whole picture is scaled, and nothing is looked for
  std::uint32_t box = 20;       // pixels of the ink's longer side, 1 to kMostBox
  float row = 14, column = 14;  // where the ink's centre of mass goes, counted from the first pixel's middle;
                                // from 0 to the prepared picture's height and width
  Fit fit{};
};
inline constexpr std::uint32_t kMostBox = 4096;

// MNIST's proportions for an input of another size.
Recipe digit_recipe(const Shape& input);

// The picture that an input stands for: [1][side][side] if it is flat, as that of a multilayer perceptron.
Shape picture_shape(const Shape& input);

// What was found on the way.
struct Prepared {
  bool dark_ink = false;
  std::uint32_t x = 0, y = 0, width = 0, height = 0;  // of the digit, in the picture's pixels
};

inline constexpr std::size_t kPrepareBytes = 108 * 1024;  // working memory, whatever the picture's size

// What the recipe makes of pictures, and expects of data sets whose pictures are prepared, before it fits
// them into the input: one channel if something is cropped, else as many as the input has.
Shape prepared_shape(const Recipe& recipe, const Shape& input);

// `output` becomes [C][H][W] of `input`, with one channel or three. `memory` needs
// kPrepareBytes and no alignment. Nothing is allocated. The time grows with the picture's pixels, each of
// which is read twice at most (and once more where there is alpha). Errors: arena_too_small, wrong_size (of
// `output`; also if it is empty), bad_picture, no_ink, unsupported_preparation.
Result<Prepared> prepare(const Picture& picture, const Recipe& recipe, const Shape& input,
                         std::span<std::byte> memory, std::span<std::uint8_t> output);

// The last part alone, for pixels of prepared_shape(), or with one channel, which then is that of each
// colour. Resizing is Pillow's bilinear one, bit by bit, and needs as much memory as the prepared picture has
// rows of the input's width. Errors: wrong_size, arena_too_small, unsupported_preparation.
Error fit_picture(std::span<const std::uint8_t> pixels, const Recipe& recipe, const Shape& input,
                  std::span<std::byte> memory, std::span<std::uint8_t> output);

}  // namespace lentil
