#include "tools/plot/ticks.h"

#include <catch2/catch.hpp>

using namespace lentil::plot;

namespace {

std::string labels(const Ticks& ticks) {
  std::string text;
  for (const Tick& tick : ticks.ticks) text += (text.empty() ? "" : " ") + tick.label;
  return text;
}

}  // namespace

TEST_CASE("ticks stand at round numbers around the values") {
  CHECK(labels(nice_ticks({0, 10}, 5)) == "0 2 4 6 8 10");
  CHECK(labels(nice_ticks({-2.4, 2.6}, 6)) == "-3 -2 -1 0 1 2 3");
  CHECK(labels(nice_ticks({0.013, 0.047}, 4)) == "0.01 0.02 0.03 0.04 0.05");
  CHECK(labels(nice_ticks({0, 3e9}, 3)) == "0 1e9 2e9 3e9");
  const Ticks ticks = nice_ticks({0.12, 0.88}, 5);
  CHECK(ticks.range.least == 0);
  CHECK(ticks.range.most == Approx(1));
}

TEST_CASE("whole numbers alone if asked for") {
  CHECK(labels(nice_ticks({0, 2}, 10, true)) == "0 1 2");
  CHECK(labels(nice_ticks({0, 2}, 4)) == "0 0.5 1 1.5 2");
}

TEST_CASE("one value and extreme ones get an axis, too") {
  for (const Range range : {Range{0, 0}, Range{5, 5}, Range{-1e-40, 1e-40}, Range{-1e300, 1e300},
                            Range{1e9, 1e9 + 1}, Range{-3, -3}}) {
    const Ticks ticks = nice_ticks(range, 5);
    CAPTURE(range.least, range.most, labels(ticks));
    CHECK(ticks.ticks.size() >= 2);
    CHECK(ticks.ticks.size() <= 8);
    CHECK(ticks.range.least < ticks.range.most);
  }
}
