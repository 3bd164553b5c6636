// How pixels become a network's input, in one word: what no weight file and few networks say of themselves.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "formats/host/outcome.h"
#include "formats/model_file.h"
#include "runtime/prepare.h"

namespace lentil::formats {

// The parts of an input line, in the order in which they are applied to a picture of 28x28 pixels.
struct InputLine {
  Fit fit{};                         // before the numbers are scaled
  float mean = 0, std = 1;           // input = (pixel / 255 - mean) / std
  std::uint32_t padding_after = 0;   // zeros on each side of what was scaled
  LayerType pool = LayerType::relu;  // max_pool2d or avg_pool2d: 2x2, the last part; relu: none
  bool colours = false;              // the grey channel becomes red, green and blue
  bool resized = false;              // fit names a size to resize to, `side`
  std::uint32_t side = 0;
};

// Parts with + between them:
//   div255           pixel / 255                     norm(M,S) or M,S   (pixel / 255 - M) / S
//   raw              0 to 255                        binT-O             1 - O where pixel / 255 > T, else -O
//   padN             N zeros on each side, here      resizeN            NxN, as Pillow's bilinear resize
//   mean2, max2      2x2 means or maxima             rgb                three equal channels
// Failures name the part and list these.
Outcome<InputLine> parse_input_line(std::string_view line);

// What a network sees of a picture of 28x28 pixels, in front of all its layers.
Shape network_input(const InputLine& line);

// The same in words: "(pixel / 255 - 0.1307) / 0.3081".
std::string input_text(const InputLine& line);

// Makes `file` take pictures so. Its input must be what the line gives of 28x28 pixels, or of the size that
// goes with its own: a Failure says which sizes do not agree. Padding behind the scaling becomes that of the
// first convolutions, a pool a layer in front.
Outcome<std::monostate> set_input(ModelFile& file, const InputLine& line);

// Constants that the network adds to its input, or multiplies it with, become part of its normalization, up
// to roundings: so it is one step for the kernels, and for people.
void absorb_scaling(ModelFile& file);

// Whether it begins with such constants; and whether they make small numbers of pixels from 0 to 255.
bool has_scaling(const ModelFile& file);
bool scales_pixels(const ModelFile& file);

// The network sees 255 - pixel, dark ink on white as on paper.
void invert_input(ModelFile& file);

// A layer in front of all others, which takes the network's input.
void prepend(ModelFile& file, LayerData layer);

}  // namespace lentil::formats
