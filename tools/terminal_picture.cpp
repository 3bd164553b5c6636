#include "tools/terminal_picture.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unistd.h>

#include "tools/terminal.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

constexpr std::uint32_t kBright = 128;
constexpr std::array<const char*, 4> kHalves{" ", "▀", "▄", "█"};  // by: upper bright + 2 * lower bright
constexpr std::string_view kShades = " .:-=+*#%@";
constexpr std::size_t kGap = 2;  // columns between pictures
constexpr std::array<const char*, 5> kDensities{" ", "░", "▒", "▓", "█"};
constexpr std::uint32_t kSmallWidth = 16;  // pixels; wider pictures have a column for each

// Of the 256 colours that terminals agree on: a ramp of grey, and a cube with six steps for each part.
unsigned terminal_color(const plot::Rgb& c) {
  if (c.red == c.green && c.green == c.blue) return c.red == 255 ? 231u : 232u + c.red * 24u / 256u;
  const auto step = [](std::uint8_t part) { return part < 48 ? 0u : part < 115 ? 1u : (part - 35u) / 40u; };
  return 16 + 36 * step(c.red) + 6 * step(c.green) + step(c.blue);
}

// The end of an order that chooses a colour.
std::string color_words(const plot::Rgb& c, Shading shading) {
  if (shading == Shading::colors) return "8;5;" + std::to_string(terminal_color(c));
  return "8;2;" + std::to_string(c.red) + ";" + std::to_string(c.green) + ";" + std::to_string(c.blue);
}

std::string colored_cell(const plot::Rgb& upper, const plot::Rgb* lower, Shading shading) {
  const std::string background = lower == nullptr ? "49" : "4" + color_words(*lower, shading);
  return "\x1b[3" + color_words(upper, shading) + ";" + background + "m▀";
}

std::string dense_cell(double light, Shading shading) {
  const auto pick = [&](std::size_t count) {
    return std::min(static_cast<std::size_t>(light * static_cast<double>(count)), count - 1);
  };
  if (shading == Shading::blocks) return kDensities.at(pick(kDensities.size()));
  return {kShades[pick(kShades.size())]};
}

}  // namespace

std::string picture_text(std::span<const std::uint8_t> pixels, std::uint32_t height, std::uint32_t width,
                         bool unicode) {
  std::string text;
  for (std::size_t y = 0; y < height; y += 2) {
    for (std::size_t x = 0; x < width; ++x) {
      const std::uint32_t upper = pixels[y * width + x];
      const std::uint32_t lower = y + 1 < height ? pixels[(y + 1) * width + x] : 0;
      if (unicode) {
        text += kHalves.at((upper >= kBright ? 1u : 0u) + (lower >= kBright ? 2u : 0u));
      } else {
        text += kShades[(upper + lower) * (kShades.size() - 1) / 510];
      }
    }
    text += '\n';
  }
  return text;
}

Shading terminal_shading() {
  if (!use_utf8()) return Shading::letters;
  if (!use_color(STDOUT_FILENO)) return Shading::blocks;
  return knows_all_colors() ? Shading::true_colors : Shading::colors;
}

ShadedPicture shaded_picture(std::span<const plot::Rgb> colors, std::span<const double> light,
                             std::uint32_t height, std::uint32_t width, Shading shading) {
  // A character is twice as high as wide: it holds two pixels, or two of them make one pixel.
  const bool small = width <= kSmallWidth, colored = shading >= Shading::colors;
  const std::uint32_t across = small ? 2 : 1, down = colored && small ? 2 : 1;  // cells of a pixel
  const std::uint32_t rows = height * down, step = colored || !small ? 2 : 1;
  ShadedPicture picture{.lines = {}, .columns = width * across};
  for (std::uint32_t row = 0; row < rows; row += step) {
    const std::size_t upper = std::size_t{row / down} * width,
                      lower = std::size_t{(row + step - 1) / down} * width;
    const bool half = row + step > rows;
    for (std::uint32_t column = 0; column < picture.columns; ++column) {
      const std::size_t x = column / across;
      if (colored) {
        picture.lines += colored_cell(colors[upper + x], half ? nullptr : &colors[lower + x], shading);
      } else {
        picture.lines += dense_cell((light[upper + x] + (half ? 0 : light[lower + x])) / 2, shading);
      }
    }
    picture.lines += colored ? "\x1b[0m\n" : "\n";
  }
  return picture;
}

std::string side_by_side(std::span<const CaptionedPicture> pictures, std::uint32_t picture_columns,
                         std::uint32_t columns) {
  const std::size_t per_row = std::max<std::size_t>(1, (columns + kGap) / (picture_columns + kGap));
  const std::string gap(kGap, ' ');
  std::string text;
  while (!pictures.empty()) {
    const auto row = pictures.first(std::min(per_row, pictures.size()));
    std::vector<std::string> lines(split(row[0].lines, '\n').size() + 1);
    for (const CaptionedPicture& picture : row) {
      const std::vector<std::string> parts = split(picture.lines, '\n');
      const bool first = &picture == row.data();
      for (std::size_t i = 0; i < parts.size(); ++i) lines[i] += (first ? "" : gap) + parts[i];
      std::string caption = picture.caption.substr(0, picture_columns);
      caption.resize(picture_columns, ' ');
      lines.back() += (first ? "" : gap) + caption;
    }
    for (std::string& line : lines) text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    pictures = pictures.subspan(row.size());
  }
  return text;
}

}  // namespace lentil::tools
