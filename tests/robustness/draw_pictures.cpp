// Draws the pictures in examples/pictures: lentil_draw_pictures FOLDER. Digits of our own on paper of many
// kinds.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "formats/host/image.h"
#include "formats/host/synth.h"
#include "tests/support/dice.h"
#include "tests/support/ink_at.h"

namespace {

using namespace lentil;
using Rgb = std::array<int, 3>;

struct Sheet {
  const char* name;
  std::uint32_t digit, sample;  // of synth: a form that reads well
  std::uint32_t width, height;
  double scale, left, top;  // of the 28x28 drawing
  Rgb paper, ink;
  int shadow = 0, noise = 0;  // how much darker the far corner is; of each pixel
  bool ruled = false, frame = false, transparent = false;
};

constexpr std::array<Sheet, 10> kSheets{{
    {"0_marker", 0, 10, 160, 160, 5, 10, 10, {255, 255, 255}, {30, 30, 40}},
    {"1_frame", 1, 11, 150, 130, 3.2, 32, 20, {250, 250, 248}, {50, 50, 60}, 10, 1, false, true},
    {"2_pencil_in_a_shadow", 2, 12, 240, 200, 5, 60, 20, {226, 224, 218}, {120, 118, 116}, 110, 3},
    {"3_blue_pen", 3, 3, 140, 160, 4, 10, 20, {255, 255, 255}, {40, 60, 190}, 25, 1},
    {"4_yellow_note", 4, 14, 160, 150, 4.5, 16, 10, {250, 218, 110}, {70, 60, 60}, 30, 1},
    {"5_chalk", 5, 5, 160, 140, 4.5, 20, 8, {38, 60, 48}, {225, 228, 220}, 10, 3},
    {"6_ruled_paper", 6, 16, 170, 170, 4, 30, 30, {252, 252, 255}, {40, 40, 90}, 20, 1, true},
    {"7_small", 7, 7, 300, 260, 2, 180, 40, {255, 255, 255}, {20, 20, 20}},
    {"8_transparent", 8, 18, 120, 120, 4, 4, 4, {0, 0, 0}, {200, 40, 40}, 0, 0, false, false, true},
    {"9_input_size", 9, 19, 28, 28, 1, 0, 0, {255, 255, 255}, {0, 0, 0}},
}};

using Drawing = std::array<std::uint8_t, formats::kSynthPixels>;

// Of what is printed on the paper.
double print_at(const Sheet& s, std::uint32_t x, std::uint32_t y) {
  const std::uint32_t edge = 8;
  const bool line = s.ruled && y % 40 == 30;
  const bool side = s.frame && (x == edge || x == edge + 1 || x + edge == s.width || y == edge ||
                                y == edge + 1 || y + edge == s.height);
  return side ? 0.9 : line ? 0.3 : 0;
}

formats::Image draw(const Sheet& s) {
  Drawing drawing;
  formats::draw_digit(7, formats::SynthPart::extra, s.sample, drawing);
  test::Dice dice(s.digit + 1);
  formats::Image image{.width = s.width, .height = s.height, .channels = s.transparent ? 4u : 3u};
  for (std::uint32_t y = 0; y < s.height; ++y) {
    for (std::uint32_t x = 0; x < s.width; ++x) {
      const double pen =
          test::ink_at(drawing, (x + 0.5 - s.left) / s.scale - 0.5, (y + 0.5 - s.top) / s.scale - 0.5) / 255;
      const double ink = std::max(pen, print_at(s, x, y));
      const double light = 1 - s.shadow / 255.0 * (x + y) / (s.width + s.height);
      const double speck = s.noise == 0 ? 0 : dice.uniform(-1, 1) * static_cast<float>(s.noise);
      for (std::size_t c = 0; c < 3; ++c) {
        const double colour = s.transparent ? s.ink[c] : s.paper[c] * (1 - ink) + s.ink[c] * ink;
        image.pixels.push_back(
            static_cast<std::uint8_t>(std::lround(std::clamp(colour * light + speck, 0.0, 255.0))));
      }
      if (s.transparent) image.pixels.push_back(static_cast<std::uint8_t>(std::lround(255 * pen)));
    }
  }
  return image;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: lentil_draw_pictures FOLDER\n", stderr), 2;
  for (const Sheet& sheet : kSheets) {
    const auto written = formats::write_png(std::string(argv[1]) + "/" + sheet.name + ".png", draw(sheet));
    if (!written) return std::fprintf(stderr, "%s\n", written.error().message.c_str()), 1;
  }
}
