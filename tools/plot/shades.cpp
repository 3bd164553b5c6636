#include "tools/plot/shades.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace lentil::plot {
namespace {

constexpr Rgb kWhite{255, 255, 255};

std::uint8_t mix(std::uint8_t a, std::uint8_t b, double share) {
  return static_cast<std::uint8_t>(std::lround(a + (b - a) * share));
}

// Between colours at equal distances.
template <std::size_t N>
Rgb along(const std::array<Rgb, N>& colors, double share) {
  const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(N - 1);
  const std::size_t i = std::min(static_cast<std::size_t>(place), N - 2);
  const Rgb &a = colors.at(i), &b = colors.at(i + 1);
  const double part = place - static_cast<double>(i);
  return {mix(a.red, b.red, part), mix(a.green, b.green, part), mix(a.blue, b.blue, part)};
}

}  // namespace

Range range_of(std::span<const float> values) {
  Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    range = {std::min(range.least, double{value}), std::max(range.most, double{value})};
  }
  return range.least > range.most ? Range{} : range;
}

Range symmetric_range(const Range& range) {
  const double most = std::max(std::fabs(range.least), std::fabs(range.most));
  return {-most, most};
}

double share_of(float value, const Range& range) {
  const double width = range.most - range.least;
  if (width <= 0 || std::isnan(value)) return 0.5;
  return std::clamp((value - range.least) / width, 0.0, 1.0);
}

Rgb grey(double share) { return along(std::array<Rgb, 2>{{{0, 0, 0}, kWhite}}, share); }

Rgb diverging(double share) {
  constexpr std::array<Rgb, 5> kColors{
      {{0x0a, 0x3c, 0x78}, {0x6b, 0xa6, 0xd6}, kWhite, {0xef, 0x8a, 0x6a}, {0x96, 0x12, 0x1e}}};
  return along(kColors, share);
}

Rgb shade(double share, Scale scale) { return scale == Scale::symmetric ? diverging(share) : grey(share); }

Rgb blues(double share) {
  constexpr std::array<Rgb, 3> kColors{{kWhite, {0x7f, 0xb8, 0xde}, {0x0b, 0x4f, 0x8a}}};
  return along(kColors, share);
}

Rgb oranges(double share) {
  constexpr std::array<Rgb, 3> kColors{{kWhite, {0xff, 0xc2, 0x8a}, {0xd9, 0x5f, 0x0e}}};
  return along(kColors, share);
}

Rgb text_on(const Rgb& color) {
  const unsigned light = 299u * color.red + 587u * color.green + 114u * color.blue;
  return light > 140'000 ? Rgb{0x1a, 0x1a, 0x1a} : kWhite;
}

}  // namespace lentil::plot
