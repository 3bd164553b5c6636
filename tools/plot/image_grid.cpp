#include "tools/plot/image_grid.h"

#include <algorithm>
#include <cmath>

#include "tools/plot/decimal.h"

namespace lentil::plot {
namespace {

constexpr double kMargin = 16, kGap = 10;  // around all; between pictures
constexpr double kPageWidth = 930;
constexpr double kTitleSize = 13, kGroupSize = 11, kCaptionSize = 9;
constexpr double kTitleHeight = 30, kGroupHeight = 22, kCaptionHeight = 13;
constexpr double kLarge = 84, kSmall = 40, kMostSide = 16;  // of pictures, and of a pixel in them
constexpr std::size_t kManyPictures = 40;                   // so many are drawn small
constexpr double kRowWidth = 640, kRowHeight = 16;          // of pictures with a single row
constexpr double kBarWidth = 180, kBarHeight = 10, kBarSteps = 60;

std::string number(double value) { return value == 0 ? "0" : decimal(value, std::fabs(value) < 10 ? 2 : 0); }

std::string range_text(const Range& range) { return number(range.least) + " to " + number(range.most); }

// Of a pixel: whole, so that all pixels look alike.
Point pixel_size(const Picture& picture, std::size_t pictures) {
  if (picture.height == 1 && picture.width > 1) {
    const double width = std::clamp(std::floor(kRowWidth / picture.width), 1.0, kMostSide);
    return {width, kRowHeight};
  }
  const double longer = std::max(picture.width, picture.height);
  const bool matrix = pictures == 1 && longer > kSmall;
  const double wanted = matrix ? kRowWidth : pictures > kManyPictures ? kSmall : kLarge;
  const double side = std::clamp(std::floor(wanted / longer), 1.0, kMostSide);
  return {side, side};
}

// Full rows look best: at most `fitting`, and not much fewer.
std::size_t full_rows(std::size_t count, std::size_t fitting) {
  if (count <= fitting) return count;
  for (std::size_t columns = fitting; columns > fitting / 2; --columns) {
    if (count % columns == 0) return columns;
  }
  return fitting;
}

// How a group lies on the page.
struct Layout {
  double cell_width = 0, picture_height = 0, caption_height = 0;
  std::size_t columns = 1, rows = 0;

  double cell_height() const { return picture_height + caption_height; }
  Point corner(std::size_t index, const Point& first) const {
    const std::size_t column = index % columns, row = index / columns;
    return {first.x + static_cast<double>(column) * (cell_width + kGap),
            first.y + static_cast<double>(row) * (cell_height() + kGap)};
  }
  double width() const { return static_cast<double>(columns) * (cell_width + kGap) - kGap; }
  double height() const { return static_cast<double>(rows) * (cell_height() + kGap) - kGap; }
};

class GridPainter {
 public:
  explicit GridPainter(const ImageGrid& grid) : grid_(grid) {}

  Drawing draw() {
    drawing_.title = grid_.title;
    drawing_.width = text_width(grid_.title, kTitleSize) * 1.15 + 2 * kMargin;
    y_ = kMargin;
    if (!grid_.title.empty()) {
      add(Text{{kMargin, y_ + 12}, grid_.title, Anchor::start, kTitleSize});
      y_ += kTitleHeight;
    }
    for (const PictureGroup& group : grid_.groups) draw_group(group);
    if (grid_.shows_range && grid_.groups.size() == 1 && grid_.scale != Scale::each)
      draw_bar(grid_.groups[0]);
    drawing_.height = y_ - kGap + kMargin;
    return std::move(drawing_);
  }

 private:
  bool range_below() const { return grid_.shows_range && grid_.scale == Scale::each; }

  void add(Shape shape) { drawing_.shapes.push_back(std::move(shape)); }
  void widen(double right) { drawing_.width = std::max(drawing_.width, std::ceil(right + kMargin)); }

  Layout layout_of(const PictureGroup& group) const {
    Layout layout;
    const std::size_t count = group.pictures.size();
    bool captions = false;
    for (const Picture& p : group.pictures) {
      const Point pixel = pixel_size(p, count);
      layout.cell_width =
          std::max({layout.cell_width, p.width * pixel.x, text_width(p.caption, kCaptionSize)});
      layout.picture_height = std::max(layout.picture_height, p.height * pixel.y);
      captions = captions || !p.caption.empty();
      if (range_below()) {
        const std::string text = range_text(range_of(group, p, grid_.scale));
        layout.cell_width = std::max(layout.cell_width, text_width(text, kCaptionSize) * 1.1);
      }
    }
    layout.caption_height = kCaptionHeight * ((captions ? 1 : 0) + (range_below() ? 1 : 0));
    const auto fitting = static_cast<std::size_t>((kPageWidth + kGap) / (layout.cell_width + kGap));
    layout.columns = grid_.columns != 0 ? std::min<std::size_t>(count, grid_.columns)
                                        : full_rows(count, std::max<std::size_t>(1, fitting));
    layout.rows = (count + layout.columns - 1) / layout.columns;
    return layout;
  }

