// A picture as a list of shapes, the same for every backend. Lengths are pixels of the picture at its own
// size, from its top left corner.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lentil::plot {

// What a colour is for. SVG files name a style for each, with other colours on dark screens.
enum class Role : std::uint8_t { paper, text, faint, grid, blue, orange, green };
inline constexpr std::size_t kRoles = 7;

// A colour that means a value: the same on paper, light and dark screens.
struct Rgb {
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Rgb&) const = default;
};

using Paint = std::variant<Role, Rgb>;

struct Point {
  double x = 0, y = 0;
};

// A line through all points, with round ends and corners.
struct Line {
  std::vector<Point> points;
  Paint paint = Role::text;
  double width = 1;
};

struct Disc {
  Point centre;
  double radius = 2;
  Paint paint = Role::text;
};

struct Box {
  Point corner{};  // top left
  double width = 0, height = 0;
  Paint paint = Role::text;
};

enum class Anchor : std::uint8_t { start, middle, end };

struct Text {
  Point at;  // on the base line, at the anchor
  std::string text;
  Anchor anchor = Anchor::start;
  double size = 11;  // of the font
  Paint paint = Role::text;
  bool upright = false;  // turned to be read from below to above
};

// A small picture whose pixels are boxes.
struct Tile {
  Point corner;
  Point pixel{1, 1};                    // the size of one
  std::uint32_t width = 0, height = 0;  // in pixels
  std::vector<Rgb> pixels;              // [height][width]
};

using Shape = std::variant<Line, Disc, Box, Text, Tile>;

struct Drawing {
  double width = 0, height = 0;
  std::string title;  // for those who cannot see it
  std::vector<Shape> shapes;
};

// The width of a text in pixels: exact in PNG files, near in SVG files, whose viewer chooses the font.
double text_width(std::string_view text, double size);

// Drawings beside each other, below a title.
Drawing beside(const std::vector<Drawing>& drawings, const std::string& title);

}  // namespace lentil::plot
