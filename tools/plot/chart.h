// Points and lines over two axes.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "tools/plot/drawing.h"

namespace lentil::plot {

enum class Marks : std::uint8_t { line, discs, line_and_discs };

struct Series {
  std::string name;           // for the legend; empty: it is not in there
  std::vector<Point> points;  // in units of the axes; those that are not finite are left out
  Marks marks = Marks::line;
  Role color = Role::blue;
};

struct Axis {
  std::string label;
  bool whole = false;      // ticks at whole numbers alone
  bool from_zero = false;  // zero is in sight
};

struct Chart {
  std::string title;
  Axis x, y;
  std::vector<Series> series;
  double width = 460, height = 320;  // of the whole drawing
};

// Axes end at ticks with round numbers. The legend lies where it covers the fewest points.
Drawing draw(const Chart& chart);

// Measured points and the line that was fitted to them, for linear regression. As many x as y.
struct FittedLine {
  double slope = 0, intercept = 0;
};
Drawing scatter_with_line(std::span<const float> x, std::span<const float> y, const FittedLine& line,
                          const std::string& title);

}  // namespace lentil::plot
