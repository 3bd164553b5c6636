#include "runtime/prepare/plane.h"

#include <algorithm>

namespace lentil::preparation {

Box join(const Box& a, const Box& b) {
  return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right),
          std::max(a.bottom, b.bottom)};
}

Box grown(const Box& box, int by, const Box& limits) {
  return {std::max(box.left - by, limits.left), std::max(box.top - by, limits.top),
          std::min(box.right + by, limits.right), std::min(box.bottom + by, limits.bottom)};
}

Histogram histogram(std::span<const std::uint8_t> values) {
  Histogram counts{};
  for (const std::uint8_t value : values) ++counts[value];
  return counts;
}

int percentile(const Histogram& counts, std::uint32_t permille) {
  std::uint64_t total = 0, below = 0;
  for (const std::uint32_t count : counts) total += count;
  for (int value = 0; value < 255; ++value) {
    below += counts[static_cast<std::size_t>(value)];
    if (below * 1000 > total * permille) return value;
  }
  return 255;
}

TwoClasses two_classes(const Histogram& counts) {
  std::int64_t total = 0, sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    total += counts[i];
    sum += static_cast<std::int64_t>(i) * counts[i];
  }
  TwoClasses best;
  std::int64_t low = 0, low_sum = 0, most = -1;
  for (std::size_t i = 0; i < 255; ++i) {
    low += counts[i];
    low_sum += static_cast<std::int64_t>(i) * counts[i];
    const std::int64_t high = total - low;
    if (low == 0 || high == 0) continue;
    const std::int64_t low_mean = low_sum / low, high_mean = (sum - low_sum) / high;
    const std::int64_t apart = high_mean - low_mean;
    const std::int64_t between = low * high / 256 * apart * apart;
    if (between <= most) continue;
    most = between;
    best = {static_cast<int>(i), static_cast<int>(low_mean), static_cast<int>(high_mean)};
  }
  return best;
}

}  // namespace lentil::preparation
