#include "tools/plot/drawing.h"

#include <catch2/catch.hpp>

using namespace lentil::plot;

TEST_CASE("the width of a text grows with its letters and its size") {
  CHECK(text_width("", 11) == 0);
  CHECK(text_width("00", 11) == 11);
  CHECK(text_width("00", 22) == 22);
  CHECK(text_width("il", 11) < text_width("mm", 11));
}

TEST_CASE("drawings beside each other keep their shapes, moved") {
  const Drawing a{.width = 30, .height = 20, .title = "a", .shapes = {Disc{{1, 2}}}};
  const Drawing b{.width = 10,
                  .height = 40,
                  .title = "b",
                  .shapes = {Disc{{1, 2}}, Line{{{0, 0}, {1, 1}}}, Box{{1, 1}, 2, 2}, Text{{3, 4}, "x"},
                             Tile{{5, 6}, {1, 1}, 0, 0, {}}}};
  const Drawing both = beside({a, b}, "both");
  CHECK(both.width == 40);
  CHECK(both.title == "both");
  REQUIRE(both.shapes.size() == 7);
  const double down = std::get<Disc>(both.shapes[0]).centre.y - 2;
  CHECK(both.height == 40 + down);
  CHECK(std::get<Disc>(both.shapes[1]).centre.x == 31);
  CHECK(std::get<Line>(both.shapes[2]).points[1].x == 31);
  CHECK(std::get<Box>(both.shapes[3]).corner.y == 1 + down);
  CHECK(std::get<Text>(both.shapes[4]).at.x == 33);
  CHECK(std::get<Tile>(both.shapes[5]).corner.x == 35);
}
