#include "tools/terminal_picture.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace lentil::tools;

namespace {

const std::vector<std::uint8_t> kPixels{0,   255, 0,   255,  //
                                        0,   0,   128, 255,  //
                                        255, 0,   127, 0};

}  // namespace

TEST_CASE("a picture of half blocks has a line for two rows") {
  CHECK(picture_text(kPixels, 3, 4, true) == " ▀▄█\n▀   \n");
}

TEST_CASE("a picture of ASCII has shades") { CHECK(picture_text(kPixels, 3, 4, false) == " =:@\n= : \n"); }

TEST_CASE("pictures stand beside each other as far as they fit, with their captions") {
  const CaptionedPicture a{"ab\ncd\n", "1"}, b{"ef\n  \n", "234"}, c{"gh\nij\n", ""};
  CHECK(side_by_side(std::vector{a, b, c}, 2, 7) == "ab  ef\ncd\n1   23\ngh\nij\n\n");
  CHECK(side_by_side(std::vector{a, b}, 2, 1) == "ab\ncd\n1\nef\n\n23\n");
}

namespace {

using lentil::plot::Rgb;

const std::vector<Rgb> kColors{{0, 0, 0}, {255, 255, 255}, {255, 0, 0}, {128, 128, 128}};
const std::vector<double> kLight{0, 1, 0.25, 0.5};

}  // namespace

TEST_CASE("shades without colours are dense or sparse characters, two for a pixel of a small picture") {
  const ShadedPicture blocks = shaded_picture(kColors, kLight, 2, 2, Shading::blocks);
  CHECK(blocks.lines == "  ██\n░░▒▒\n");
  CHECK(blocks.columns == 4);
  CHECK(shaded_picture(kColors, kLight, 2, 2, Shading::letters).lines == "  @@\n::++\n");
}

TEST_CASE("a wide picture has a character for two pixels, one below the other") {
  const std::vector<Rgb> colors(60);
  std::vector<double> light(60);
  std::fill_n(light.begin(), 20, 1.0);
  const ShadedPicture picture = shaded_picture(colors, light, 3, 20, Shading::letters);
  CHECK(picture.columns == 20);
  CHECK(picture.lines == std::string(20, '+') + "\n" + std::string(20, ' ') + "\n");
}

TEST_CASE("shades in colours are half blocks that end what they began") {
  const ShadedPicture few = shaded_picture(kColors, kLight, 2, 2, Shading::colors);
  CHECK(few.lines ==
        "\x1b[38;5;232;48;5;232m▀\x1b[38;5;232;48;5;232m▀\x1b[38;5;231;48;5;231m▀\x1b[38;5;231;48;5;231m▀"
        "\x1b[0m\n"
        "\x1b[38;5;196;48;5;196m▀\x1b[38;5;196;48;5;196m▀\x1b[38;5;244;48;5;244m▀\x1b[38;5;244;48;5;244m▀"
        "\x1b[0m\n");
  const ShadedPicture all = shaded_picture(kColors, kLight, 1, 1, Shading::true_colors);
  CHECK(all.lines == "\x1b[38;2;0;0;0;48;2;0;0;0m▀\x1b[38;2;0;0;0;48;2;0;0;0m▀\x1b[0m\n");
  const ShadedPicture odd =
      shaded_picture(std::vector<Rgb>(17), std::vector<double>(17), 1, 17, Shading::colors);
  CHECK(odd.lines.find("\x1b[38;5;232;49m▀") == 0);
}
