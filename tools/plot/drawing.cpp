#include "tools/plot/drawing.h"

#include <algorithm>

#include "tools/plot/font.h"

namespace lentil::plot {
namespace {

void move(Shape& shape, double dx) {
  struct {
    double dx;
    void operator()(Line& line) const {
      for (Point& point : line.points) point.x += dx;
    }
    void operator()(Disc& disc) const { disc.centre.x += dx; }
    void operator()(Box& box) const { box.corner.x += dx; }
    void operator()(Text& text) const { text.at.x += dx; }
    void operator()(Tile& tile) const { tile.corner.x += dx; }
  } const by{dx};
  std::visit(by, shape);
}

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
      move(shape, all.width);
      all.shapes.push_back(std::move(shape));
    }
    all.width += drawing.width;
    all.height = std::max(all.height, drawing.height);
  }
  return all;
}

}  // namespace lentil::plot
