#include "tools/plot/svg.h"

#include <catch2/catch.hpp>

using namespace lentil::plot;
using Catch::Contains;

namespace {

// What stands between the style sheet with the paper and the end.
std::string shapes(const Drawing& drawing) {
  const std::string text = to_svg(drawing), paper = "height=\"100%\"/>\n";
  const std::size_t begin = text.find(paper) + paper.size();
  return text.substr(begin, text.rfind("</svg>") - begin);
}

Drawing with(Shape shape) { return {.width = 20, .height = 10, .title = "t", .shapes = {std::move(shape)}}; }

}  // namespace

TEST_CASE("shapes become elements with coordinates in tenths") {
  CHECK(shapes(with(Line{{{0, 0.5}, {10.26, 3}}, Role::blue, 1.8})) ==
        "<polyline class=\"l-blue\" stroke-width=\"1.8\" points=\"0,0.5 10.3,3\"/>\n");
  CHECK(shapes(with(Disc{{4, 5}, 2.5, Rgb{255, 0, 16}})) ==
        "<circle fill=\"#ff0010\" cx=\"4\" cy=\"5\" r=\"2.5\"/>\n");
  CHECK(shapes(with(Box{{1, 2}, 3, 4, Role::grid})) ==
        "<rect class=\"grid\" x=\"1\" y=\"2\" width=\"3\" height=\"4\"/>\n");
  CHECK(shapes(with(Text{{1, 2}, "a", Anchor::middle, 9, Role::faint})) ==
        "<text class=\"faint\" x=\"1\" y=\"2\" font-size=\"9\" text-anchor=\"middle\">a</text>\n");
  CHECK_THAT(shapes(with(Text{{1, 2}, "up", Anchor::start, 9, Role::text, true})),
             Contains("translate(1 2) rotate(-90)"));
}

TEST_CASE("a tile is a path for each colour, of runs of pixels") {
  const Rgb black{0, 0, 0}, white{255, 255, 255};
  CHECK(shapes(with(Tile{{1, 2}, {4, 4}, 3, 2, {black, black, white, white, black, black}})) ==
        "<g shape-rendering=\"crispEdges\" transform=\"translate(1 2) scale(4 4)\">"
        "<path fill=\"#000000\" d=\"M0 0h2v1h-2zM1 1h2v1h-2z\"/>"
        "<path fill=\"#ffffff\" d=\"M2 0h1v1h-1zM0 1h1v1h-1z\"/></g>\n");
}

TEST_CASE("texts of others cannot break the file") {
  const std::string text = shapes(with(Text{{0, 0}, "<b> & \"\xff\x01 ü 数😀"}));
  CHECK_THAT(text, Contains(">&lt;b&gt; &amp; &quot;\xef\xbf\xbd\xef\xbf\xbd ü 数😀</text>"));
  CHECK_THAT(to_svg({.width = 1, .height = 1, .title = "</title>", .shapes = {}}),
             Contains("<title>&lt;/title&gt;</title>"));
}

TEST_CASE("dark screens get other colours, and print does not") {
  const std::string text = to_svg(with(Text{{0, 0}, "a"}));
  CHECK_THAT(text, Contains("@media screen and (prefers-color-scheme:dark){") && Contains("currentColor"));
  CHECK_THAT(text, Contains("width=\"20\" height=\"10\" viewBox=\"0 0 20 10\" role=\"img\""));
}
