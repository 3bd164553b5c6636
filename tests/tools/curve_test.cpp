#include "tools/curve.h"

#include <array>
#include <catch2/catch.hpp>
#include <vector>

using lentil::tools::curve_text;

TEST_CASE("a curve shows the least value lowest and the largest highest") {
  constexpr std::array<float, 4> kFalling{8, 4, 2, 1};
  CHECK(curve_text(kFalling, 10, true) == "█▄▂▁");
  CHECK(curve_text(kFalling, 10, false) == "#~._");
}

TEST_CASE("more values than columns become means of neighbours") {
  std::vector<float> values(1000, 1.0f);
  std::fill(values.begin() + 500, values.end(), 0.0f);
  CHECK(curve_text(values, 4, false) == "##__");
}

TEST_CASE("a curve of equal values is flat, and one of none is empty") {
  constexpr std::array<float, 3> kEqual{5, 5, 5};
  CHECK(curve_text(kEqual, 3, false) == "___");
  CHECK(curve_text({}, 3, true).empty());
}
