#include "tools/plot/chart.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "tools/plot/decimal.h"
#include "tools/plot/ticks.h"

namespace lentil::plot {
namespace {

constexpr double kTextSize = 11, kTitleSize = 13, kLineWidth = 1.8, kDiscRadius = 2.6;
constexpr double kWider = 1.15;                   // a viewer's font, at most
constexpr double kGap = 8;                        // between a text and what it stands beside
constexpr double kSample = 20, kLegendStep = 16;  // a legend's piece of line; from entry to entry
constexpr double kCoverStep = 4;
constexpr double kTickEvery = 60, kTickEveryRow = 40;  // pixels, about

bool finite(const Point& p) { return std::isfinite(p.x) && std::isfinite(p.y); }

// Lines of one pixel are sharp where they fill one.
double sharp(double value) { return std::floor(value) + 0.5; }

struct Bounds {
  Range x{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}, y = x;

  bool empty() const { return x.least > x.most; }
};

void include(Range& range, double value) {
  range = {std::min(range.least, value), std::max(range.most, value)};
}

Bounds bounds_of(const Chart& chart) {
  Bounds bounds;
  for (const Series& series : chart.series) {
    for (const Point& p : series.points) {
      if (!finite(p)) continue;
      include(bounds.x, p.x);
      include(bounds.y, p.y);
    }
  }
  if (bounds.empty()) bounds = {{0, 1}, {0, 1}};
  if (chart.x.from_zero) include(bounds.x, 0);
  if (chart.y.from_zero) include(bounds.y, 0);
  return bounds;
}

class ChartPainter {
 public:
  explicit ChartPainter(const Chart& chart) : chart_(chart) {
    const Bounds bounds = bounds_of(chart);
    top_ = chart.title.empty() ? 14 : 38;
    bottom_ = chart.height - (chart.x.label.empty() ? 28 : 46);
    y_ = nice_ticks(bounds.y, wanted(bottom_ - top_, kTickEveryRow), chart.y.whole);
    double widest = 0;
    for (const Tick& tick : y_.ticks) widest = std::max(widest, text_width(tick.label, kTextSize));
    left_ = std::ceil(widest + kGap + (chart.y.label.empty() ? 6 : 28));
    right_ = chart.width - 18;
    x_ = nice_ticks(bounds.x, wanted(right_ - left_, kTickEvery), chart.x.whole);
  }

  Drawing draw() {
    drawing_ = {.width = chart_.width, .height = chart_.height, .title = chart_.title, .shapes = {}};
    draw_axes();
    draw_labels();
    for (const Series& series : chart_.series) draw_series(series);
    draw_legend();
    return std::move(drawing_);
  }

 private:
  static std::uint32_t wanted(double length, double every) {
    return static_cast<std::uint32_t>(std::max(2.0, length / every));
  }

  double x_at(double value) const {
    return left_ + (value - x_.range.least) / (x_.range.most - x_.range.least) * (right_ - left_);
  }
  double y_at(double value) const {
    return bottom_ - (value - y_.range.least) / (y_.range.most - y_.range.least) * (bottom_ - top_);
  }
  Point at(const Point& p) const { return {x_at(p.x), y_at(p.y)}; }

  void add(Shape shape) { drawing_.shapes.push_back(std::move(shape)); }

  void draw_axes() {
    for (const Tick& tick : y_.ticks) {
      const double y = sharp(y_at(tick.value));
      add(Line{{{left_, y}, {right_, y}}, Role::grid});
      add(Text{{left_ - kGap, y + 4}, tick.label, Anchor::end, kTextSize, Role::faint});
    }
    for (const Tick& tick : x_.ticks) {
      const double x = sharp(x_at(tick.value));
      add(Line{{{x, top_}, {x, bottom_}}, Role::grid});
      add(Text{{x, bottom_ + 17}, tick.label, Anchor::middle, kTextSize, Role::faint});
    }
    const double x = sharp(left_), y = sharp(bottom_);
    add(Line{{{x, top_}, {x, y}, {right_, y}}, Role::faint});
  }

  void draw_labels() {
    const double middle_x = left_ / 2 + right_ / 2, middle_y = top_ / 2 + bottom_ / 2;
    if (!chart_.title.empty())
      add(Text{{middle_x, 22}, chart_.title, Anchor::middle, kTitleSize, Role::text});
    if (!chart_.x.label.empty())
      add(Text{{middle_x, chart_.height - 10}, chart_.x.label, Anchor::middle, kTextSize, Role::text});
    if (!chart_.y.label.empty())
      add(Text{{17, middle_y}, chart_.y.label, Anchor::middle, kTextSize, Role::text, true});
  }

