#include "tools/terminal_picture.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "tools/text.h"

namespace lentil::tools {
namespace {

constexpr std::uint32_t kBright = 128;
constexpr std::array<const char*, 4> kHalves{" ", "▀", "▄", "█"};  // by: upper bright + 2 * lower bright
constexpr std::string_view kShades = " .:-=+*#%@";
constexpr std::size_t kGap = 2;  // columns between pictures

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
