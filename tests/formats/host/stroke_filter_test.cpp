#include "formats/host/stroke_filter.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

using namespace lentil::formats;

namespace {

using Pixels = std::vector<std::uint8_t>;

Pixels filtered(PlaneFilter filter, Plane plane, std::uint32_t amount, const Pixels& image) {
  Pixels out(image.size());
  filter(plane, amount, image, out);
  return out;
}

constexpr Plane kFive{5, 5};

Pixels dot() {
  Pixels image(25);
  image[12] = 200;
  return image;
}

}  // namespace

TEST_CASE("thickening surrounds a dot by a round rim") {
  const Pixels grown = filtered(thicken, kFive, 256, dot());
  CHECK(grown == Pixels{0, 0,   0,   0,   0,  //
                        0, 141, 200, 141, 0,  //
                        0, 200, 200, 200, 0,  //
                        0, 141, 200, 141, 0,  //
                        0, 0,   0,   0,   0});
  CHECK(filtered(thicken, kFive, 128, dot())[7] == 100);
}

TEST_CASE("thinning is thickening of the dark") {
  Pixels block(25);
  for (const int y : {1, 2, 3}) std::fill_n(block.begin() + y * 5 + 1, 3, std::uint8_t{255});
  const Pixels thinned = filtered(thin, kFive, 256, block);
  CHECK(thinned[12] == 255);
  CHECK(thinned[11] == 0);
  CHECK(filtered(thin, kFive, 128, block)[11] > 120);

  const auto invert = [](Pixels pixels) {
    for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
    return pixels;
  };
  CHECK(filtered(thin, kFive, 200, block) == invert(filtered(thicken, kFive, 200, invert(block))));
}

TEST_CASE("softening spreads a dot and keeps its sum") {
  const Pixels soft = filtered(soften, kFive, 256, dot());
  CHECK(soft[12] == 50);
  CHECK(soft[7] == 25);
  CHECK(soft[6] == 13);  // 12.5
  CHECK(soft[0] == 0);
}

TEST_CASE("an amount of 0, and a plane of one value, are left as they are") {
  for (const PlaneFilter filter : {thicken, thin, soften}) {
    CHECK(filtered(filter, kFive, 0, dot()) == dot());
    const Pixels grey(25, 97);
    CHECK(filtered(filter, kFive, 256, grey) == grey);
  }
}

TEST_CASE("planes of a single row, column or pixel are filtered") {
  CHECK(filtered(thicken, {1, 3}, 256, {0, 9, 0}) == Pixels{9, 9, 9});
  CHECK(filtered(thicken, {3, 1}, 256, {0, 9, 0}) == Pixels{9, 9, 9});
  for (const PlaneFilter filter : {thicken, thin, soften})
    CHECK(filtered(filter, {1, 1}, 256, {77}) == Pixels{77});
}
