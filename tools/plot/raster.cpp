#include "tools/plot/raster.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "tools/plot/font.h"
#include "tools/plot/palette.h"

namespace lentil::plot {
namespace {

constexpr double kScale = kRasterScale;
constexpr double kStroke = 1.05;  // of letters, in cells

Rgb rgb_of(const Paint& paint) {
  const Rgb* color = std::get_if<Rgb>(&paint);
  return color != nullptr ? *color : colors_of(std::get<Role>(paint)).light;
}

double distance(const Point& p, const Point& a, const Point& b) {
  const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  const double along = length == 0 ? 0 : ((p.x - a.x) * dx + (p.y - a.y) * dy) / length;
  const double t = std::clamp(along, 0.0, 1.0);
  const double x = a.x + t * dx - p.x, y = a.y + t * dy - p.y;
  return std::sqrt(x * x + y * y);
}

// The part of [first, first + 1) that lies in [begin, end).
double overlap(double first, double begin, double end) {
  return std::clamp(std::min(first + 1, end) - std::max(first, begin), 0.0, 1.0);
}

// Of pixels, within an image.
struct Area {
  std::uint32_t left, top, right, bottom;
};

class Canvas {
 public:
  Canvas(std::uint32_t width, std::uint32_t height)
      : image_{.width = width, .height = height, .channels = 3}, mask_(std::size_t{width} * height) {
    image_.pixels.assign(mask_.size() * 3, colors_of(Role::paper).light.red);
  }

  formats::Image take() { return std::move(image_); }

  // Strokes gather in a mask first: where two of one shape cross, they are one.
  void stroke(const Point& a, const Point& b, double radius) {
    const double reach = radius + 1;
    const Area area = cut(std::min(a.x, b.x) - reach, std::min(a.y, b.y) - reach, std::max(a.x, b.x) + reach,
                          std::max(a.y, b.y) + reach);
    for (std::uint32_t y = area.top; y < area.bottom; ++y) {
      for (std::uint32_t x = area.left; x < area.right; ++x) {
        const double d = distance({x + 0.5, y + 0.5}, a, b);
        cover(x, y, std::clamp(radius + 0.5 - d, 0.0, 1.0));
      }
    }
    join(area);
  }

  void fill(double left, double top, double right, double bottom) {
    const Area area = cut(left, top, right + 1, bottom + 1);
    for (std::uint32_t y = area.top; y < area.bottom; ++y) {
      for (std::uint32_t x = area.left; x < area.right; ++x)
        cover(x, y, overlap(x, left, right) * overlap(y, top, bottom));
    }
    join(area);
  }

  // Lays the colour on what was gathered, and forgets it.
  void paint(const Rgb& color) {
    for (std::uint32_t y = used_.top; y < used_.bottom; ++y) {
      for (std::uint32_t x = used_.left; x < used_.right; ++x) {
        std::uint8_t& cover = mask_[at(x, y)];
        std::uint8_t* pixel = &image_.pixels[at(x, y) * 3];
        const std::array<std::uint8_t, 3> parts{color.red, color.green, color.blue};
        for (std::size_t i = 0; i < 3; ++i) {
          const unsigned mixed = pixel[i] * (255u - cover) + parts[i] * unsigned{cover};
          pixel[i] = static_cast<std::uint8_t>((mixed + 127) / 255);
        }
        cover = 0;
      }
    }
    used_ = kNothing;
  }

 private:
  static constexpr Area kNothing{~0u, ~0u, 0, 0};

  std::size_t at(std::uint32_t x, std::uint32_t y) const { return std::size_t{y} * image_.width + x; }

  void cover(std::uint32_t x, std::uint32_t y, double share) {
    std::uint8_t& mask = mask_[at(x, y)];
    mask = std::max(mask, static_cast<std::uint8_t>(std::lround(share * 255)));
  }

  Area cut(double left, double top, double right, double bottom) const {
    const auto within = [](double value, std::uint32_t most) {
      return static_cast<std::uint32_t>(std::clamp<double>(value, 0, most));
    };
    return {within(left, image_.width), within(top, image_.height), within(std::ceil(right), image_.width),
            within(std::ceil(bottom), image_.height)};
  }

  void join(const Area& area) {
    used_ = {std::min(used_.left, area.left), std::min(used_.top, area.top),
             std::max(used_.right, area.right), std::max(used_.bottom, area.bottom)};
  }

