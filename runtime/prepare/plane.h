// Small grey maps that the steps of the preparation hand on to each other.
#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace lentil::preparation {

inline constexpr int kWorkSide = 128;  // longest side of a map
inline constexpr int kWorkPixels = kWorkSide * kWorkSide;

// Whole pixels; right and bottom are behind the last one.
struct Box {
  int left = 0, top = 0, right = 0, bottom = 0;

  int width() const { return right - left; }
  int height() const { return bottom - top; }
  int longer() const { return width() > height() ? width() : height(); }
};

Box join(const Box& a, const Box& b);
Box grown(const Box& box, int by, const Box& limits);

// [height][width] without gaps, in memory of somebody else's.
struct Plane {
  std::uint8_t* data = nullptr;
  int width = 0, height = 0;

  std::uint8_t* row(int y) const { return data + y * width; }
  std::uint8_t& at(int x, int y) const { return data[y * width + x]; }
  int count() const { return width * height; }
  int longer() const { return width > height ? width : height; }
  Box box() const { return {0, 0, width, height}; }
  std::span<std::uint8_t> values() const { return {data, static_cast<std::size_t>(count())}; }
};

using Histogram = std::array<std::uint32_t, 256>;

Histogram histogram(std::span<const std::uint8_t> values);
// The least value with more than `permille` of all at or below it.
int percentile(const Histogram& counts, std::uint32_t permille);

// The two classes that Otsu's threshold makes ("A threshold selection method from gray-level histograms",
// 1979).
struct TwoClasses {
  int threshold = 0;  // the lower class ends here
  int low_mean = 0, high_mean = 0;
  int middle() const { return (low_mean + high_mean + 1) / 2; }
};
TwoClasses two_classes(const Histogram& counts);

}  // namespace lentil::preparation
