#include "tools/plot/drawing.h"

#include <algorithm>

#include "tools/plot/font.h"

namespace lentil::plot {
namespace {

constexpr double kTitleSize = 13, kTitleHeight = 26;

void move(Point& point, const Point& by) { point = {point.x + by.x, point.y + by.y}; }

struct Mover {
  Point by;
  void operator()(Line& line) const {
    for (Point& point : line.points) move(point, by);
  }
  void operator()(Disc& disc) const { move(disc.centre, by); }
  void operator()(Box& box) const { move(box.corner, by); }
  void operator()(Text& text) const { move(text.at, by); }
  void operator()(Tile& tile) const { move(tile.corner, by); }
};

}  // namespace

double text_width(std::string_view text, double size) {
  double cells = 0;
  for (const char32_t character : characters(text)) cells += glyph_of(character).width + kGlyphGap;
  return text.empty() ? 0 : (cells - kGlyphGap) * size / kCellsPerSize;
}

Drawing beside(const std::vector<Drawing>& drawings, const std::string& title) {
  Drawing all{.title = title, .shapes = {}};
  for (const Drawing& drawing : drawings) {
    for (Shape shape : drawing.shapes) {
      std::visit(Mover{{all.width, kTitleHeight}}, shape);
      all.shapes.push_back(std::move(shape));
    }
    all.width += drawing.width;
    all.height = std::max(all.height, kTitleHeight + drawing.height);
  }
  all.shapes.emplace_back(Text{{all.width / 2, kTitleHeight - 4}, title, Anchor::middle, kTitleSize});
  return all;
}

}  // namespace lentil::plot
