#include "tools/plot/shades.h"

#include <catch2/catch.hpp>
#include <limits>
#include <vector>

using namespace lentil::plot;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr Rgb kBlack{0, 0, 0}, kWhite{255, 255, 255};

unsigned light(const Rgb& c) { return 299u * c.red + 587u * c.green + 114u * c.blue; }

}  // namespace

TEST_CASE("a range ignores what is no number") {
  const Range range = range_of(std::vector<float>{1, kNan, -2, std::numeric_limits<float>::infinity()});
  CHECK(range.least == -2);
  CHECK(range.most == 1);
  CHECK(range_of(std::vector<float>{kNan}).most == 0);
  CHECK(symmetric_range(range).most == 2);
  CHECK(symmetric_range(range).least == -2);
}

TEST_CASE("values lie between the ends of their range") {
  CHECK(share_of(0, {-1, 1}) == 0.5);
  CHECK(share_of(9, {-1, 1}) == 1);
  CHECK(share_of(-9, {-1, 1}) == 0);
  CHECK(share_of(3, {3, 3}) == 0.5);
  CHECK(share_of(kNan, {0, 1}) == 0.5);
}

TEST_CASE("shades end in black and white, diverging colours meet in white") {
  CHECK(grey(0) == kBlack);
  CHECK(grey(1) == kWhite);
  CHECK(diverging(0.5) == kWhite);
  CHECK(diverging(0).blue > diverging(0).red);
  CHECK(diverging(1).red > diverging(1).blue);
  CHECK(shade(0.5, Scale::symmetric) == kWhite);
  CHECK(shade(1, Scale::global) == kWhite);
}

TEST_CASE("printed without colours, more is darker, and text stays readable") {
  for (Rgb (*color)(double) : {blues, oranges}) {
    for (int i = 0; i < 20; ++i) {
      const Rgb here = color(i / 20.0), next = color((i + 1) / 20.0);
      CHECK(light(next) < light(here));
      const unsigned paper = light(here), ink = light(text_on(here));
      CHECK((paper > ink ? paper - ink : ink - paper) > 100'000);
    }
  }
}
