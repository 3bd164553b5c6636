#include "runtime/prepare/ink.h"

#include <algorithm>
#include <cstdlib>

#include "runtime/prepare/morphology.h"

namespace lentil::preparation {
namespace {

constexpr int kLeastContrast = 12;  // of 255: below it a picture counts as empty

void stretch(const Plane& map, int full) {
  for (std::uint8_t& value : map.values())
    value = static_cast<std::uint8_t>(std::min(255, (value * 255 + full / 2) / full));
}

// Is there an edge between a pixel and the next ones?
bool is_edge(const Plane& grey, int x, int y, int step) {
  const int right = grey.at(std::min(x + 1, grey.width - 1), y),
            below = grey.at(x, std::min(y + 1, grey.height - 1));
  const int left = grey.at(std::max(x - 1, 0), y), above = grey.at(x, std::max(y - 1, 0));
  return std::max(std::abs(right - left), std::abs(below - above)) > step;
}

// Does the ground vary by more than a quarter of what the ink stands out? Edges belong to neither.
bool is_uneven(const Plane& grey, const TwoClasses& classes) {
  const int contrast = classes.high_mean - classes.low_mean;
  Histogram ground{};
  for (int y = 0; y < grey.height; ++y) {
    for (int x = 0; x < grey.width; ++x) {
      const std::uint8_t value = grey.at(x, y);
      if (value <= classes.middle() && !is_edge(grey, x, y, contrast / 8)) ++ground[value];
    }
  }
  return 4 * (percentile(ground, 950) - percentile(ground, 50)) > contrast;
}

// Grey opening: what is lighter than its surroundings and narrower than a fifth of the map is no ground.
void find_ground(const Plane& grey, const Plane& ground, std::uint8_t* spare) {
  const int radius = grey.longer() / 10;
  const Plane smooth{spare, grey.width, grey.height};
  blur(grey, ground, 1);
  erode(ground, ground, radius, spare);
  dilate(ground, ground, radius, spare);
  blur(ground, smooth, 2);
  std::copy_n(smooth.data, smooth.count(), ground.data);
}

// How light a picture mostly is, from 0 to 2 * kAll: its border counts as much as all of it.
constexpr std::int64_t kAll = 1 << 16;
std::int64_t light_share(const Plane& grey) {
  const int middle = two_classes(histogram(grey.values())).middle();
  std::int64_t light = 0, light_border = 0;
  const int inside = std::max(grey.width - 2, 0) * std::max(grey.height - 2, 0);
  for (int y = 0; y < grey.height; ++y) {
    for (int x = 0; x < grey.width; ++x) {
      const bool is_light = grey.at(x, y) > middle;
      light += is_light;
      if (x > 0 && y > 0 && x < grey.width - 1 && y < grey.height - 1) continue;
      light_border += is_light;
    }
  }
  return light * kAll / grey.count() + light_border * kAll / (grey.count() - inside);
}

}  // namespace

bool has_dark_ink(const Plane& grey, std::uint8_t* spare) {
  const Plane level{spare, grey.width, grey.height};
  blur(grey, level, grey.longer() / 4);
  for (int i = 0; i < grey.count(); ++i)
    level.data[i] = static_cast<std::uint8_t>(std::clamp(128 + grey.data[i] - level.data[i], 0, 255));
  return light_share(grey) + light_share(level) > 2 * kAll;
}

void invert(const Plane& grey) {
  for (std::uint8_t& value : grey.values()) value = static_cast<std::uint8_t>(255 - value);
}

bool find_ink(const Plane& grey, std::uint8_t* spare, std::uint8_t* spare2) {
  const Histogram counts = histogram(grey.values());
  if (percentile(counts, 997) - percentile(counts, 3) < kLeastContrast) return false;
  const TwoClasses classes = two_classes(counts);
  const Plane ground{spare, grey.width, grey.height};
  if (is_uneven(grey, classes)) {
    find_ground(grey, ground, spare2);
  } else {
    Histogram low = counts;
    std::fill(low.begin() + classes.middle() + 1, low.end(), 0u);
    std::fill(ground.values().begin(), ground.values().end(),
              static_cast<std::uint8_t>(percentile(low, 750)));
  }
  for (int i = 0; i < grey.count(); ++i)
    grey.data[i] = static_cast<std::uint8_t>(std::max(0, grey.data[i] - ground.data[i]));
  const Histogram left = histogram(grey.values());
  const int most = percentile(left, 997);
  if (most < kLeastContrast) return false;
  stretch(grey, std::max(percentile(left, 985), most / 2));
  return true;
}

Thresholds thresholds(const Plane& ink) {
  const int sure = std::clamp(two_classes(histogram(ink.values())).middle(), 40, 150);
  return {sure, sure * 6 / 10};
}

}  // namespace lentil::preparation