  void draw_series(const Series& series) {
    Line line{.points = {}, .paint = series.color, .width = kLineWidth};
    for (const Point& p : series.points) {
      if (finite(p)) line.points.push_back(at(p));
    }
    cover(line.points, series.marks != Marks::discs);
    if (series.marks != Marks::line) {
      for (const Point& p : line.points) add(Disc{p, kDiscRadius, series.color});
    }
    if (series.marks != Marks::discs && !line.points.empty()) add(std::move(line));
  }

  // Remembers where something is drawn: at the points, and at steps of the way between them.
  void cover(const std::vector<Point>& points, bool joined) {
    covered_.insert(covered_.end(), points.begin(), points.end());
    for (std::size_t i = 1; i < points.size() && joined; ++i) {
      const Point &a = points[i - 1], &b = points[i];
      const double steps = std::ceil(std::max(std::fabs(b.x - a.x), std::fabs(b.y - a.y)) / kCoverStep);
      for (double k = 1; k < steps; ++k)
        covered_.push_back({a.x + (b.x - a.x) * k / steps, a.y + (b.y - a.y) * k / steps});
    }
  }

  // Of what is drawn, inside a box at `corner`.
  std::size_t hidden_by(const Point& corner, double width, double height) const {
    return static_cast<std::size_t>(std::ranges::count_if(covered_, [&](const Point& p) {
      return p.x >= corner.x && p.x <= corner.x + width && p.y >= corner.y && p.y <= corner.y + height;
    }));
  }

  Point legend_corner(double width, double height) const {
    const double right = right_ - width - kGap, low = bottom_ - height - kGap;
    Point best{right, top_ + kGap};
    for (const Point& corner : {best, Point{right, low}, Point{left_ + kGap, low},
                                Point{left_ + kGap, best.y}, Point{right, (best.y + low) / 2}}) {
      if (hidden_by(corner, width, height) < hidden_by(best, width, height)) best = corner;
    }
    return best;
  }

  void draw_legend() {
    double width = 0, entries = 0;
    for (const Series& series : chart_.series) {
      if (series.name.empty()) continue;
      width = std::max(width, text_width(series.name, kTextSize));
      ++entries;
    }
    if (entries == 0) return;
    width = kSample + kGap + width * kWider;
    Point at = legend_corner(width, entries * kLegendStep);
    add(Box{{at.x - kGap / 2, at.y}, width + kGap, entries * kLegendStep, Role::paper});
    for (const Series& series : chart_.series) {
      if (series.name.empty()) continue;
      draw_entry(series, {at.x, sharp(at.y + kLegendStep / 2)});
      at.y += kLegendStep;
    }
  }

  void draw_entry(const Series& series, const Point& left) {
    if (series.marks != Marks::discs) add(Line{{left, {left.x + kSample, left.y}}, series.color, kLineWidth});
    if (series.marks != Marks::line) add(Disc{{left.x + kSample / 2, left.y}, kDiscRadius, series.color});
    add(Text{{left.x + kSample + kGap, left.y + 4}, series.name, Anchor::start, kTextSize, Role::text});
  }

  const Chart& chart_;
  Ticks x_, y_;
  double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0;  // of the field between the axes
  std::vector<Point> covered_;
  Drawing drawing_;
};

// "y = 2.00 x + 0.50"
std::string equation(const FittedLine& line) {
  const bool below = line.intercept < 0;
  return "y = " + decimal(line.slope, 2) + " x " + (below ? "- " : "+ ") +
         decimal(below ? -line.intercept : line.intercept, 2);
}

}  // namespace

Drawing draw(const Chart& chart) { return ChartPainter(chart).draw(); }

Drawing scatter_with_line(std::span<const float> x, std::span<const float> y, const FittedLine& line,
                          const std::string& title) {
  assert(x.size() == y.size());
  Series data{.name = "data", .points = {}, .marks = Marks::discs, .color = Role::blue};
  Series fitted{.name = equation(line), .points = {}, .marks = Marks::line, .color = Role::orange};
  for (std::size_t i = 0; i < x.size(); ++i) data.points.push_back({x[i], y[i]});
  if (!x.empty()) {
    const auto [least, most] = std::ranges::minmax(x);
    for (const double end : {double{least}, double{most}})
      fitted.points.push_back({end, line.slope * end + line.intercept});
  }
  return draw(Chart{.title = title,
                    .x = {.label = "x"},
                    .y = {.label = "y"},
                    .series = {std::move(data), std::move(fitted)}});
}

}  // namespace lentil::plot
