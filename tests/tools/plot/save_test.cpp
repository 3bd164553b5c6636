#include "tools/plot/save.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "formats/host/image.h"
#include "tests/support/temporary_folder.h"
#include "tools/plot/raster.h"
#include "tools/plot/svg.h"

using namespace lentil::plot;
using Catch::Contains;
using lentil::test::TemporaryFolder;

namespace {

const Drawing kDrawing{.width = 30, .height = 20, .title = "t", .shapes = {Text{{2, 12}, "word"}}};

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("the ending of the name decides between SVG and PNG") {
  const TemporaryFolder folder;
  REQUIRE(save(kDrawing, folder.path("a.svg")));
  CHECK(contents(folder.path("a.svg")) == to_svg(kDrawing));
  REQUIRE(save(kDrawing, folder.path("a.PNG")));
  const auto image = lentil::formats::read_image(folder.path("a.PNG"));
  REQUIRE(image);
  CHECK(image->pixels == to_image(kDrawing).pixels);
  CHECK(is_picture_name("x.svg"));
  CHECK_FALSE(is_picture_name(".svg"));
  CHECK_FALSE(is_picture_name("x.jpg"));
  CHECK_FALSE(is_picture_name("png"));
}

TEST_CASE("what cannot be written is told, and an older file stays") {
  const TemporaryFolder folder;
  CHECK_THAT(save(kDrawing, folder.path("a.gif")).error().message,
             Contains("a.gif") && Contains(".svg or .png"));
  CHECK_THAT(save(kDrawing, folder.path("no/a.svg")).error().message, Contains("no/a.svg"));
  REQUIRE(save(kDrawing, folder.path("a.png")));
  const std::string before = contents(folder.path("a.png"));
  const Drawing huge{.width = 1e6, .height = 10, .title = {}, .shapes = {}};
  CHECK_THAT(save(huge, folder.path("a.png")).error().message, Contains("too large"));
  CHECK(contents(folder.path("a.png")) == before);
}
