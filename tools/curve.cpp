#include "tools/curve.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace lentil::tools {

std::string curve_text(std::span<const float> values, std::size_t columns, bool unicode) {
  constexpr std::array<const char*, 8> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::array<const char*, 8> kAscii{"_", ".", "-", "~", "=", "+", "*", "#"};
  std::vector<float> means;
  const std::size_t count = std::min(columns, values.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = values.size() * i / count, end = values.size() * (i + 1) / count;
    const auto part = values.subspan(begin, end - begin);
    means.push_back(std::accumulate(part.begin(), part.end(), 0.0f) / static_cast<float>(part.size()));
  }
  if (means.empty()) return "";
  const auto [least, most] = std::minmax_element(means.begin(), means.end());
  std::string text;
  for (const float mean : means) {
    const float height = *most > *least ? (mean - *least) / (*most - *least) : 0;
    text += (unicode ? kBlocks : kAscii)[std::min(static_cast<std::size_t>(height * 8), std::size_t{7})];
  }
  return text;
}

}  // namespace lentil::tools
