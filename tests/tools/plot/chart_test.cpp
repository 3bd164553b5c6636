#include "tools/plot/chart.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "tests/tools/plot/hash.h"

using namespace lentil::plot;
using lentil::test::image_hash;
using lentil::test::text_hash;

namespace {

template <class T>
std::vector<T> all(const Drawing& drawing) {
  std::vector<T> found;
  for (const Shape& shape : drawing.shapes) {
    if (const T* one = std::get_if<T>(&shape)) found.push_back(*one);
  }
  return found;
}

bool says(const Drawing& drawing, const std::string& text) {
  return std::ranges::any_of(all<Text>(drawing), [&](const Text& t) { return t.text == text; });
}

const std::vector<float> kX{0, 1, 2, 4}, kY{1, 3, 5, 8.5f};

Drawing example() { return scatter_with_line(kX, kY, {2, 1}, "Linear regression"); }

}  // namespace

TEST_CASE("points and their line lie in one field, with an equation in the legend") {
  const Drawing drawing = example();
  CHECK(says(drawing, "Linear regression"));
  CHECK(says(drawing, "y = 2.00 x + 1.00"));
  const std::vector<Disc> discs = all<Disc>(drawing);
  REQUIRE(discs.size() == kX.size() + 1);  // and one in the legend
  const std::vector<Line> lines = all<Line>(drawing);
  const auto fitted = std::ranges::find_if(
      lines, [](const Line& line) { return line.paint == Paint{Role::orange} && line.points[0].x < 100; });
  REQUIRE(fitted != lines.end());
  // Three points lie on the line y = 2 x + 1.
  const Point a = fitted->points[0], b = fitted->points[1];
  for (std::size_t i = 0; i < 3; ++i) {
    const double along = (discs[i].centre.x - a.x) / (b.x - a.x);
    CHECK(discs[i].centre.y == Approx(a.y + along * (b.y - a.y)));
  }
  CHECK(scatter_with_line(kX, kY, {2, -1}, "").shapes.size() > 0);
  CHECK(says(scatter_with_line(kX, kY, {-2, -1}, ""), "y = -2.00 x - 1.00"));
}

TEST_CASE("the same chart gives the same bytes everywhere") {
  CHECK(text_hash(example()) == 0xdd07dec1c96421e2);
  CHECK(image_hash(example()) == 0xaf6469972e47d36c);
}

TEST_CASE("everything lies inside the drawing") {
  for (const Marks marks : {Marks::line, Marks::discs, Marks::line_and_discs}) {
    const Drawing drawing = draw(Chart{.title = "t",
                                       .x = {.label = "x", .from_zero = true},
                                       .y = {.label = "y", .whole = true},
                                       .series = {{"a", {{3, 1e6}, {4, -2e6}}, marks, Role::green}}});
    for (const Line& line : all<Line>(drawing)) {
      for (const Point& p : line.points) {
        CHECK((p.x >= 0 && p.x <= drawing.width));
        CHECK((p.y >= 0 && p.y <= drawing.height));
      }
    }
    CHECK(says(drawing, "0"));
  }
}

TEST_CASE("charts of nothing, of one point and of numbers that are none have axes") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::vector<Point>> cases{{}, {{2, 3}}, {{nan, 1}, {1, nan}}, {{1, 1}, {1, 1}}};
  for (const auto& points : cases) {
    const Drawing drawing = draw(Chart{.title = "", .x = {}, .y = {}, .series = {{"a", points}}});
    CHECK(all<Line>(drawing).size() > 4);
  }
  CHECK(all<Disc>(scatter_with_line({}, {}, {1, 0}, "none")).size() == 1);
}

TEST_CASE("the legend gives way to what is drawn") {
  const auto legend = [](std::vector<Point> points) {
    const Drawing drawing = draw(Chart{.title = "", .x = {}, .y = {}, .series = {{"a", std::move(points)}}});
    return all<Box>(drawing).at(0).corner;
  };
  const Point above = legend({{0, 10}, {1, 0}, {10, 0}}), below = legend({{0, 0}, {1, 9.5}, {10, 9.5}});
  CHECK(above.y < below.y);
}
