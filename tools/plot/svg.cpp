#include "tools/plot/svg.h"

#include <array>
#include <fmt/format.h>
#include <map>

#include "tools/plot/decimal.h"
#include "tools/plot/font.h"
#include "tools/plot/palette.h"

namespace lentil::plot {
namespace {

void append_utf8(std::string& text, char32_t c) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

// Valid UTF-8 without marks of XML, whatever the text holds.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char32_t c : characters(text)) {
    if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '&') {
      result += "&amp;";
    } else if (c == '"') {
      result += "&quot;";
    } else {
      append_utf8(result, c);
    }
  }
  return result;
}

std::string hex(const Rgb& c) { return fmt::format("#{:02x}{:02x}{:02x}", c.red, c.green, c.blue); }

// Text takes its colour from whoever shows it, if the file stands inside a page.
std::string styles(bool dark) {
  const RoleColors& words = colors_of(Role::text);
  std::string text = fmt::format("svg{{color:{}}}", hex(dark ? words.dark : words.light));
  for (const RoleColors& role : kPalette) {
    const std::string color = role.name == "text" ? "currentColor" : hex(dark ? role.dark : role.light);
    text += fmt::format(".{0}{{fill:{1}}}.l-{0}{{stroke:{1}}}", role.name, color);
  }
  return text;
}

std::string fill(const Paint& paint) {
  if (const Rgb* color = std::get_if<Rgb>(&paint)) return fmt::format("fill=\"{}\"", hex(*color));
  return fmt::format("class=\"{}\"", colors_of(std::get<Role>(paint)).name);
}

std::string stroke(const Paint& paint) {
  if (const Rgb* color = std::get_if<Rgb>(&paint)) return fmt::format("stroke=\"{}\"", hex(*color));
  return fmt::format("class=\"l-{}\"", colors_of(std::get<Role>(paint)).name);
}

class SvgWriter {
 public:
  std::string text;

  void operator()(const Line& line) {
    text +=
        fmt::format("<polyline {} stroke-width=\"{}\" points=\"", stroke(line.paint), coordinate(line.width));
    for (const Point& p : line.points)
      text += fmt::format("{}{},{}", &p == line.points.data() ? "" : " ", coordinate(p.x), coordinate(p.y));
    text += "\"/>\n";
  }

  void operator()(const Disc& disc) {
    text += fmt::format("<circle {} cx=\"{}\" cy=\"{}\" r=\"{}\"/>\n", fill(disc.paint),
                        coordinate(disc.centre.x), coordinate(disc.centre.y), coordinate(disc.radius));
  }

  void operator()(const Box& box) {
    text += fmt::format("<rect {} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", fill(box.paint),
                        coordinate(box.corner.x), coordinate(box.corner.y), coordinate(box.width),
                        coordinate(box.height));
  }

  void operator()(const Text& t) {
    constexpr std::array<const char*, 3> kAnchors{"start", "middle", "end"};
    const std::string x = coordinate(t.at.x), y = coordinate(t.at.y);
    const std::string place = t.upright ? fmt::format("transform=\"translate({} {}) rotate(-90)\"", x, y)
                                        : fmt::format("x=\"{}\" y=\"{}\"", x, y);
    text += fmt::format("<text {} {} font-size=\"{}\" text-anchor=\"{}\">{}</text>\n", fill(t.paint), place,
                        coordinate(t.size), kAnchors.at(static_cast<std::size_t>(t.anchor)), escaped(t.text));
  }

  // A path for each colour: runs of pixels, sharp at any size.
  void operator()(const Tile& tile) {
    std::map<std::string, std::string> paths;
    for (std::uint32_t y = 0; y < tile.height; ++y) {
      for (std::uint32_t x = 0, end = 0; x < tile.width; x = end) {
        const std::size_t row = std::size_t{y} * tile.width;
        for (end = x + 1; end < tile.width && tile.pixels[row + end] == tile.pixels[row + x];) ++end;
        paths[hex(tile.pixels[row + x])] += fmt::format("M{0} {1}h{2}v1h-{2}z", x, y, end - x);
      }
    }
    text += fmt::format("<g shape-rendering=\"crispEdges\" transform=\"translate({} {}) scale({} {})\">",
                        coordinate(tile.corner.x), coordinate(tile.corner.y), coordinate(tile.pixel.x),
                        coordinate(tile.pixel.y));
    for (const auto& [color, path] : paths) text += fmt::format("<path fill=\"{}\" d=\"{}\"/>", color, path);
    text += "</g>\n";
  }
};

}  // namespace

std::string to_svg(const Drawing& drawing) {
  const std::string width = coordinate(drawing.width), height = coordinate(drawing.height);
  SvgWriter writer;
  writer.text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "role=\"img\">\n"
      "<title>{2}</title>\n"
      "<style>svg{{font-family:system-ui,sans-serif}}"
      "polyline{{fill:none;stroke-linejoin:round;stroke-linecap:round}}"
      "{3}@media screen and (prefers-color-scheme:dark){{{4}}}</style>\n"
      "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n",
      width, height, escaped(drawing.title), styles(false), styles(true));
  for (const Shape& shape : drawing.shapes) std::visit(writer, shape);
  return writer.text + "</svg>\n";
}

}  // namespace lentil::plot