  void draw_group(const PictureGroup& group) {
    if (group.pictures.empty()) return;
    if (!group.title.empty()) draw_group_title(group);
    const Layout layout = layout_of(group);
    for (std::size_t i = 0; i < group.pictures.size(); ++i) {
      draw_picture(group, group.pictures[i], layout, layout.corner(i, {kMargin, y_}));
    }
    widen(kMargin + layout.width());
    y_ += layout.height() + kGap;
  }

  void draw_group_title(const PictureGroup& group) {
    add(Text{{kMargin, y_ + 12}, group.title, Anchor::start, kGroupSize});
    double right = kMargin + text_width(group.title, kGroupSize) * 1.15;
    if (grid_.shows_range && grid_.scale != Scale::each) {
      const std::string text = range_text(range_of(group, group.pictures[0], grid_.scale));
      add(Text{{right + kGap, y_ + 12}, text, Anchor::start, kCaptionSize, Role::faint});
      right += kGap + text_width(text, kCaptionSize) * 1.15;
    }
    widen(right);
    y_ += kGroupHeight;
  }

  void draw_picture(const PictureGroup& group, const Picture& picture, const Layout& layout,
                    const Point& cell) {
    const Range range = range_of(group, picture, grid_.scale);
    Tile tile{.corner = {},
              .pixel = pixel_size(picture, group.pictures.size()),
              .width = picture.width,
              .height = picture.height,
              .pixels = {}};
    for (const float value : picture.values)
      tile.pixels.push_back(shade(share_of(value, range), grid_.scale));
    const double middle = cell.x + layout.cell_width / 2;
    const double width = picture.width * tile.pixel.x, height = picture.height * tile.pixel.y;
    tile.corner = {cell.x + std::floor((layout.cell_width - width) / 2), cell.y};
    // White parts end somewhere on white paper, too.
    add(Box{{tile.corner.x - 1, tile.corner.y - 1}, width + 2, height + 2, Role::grid});
    add(std::move(tile));
    double y = cell.y + layout.picture_height + kCaptionHeight - 2;
    if (!picture.caption.empty()) {
      add(Text{{middle, y}, picture.caption, Anchor::middle, kCaptionSize});
      y += kCaptionHeight;
    }
    if (range_below()) add(Text{{middle, y}, range_text(range), Anchor::middle, kCaptionSize, Role::faint});
  }

  // What the shades mean, when they mean the same everywhere.
  void draw_bar(const PictureGroup& group) {
    const Range range = range_of(group, group.pictures[0], grid_.scale);
    const double step = kBarWidth / kBarSteps;
    add(Box{{kMargin - 1, y_ + 5}, kBarWidth + 2, kBarHeight + 2, Role::grid});
    for (double i = 0; i < kBarSteps; ++i) {
      const Rgb color = shade(i / (kBarSteps - 1), grid_.scale);
      add(Box{{kMargin + i * step, y_ + 6}, step, kBarHeight, color});
    }
    y_ += 6 + kBarHeight + kCaptionHeight;
    add(Text{{kMargin, y_}, number(range.least), Anchor::start, kCaptionSize, Role::faint});
    add(Text{{kMargin + kBarWidth, y_}, number(range.most), Anchor::end, kCaptionSize, Role::faint});
    if (grid_.scale == Scale::symmetric)
      add(Text{{kMargin + kBarWidth / 2, y_}, "0", Anchor::middle, kCaptionSize, Role::faint});
    widen(kMargin + kBarWidth);
    y_ += kGap;
  }

  const ImageGrid& grid_;
  double y_ = 0;  // where the next thing begins
  Drawing drawing_;
};

}  // namespace

Range range_of(const PictureGroup& group, const Picture& picture, Scale scale) {
  if (scale == Scale::each) return range_of(picture.values);
  Range all = range_of(picture.values);
  for (const Picture& other : group.pictures) {
    const Range range = range_of(other.values);
    all = {std::min(all.least, range.least), std::max(all.most, range.most)};
  }
  return scale == Scale::symmetric ? symmetric_range(all) : all;
}

Drawing draw(const ImageGrid& grid) { return GridPainter(grid).draw(); }

}  // namespace lentil::plot
