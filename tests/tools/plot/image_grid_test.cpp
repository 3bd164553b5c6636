#include "tools/plot/image_grid.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/tools/plot/hash.h"

using namespace lentil::plot;

namespace {

ImageGrid example(Scale scale) {
  ImageGrid grid{.title = "two", .groups = {{}}, .scale = scale, .shows_range = true};
  grid.groups[0].pictures = {{2, 2, {0, 1, 2, 3}, "a"}, {2, 2, {-1, 0, 0, 1}, "b"}};
  return grid;
}

std::vector<Tile> tiles(const Drawing& drawing) {
  std::vector<Tile> found;
  for (const Shape& shape : drawing.shapes) {
    if (const Tile* tile = std::get_if<Tile>(&shape)) found.push_back(*tile);
  }
  return found;
}

bool says(const Drawing& drawing, const std::string& text) {
  return std::ranges::any_of(drawing.shapes, [&](const Shape& shape) {
    const Text* t = std::get_if<Text>(&shape);
    return t != nullptr && t->text == text;
  });
}

constexpr Rgb kBlack{0, 0, 0}, kWhite{255, 255, 255};

}  // namespace

TEST_CASE("each picture has its own black and white, or all have the same") {
  const std::vector<Tile> each = tiles(draw(example(Scale::each)));
  REQUIRE(each.size() == 2);
  CHECK(each[0].pixels[0] == kBlack);
  CHECK(each[0].pixels[3] == kWhite);
  CHECK(each[1].pixels[0] == kBlack);
  CHECK(each[1].pixels[3] == kWhite);
  const std::vector<Tile> global = tiles(draw(example(Scale::global)));
  CHECK(global[0].pixels[0] == grey(0.25));
  CHECK(global[0].pixels[3] == kWhite);
  CHECK(global[1].pixels[0] == kBlack);
  const std::vector<Tile> symmetric = tiles(draw(example(Scale::symmetric)));
  CHECK(symmetric[0].pixels[0] == kWhite);
  CHECK(symmetric[0].pixels[3] == diverging(1));
  CHECK(symmetric[1].pixels[0] == diverging(1.0 / 3));
}

TEST_CASE("ranges are told below each picture, or once for all") {
  CHECK(says(draw(example(Scale::each)), "-1.00 to 1.00"));
  const Drawing global = draw(example(Scale::global));
  CHECK((says(global, "-1.00") && says(global, "3.00")));
  const Drawing symmetric = draw(example(Scale::symmetric));
  CHECK((says(symmetric, "-3.00") && says(symmetric, "0")));
}

TEST_CASE("groups have titles and scales of their own") {
  ImageGrid grid = example(Scale::global);
  grid.groups[0].title = "first";
  grid.groups.push_back({"second", {{1, 1, {7}, ""}, {1, 1, {9}, ""}}});
  const Drawing drawing = draw(grid);
  CHECK((says(drawing, "second") && says(drawing, "7.00 to 9.00") && says(drawing, "-1.00 to 3.00")));
  CHECK(tiles(drawing)[2].pixels[0] == kBlack);
}

TEST_CASE("pictures stand in full rows where that is possible, and inside the drawing") {
  for (const std::size_t count : {1u, 7u, 20u, 23u, 100u}) {
    ImageGrid grid{.title = "many", .groups = {{}}};
    grid.groups[0].pictures.assign(count, {5, 5, std::vector<float>(25), "caption"});
    const Drawing drawing = draw(grid);
    for (const Tile& tile : tiles(drawing)) {
      CHECK(tile.corner.x + 5 * tile.pixel.x <= drawing.width);
      CHECK(tile.corner.y + 5 * tile.pixel.y <= drawing.height);
    }
    const double first = tiles(drawing)[0].corner.y;
    const auto in_row = static_cast<std::size_t>(
        std::ranges::count_if(tiles(drawing), [&](const Tile& t) { return t.corner.y == first; }));
    if (count == 20 || count == 100) CHECK(count % in_row == 0);
  }
}

TEST_CASE("a grid of nothing is a title") {
  CHECK(says(draw(ImageGrid{.title = "nothing", .groups = {{"empty", {}}}}), "nothing"));
}

TEST_CASE("a flat output is a strip that can be seen") {
  ImageGrid grid{.title = "flat", .groups = {{"fc", {{50, 1, std::vector<float>(50), ""}}}}};
  CHECK(tiles(draw(grid))[0].pixel.y >= 10);
}

TEST_CASE("the same grid gives the same bytes everywhere") {
  CHECK(lentil::test::text_hash(draw(example(Scale::symmetric))) == 0xeb9c1db3a805e98e);
  CHECK(lentil::test::image_hash(draw(example(Scale::symmetric))) == 0x5d5c383c7b58604a);
}
