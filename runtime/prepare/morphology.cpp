#include "runtime/prepare/morphology.h"

#include <algorithm>

namespace lentil::preparation {
namespace {

struct Least {
  std::uint8_t operator()(std::uint8_t a, std::uint8_t b) const { return std::min(a, b); }
};
struct Most {
  std::uint8_t operator()(std::uint8_t a, std::uint8_t b) const { return std::max(a, b); }
};

// Loops over whole rows, which compilers turn into vectors.
template <class Pick>
void slide(const Plane& from, const Plane& to, int radius, std::uint8_t* spare, Pick pick) {
  const Plane between{spare, from.width, from.height};
  for (int y = 0; y < from.height; ++y) {
    const std::uint8_t* in = from.row(y);
    std::uint8_t* out = between.row(y);
    std::copy_n(in, from.width, out);
    for (int shift = 1; shift <= std::min(radius, from.width - 1); ++shift) {
      for (int x = 0; x < from.width - shift; ++x) out[x] = pick(out[x], in[x + shift]);
      for (int x = shift; x < from.width; ++x) out[x] = pick(out[x], in[x - shift]);
    }
  }
  for (int y = 0; y < from.height; ++y) {
    std::uint8_t* out = to.row(y);
    const int first = std::max(0, y - radius), last = std::min(from.height - 1, y + radius);
    std::copy_n(between.row(first), from.width, out);
    for (int other = first + 1; other <= last; ++other) {
      const std::uint8_t* in = between.row(other);
      for (int x = 0; x < from.width; ++x) out[x] = pick(out[x], in[x]);
    }
  }
}

}  // namespace

void erode(const Plane& from, const Plane& to, int radius, std::uint8_t* spare) {
  slide(from, to, radius, spare, Least());
}

void dilate(const Plane& from, const Plane& to, int radius, std::uint8_t* spare) {
  slide(from, to, radius, spare, Most());
}

void dilate_round(const Plane& from, const Plane& to, int radius) {
  std::fill(to.values().begin(), to.values().end(), std::uint8_t{0});
  for (int dy = -radius; dy <= radius; ++dy) {
    int reach = 0;  // a circle through the middles of the outermost pixels, half a pixel wider
    while ((reach + 1) * (reach + 1) + dy * dy <= radius * radius + radius) ++reach;
    for (int y = std::max(0, -dy); y < std::min(from.height, from.height - dy); ++y) {
      const std::uint8_t* in = from.row(y + dy);
      std::uint8_t* out = to.row(y);
      for (int dx = -reach; dx <= reach; ++dx) {
        for (int x = std::max(0, -dx); x < std::min(from.width, from.width - dx); ++x)
          out[x] = std::max(out[x], in[x + dx]);
      }
    }
  }
}

void blur(const Plane& from, const Plane& to, int radius) {
  const int side = 2 * radius + 1;
  std::array<int, kWorkSide> columns{};
  for (int y = 0; y < from.height; ++y) {
    columns.fill(0);
    for (int dy = -radius; dy <= radius; ++dy) {
      const std::uint8_t* in = from.row(std::clamp(y + dy, 0, from.height - 1));
      for (int x = 0; x < from.width; ++x) columns[static_cast<std::size_t>(x)] += in[x];
    }
    const auto column = [&](int x) {
      return columns[static_cast<std::size_t>(std::clamp(x, 0, from.width - 1))];
    };
    int sum = side * side / 2;
    for (int x = -radius; x < radius; ++x) sum += column(x);
    for (int x = 0; x < from.width; ++x) {
      sum += column(x + radius);
      to.at(x, y) = static_cast<std::uint8_t>(sum / (side * side));
      sum -= column(x - radius);
    }
  }
}

}  // namespace lentil::preparation
