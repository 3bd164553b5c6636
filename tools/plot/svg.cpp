#include "tools/plot/svg.h"

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

std::string hex(const Rgb& color) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "#";
  for (const std::uint8_t part : {color.red, color.green, color.blue}) {
    text += kDigits[part >> 4];
    text += kDigits[part & 15];
  }
  return text;
}

// name="12.5"
std::string attribute(const char* name, double value) {
  return std::string(" ") + name + "=\"" + coordinate(value) + "\"";
}

// Text takes its colour from whoever shows it, if the file stands inside a page.
std::string styles(bool dark) {
  const RoleColors& words = colors_of(Role::text);
  std::string text = "svg{color:" + hex(dark ? words.dark : words.light) + "}";
  for (const RoleColors& role : kPalette) {
    const std::string color = role.name == "text" ? "currentColor" : hex(dark ? role.dark : role.light);
    text += "." + std::string(role.name) + "{fill:" + color + "}.l-" + std::string(role.name) +
            "{stroke:" + color + "}";
  }
  return text;
}

class SvgWriter {
 public:
  std::string text;

  void operator()(const Line& line) {
    text += "<polyline" + paint(line.paint, "l-", "stroke") + attribute("stroke-width", line.width) +
            " points=\"";
    for (const Point& p : line.points) {
      if (&p != line.points.data()) text += ' ';
      text += coordinate(p.x) + "," + coordinate(p.y);
    }
    text += "\"/>\n";
  }

  void operator()(const Disc& disc) {
    text += "<circle" + paint(disc.paint) + attribute("cx", disc.centre.x) + attribute("cy", disc.centre.y) +
            attribute("r", disc.radius) + "/>\n";
  }

  void operator()(const Box& box) {
    text += "<rect" + paint(box.paint) + attribute("x", box.corner.x) + attribute("y", box.corner.y) +
            attribute("width", box.width) + attribute("height", box.height) + "/>\n";
  }

  void operator()(const Text& t) {
    constexpr std::array<const char*, 3> kAnchors{"start", "middle", "end"};
    text += "<text" + paint(t.paint);
    if (t.upright) {
      text += " transform=\"translate(" + coordinate(t.at.x) + " " + coordinate(t.at.y) + ") rotate(-90)\"";
    } else {
      text += attribute("x", t.at.x) + attribute("y", t.at.y);
    }
    text += attribute("font-size", t.size);
    if (t.anchor != Anchor::start)
      text += std::string(" text-anchor=\"") + kAnchors.at(static_cast<std::size_t>(t.anchor)) + "\"";
    text += ">" + escaped(t.text) + "</text>\n";
  }

  // A path for each colour: runs of pixels, sharp at any size.
  void operator()(const Tile& tile) {
    std::map<std::string, std::string> paths;
    for (std::uint32_t y = 0; y < tile.height; ++y) {
      for (std::uint32_t x = 0, end = 0; x < tile.width; x = end) {
        const std::size_t row = std::size_t{y} * tile.width;
        for (end = x + 1; end < tile.width && tile.pixels[row + end] == tile.pixels[row + x];) ++end;
        const std::string run = std::to_string(end - x);
        paths[hex(tile.pixels[row + x])] +=
            "M" + std::to_string(x) + " " + std::to_string(y) + "h" + run + "v1h-" + run + "z";
      }
    }
    text += "<g shape-rendering=\"crispEdges\" transform=\"translate(" + coordinate(tile.corner.x) + " " +
            coordinate(tile.corner.y) + ") scale(" + coordinate(tile.pixel.x) + " " +
            coordinate(tile.pixel.y) + ")\">";
    for (const auto& [color, path] : paths) text += "<path fill=\"" + color + "\" d=\"" + path + "\"/>";
    text += "</g>\n";
  }

 private:
  static std::string paint(const Paint& paint, const std::string& prefix = "", const char* name = "fill") {
    if (const Rgb* color = std::get_if<Rgb>(&paint))
      return std::string(" ") + name + "=\"" + hex(*color) + "\"";
    return " class=\"" + prefix + std::string(colors_of(std::get<Role>(paint)).name) + "\"";
  }
};

}  // namespace

std::string to_svg(const Drawing& drawing) {
  const std::string width = coordinate(drawing.width), height = coordinate(drawing.height);
  SvgWriter writer;
  writer.text = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width + "\" height=\"" + height +
                "\" viewBox=\"0 0 " + width + " " + height + "\" role=\"img\">\n<title>" +
                escaped(drawing.title) + "</title>\n<style>svg{font-family:system-ui,sans-serif}" +
                "polyline{fill:none;stroke-linejoin:round;stroke-linecap:round}" + styles(false) +
                "@media screen and (prefers-color-scheme:dark){" + styles(true) + "}</style>\n" +
                "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
  for (const Shape& shape : drawing.shapes) std::visit(writer, shape);
  return writer.text + "</svg>\n";
}

}  // namespace lentil::plot
