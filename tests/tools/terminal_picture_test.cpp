#include "tools/terminal_picture.h"

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
