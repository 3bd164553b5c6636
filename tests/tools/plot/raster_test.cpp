#include "tools/plot/raster.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace lentil::plot;
using lentil::formats::Image;

namespace {

Image painted(Shape shape) {
  return to_image({.width = 10, .height = 6, .title = {}, .shapes = {std::move(shape)}});
}

Rgb pixel(const Image& image, std::uint32_t x, std::uint32_t y) {
  const std::uint8_t* p = &image.pixels[(std::size_t{y} * image.width + x) * 3];
  return {p[0], p[1], p[2]};
}

constexpr Rgb kWhite{255, 255, 255}, kRed{255, 0, 0};

}  // namespace

TEST_CASE("an image has twice the pixels of its drawing, and is white") {
  const Image image = to_image({.width = 10.4, .height = 6, .title = {}, .shapes = {}});
  CHECK(image.width == 21);
  CHECK(image.height == 12);
  CHECK(image.channels == 3);
  CHECK(pixel(image, 20, 11) == kWhite);
}

TEST_CASE("boxes cover whole pixels wholly and others in part") {
  const Image image = painted(Box{{1, 1}, 2.25, 1, kRed});
  CHECK(pixel(image, 1, 2) == kWhite);
  CHECK(pixel(image, 2, 2) == kRed);
  CHECK(pixel(image, 5, 3) == kRed);
  CHECK(pixel(image, 6, 3) == Rgb{255, 127, 127});
  CHECK(pixel(image, 7, 3) == kWhite);
  CHECK(pixel(image, 2, 4) == kWhite);
}

TEST_CASE("where strokes of one line cross it is no darker") {
  const Image image = painted(Line{{{2, 3}, {8, 3}, {2, 3}}, kRed, 1});
  CHECK(pixel(image, 10, 5) == kRed);
  CHECK(pixel(image, 10, 6) == kRed);
  CHECK(pixel(image, 10, 3) == kWhite);
  CHECK(pixel(image, 0, 5) == kWhite);
}

TEST_CASE("discs are round") {
  const Image image = painted(Disc{{5, 3}, 2, kRed});
  CHECK(pixel(image, 10, 6) == kRed);
  CHECK(pixel(image, 6, 6) == pixel(image, 13, 5));
  CHECK(pixel(image, 6, 2) == kWhite);
}

TEST_CASE("what lies outside is cut off") {
  CHECK(pixel(painted(Box{{-5, -5}, 100, 100, kRed}), 19, 11) == kRed);
  CHECK(pixel(painted(Line{{{-50, 3}, {50, 3}}, kRed, 1}), 0, 5) == kRed);
  CHECK(pixel(painted(Disc{{-50, -50}, 3, kRed}), 0, 0) == kWhite);
  CHECK(pixel(painted(Text{{-20, 30}, "far away"}), 0, 0) == kWhite);
}

TEST_CASE("tiles are sharp") {
  const Rgb blue{0, 0, 255};
  const Image image = painted(Tile{{1, 1}, {2, 1}, 2, 1, {kRed, blue}});
  CHECK(pixel(image, 5, 3) == kRed);
  CHECK(pixel(image, 6, 3) == blue);
  CHECK(pixel(image, 9, 2) == blue);
  CHECK(pixel(image, 10, 2) == kWhite);
}

TEST_CASE("letters stand on their base line, from the anchor on") {
  const Image image = painted(Text{{1, 5}, "L", Anchor::start, 5.5, kRed});
  const auto ink = [&](std::uint32_t x, std::uint32_t y) { return pixel(image, x, y).green < 128; };
  CHECK(ink(2, 9));
  CHECK(ink(2, 4));
  CHECK(ink(5, 9));
  CHECK_FALSE(ink(5, 4));
  CHECK_FALSE(ink(2, 11));
  const Image turned = painted(Text{{6, 5}, "L", Anchor::start, 5.5, kRed, true});
  CHECK(pixel(turned, 11, 8).green < 128);
  CHECK(pixel(turned, 8, 9).green < 128);
  CHECK(pixel(turned, 8, 5).green > 128);
}

TEST_CASE("drawings beyond the limits of images are told from others") {
  const auto fits = [](double width, double height) {
    return fits_raster({.width = width, .height = height, .title = {}, .shapes = {}});
  };
  CHECK(fits(4000, 4000));
  CHECK_FALSE(fits(40'000, 10));
  CHECK_FALSE(fits(10'000, 10'000));
  CHECK_FALSE(fits(std::numeric_limits<double>::quiet_NaN(), 10));
  CHECK_FALSE(fits(1e300, 1));
}