  formats::Image image_;
  std::vector<std::uint8_t> mask_;  // 255: wholly covered
  Area used_ = kNothing;            // of the mask
};

Point scaled(const Point& p) { return {p.x * kScale, p.y * kScale}; }

class Painter {
 public:
  explicit Painter(Canvas& canvas) : canvas_(canvas) {}

  void operator()(const Line& line) {
    for (std::size_t i = 1; i < line.points.size(); ++i)
      canvas_.stroke(scaled(line.points[i - 1]), scaled(line.points[i]), line.width * kScale / 2);
    canvas_.paint(rgb_of(line.paint));
  }

  void operator()(const Disc& disc) {
    canvas_.stroke(scaled(disc.centre), scaled(disc.centre), disc.radius * kScale);
    canvas_.paint(rgb_of(disc.paint));
  }

  void operator()(const Box& box) {
    const Point corner = scaled(box.corner);
    canvas_.fill(corner.x, corner.y, corner.x + box.width * kScale, corner.y + box.height * kScale);
    canvas_.paint(rgb_of(box.paint));
  }

  void operator()(const Tile& tile) {
    for (std::uint32_t y = 0; y < tile.height; ++y) {
      for (std::uint32_t x = 0; x < tile.width; ++x) {
        (*this)(Box{{tile.corner.x + x * tile.pixel.x, tile.corner.y + y * tile.pixel.y},
                    tile.pixel.x,
                    tile.pixel.y,
                    tile.pixels[std::size_t{y} * tile.width + x]});
      }
    }
  }

  void operator()(const Text& text) {
    const double width = text_width(text.text, text.size);
    double along = text.anchor == Anchor::start ? 0 : text.anchor == Anchor::end ? -width : -width / 2;
    const double cell = text.size / kCellsPerSize;
    for (const char32_t character : characters(text.text)) {
      const Glyph glyph = glyph_of(character);
      stroke_glyph(glyph, text, along, cell);
      along += (glyph.width + kGlyphGap) * cell;
    }
    canvas_.paint(rgb_of(text.paint));
  }

 private:
  // Cells that touch are joined; corner to corner only where no third cell joins them.
  void stroke_glyph(const Glyph& glyph, const Text& text, double along, double cell) {
    const auto place = [&](int row, int column) {
      const double right = along + (column + 0.5) * cell;
      const double down = (row - static_cast<int>(kBaseRow) - 0.5) * cell;
      return scaled(text.upright ? Point{text.at.x + down, text.at.y - right}
                                 : Point{text.at.x + right, text.at.y + down});
    };
    const double radius = kStroke * cell * kScale / 2;
    for (int row = 0; row < static_cast<int>(kGlyphRows); ++row) {
      for (int column = 0; column < 5; ++column) {
        if (!glyph.at(row, column)) continue;
        const Point here = place(row, column);
        const bool right = glyph.at(row, column + 1), below = glyph.at(row + 1, column);
        const bool left = glyph.at(row, column - 1);
        canvas_.stroke(here, here, radius);
        if (right) canvas_.stroke(here, place(row, column + 1), radius);
        if (below) canvas_.stroke(here, place(row + 1, column), radius);
        if (!right && !below && glyph.at(row + 1, column + 1))
          canvas_.stroke(here, place(row + 1, column + 1), radius);
        if (!left && !below && glyph.at(row + 1, column - 1))
          canvas_.stroke(here, place(row + 1, column - 1), radius);
      }
    }
  }

  Canvas& canvas_;
};

std::uint64_t pixels(double length) { return static_cast<std::uint64_t>(std::ceil(length * kScale)); }

}  // namespace

bool fits_raster(const Drawing& drawing) {
  if (!(drawing.width * kScale <= formats::kMaxImageSide &&
        drawing.height * kScale <= formats::kMaxImageSide))
    return false;
  return pixels(drawing.width) * pixels(drawing.height) * 3 <= formats::kMaxImageBytes;
}

formats::Image to_image(const Drawing& drawing) {
  assert(fits_raster(drawing));
  Canvas canvas(static_cast<std::uint32_t>(pixels(drawing.width)),
                static_cast<std::uint32_t>(pixels(drawing.height)));
  Painter painter(canvas);
  for (const Shape& shape : drawing.shapes) std::visit(painter, shape);
  return canvas.take();
}

}  // namespace lentil::plot
