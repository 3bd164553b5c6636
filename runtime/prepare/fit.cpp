#include "runtime/prepare/fit.h"

#include <algorithm>

namespace lentil::preparation {
namespace {

constexpr int kFractionBits = 22;  // of Pillow's weights for 8 bits

// `count` values that lie `step` apart.
template <class Value>
struct Line {
  Value* values;
  int count, step;
};
using Source = Line<const std::uint8_t>;

int distance(int a, int b) { return a < b ? b - a : a - b; }

// Pixel i of `to` is a mean of the pixels near its middle, weighted by a triangle that is as wide as two
// pixels of the coarser side. Everything is counted in units of 1 / (2 * to.count) of a pixel of `from`.
std::uint8_t weighted_mean(const Source& from, int to_count, int i) {
  const int reach = 2 * std::max(from.count, to_count);
  const int middle = (2 * i + 1) * from.count;
  const int first = std::max(0, (middle - reach) / (2 * to_count) - 1);
  const int last = std::min(from.count - 1, (middle + reach) / (2 * to_count) + 1);
  const auto weight = [&](int at) { return std::max(0, reach - distance((2 * at + 1) * to_count, middle)); };
  std::int64_t total = 0;
  for (int at = first; at <= last; ++at) total += weight(at);
  std::int64_t sum = std::int64_t{1} << (kFractionBits - 1);
  for (int at = first; at <= last; ++at) {
    const std::int64_t part = ((std::int64_t{weight(at)} << (kFractionBits + 1)) + total) / (2 * total);
    sum += part * from.values[at * from.step];
  }
  return static_cast<std::uint8_t>(std::min<std::int64_t>(sum >> kFractionBits, 255));
}

void resize_line(const Source& from, const Line<std::uint8_t>& to) {
  for (int i = 0; i < to.count; ++i) to.values[i * to.step] = weighted_mean(from, to.count, i);
}

}  // namespace

void resize(const ReadOnlyPlane& from, const Plane& to, std::uint8_t* rows) {
  const Plane between{rows, to.width, from.height};
  for (int y = 0; y < from.height; ++y)
    resize_line({from.data + y * from.width, from.width, 1}, {between.row(y), to.width, 1});
  for (int x = 0; x < to.width; ++x)
    resize_line({between.data + x, from.height, to.width}, {to.data + x, to.height, to.width});
}

void pad(const ReadOnlyPlane& from, int left, int top, const Plane& to) {
  const auto values = to.values();
  std::fill(values.begin(), values.end(), std::uint8_t{0});
  for (int y = 0; y < from.height; ++y)
    std::copy_n(from.data + y * from.width, from.width, to.row(y + top) + left);
}

}  // namespace lentil::preparation
