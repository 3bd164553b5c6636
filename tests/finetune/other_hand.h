// A simulated other hand: digits that lean back, are out of their place and drawn with a thicker pen.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "formats/host/dataset.h"
#include "formats/host/idx.h"

namespace lentil::test {

inline constexpr int kHandSide = 28;

// Slanted by 0.45 pixels a row around the middle, between the pixels by linear interpolation in 40ths.
inline std::vector<int> lean_back(std::span<const std::uint8_t> image) {
  std::vector<int> leaning(image.size());
  for (int y = 0; y < kHandSide; ++y) {
    for (int x = 0; x < kHandSide; ++x) {
      const int at = 40 * x - 9 * (2 * y - kHandSide + 1) + 40 * kHandSide;  // never negative
      const int column = at / 40 - kHandSide, part = at % 40;
      const auto ink = [&](int c) {
        return c < 0 || c >= kHandSide ? 0 : int{image[static_cast<std::size_t>(y * kHandSide + c)]};
      };
      leaning[static_cast<std::size_t>(y * kHandSide + x)] =
          ((40 - part) * ink(column) + part * ink(column + 1) + 20) / 40;
    }
  }
  return leaning;
}

// Then 3 pixels to the right, 2 up, and every pixel the largest of its 3x3.
inline std::vector<std::uint8_t> other_hand(std::span<const std::uint8_t> image) {
  const std::vector<int> leaning = lean_back(image);
  std::vector<std::uint8_t> drawn(image.size());
  for (int y = 0; y < kHandSide; ++y) {
    for (int x = 0; x < kHandSide; ++x) {
      int most = 0;
      for (int row = std::max(y + 1, 0); row <= std::min(y + 3, kHandSide - 1); ++row) {
        for (int column = std::max(x - 4, 0); column <= std::min(x - 2, kHandSide - 1); ++column)
          most = std::max(most, leaning[static_cast<std::size_t>(row * kHandSide + column)]);
      }
      drawn[static_cast<std::size_t>(y * kHandSide + x)] = static_cast<std::uint8_t>(most);
    }
  }
  return drawn;
}

// The first `count` pictures of the half in the other hand, as IDX files in `folder`.
inline formats::Outcome<std::uint64_t> write_other_hand(const formats::Dataset& half, std::size_t count,
                                                        const std::string& folder,
                                                        const std::string& prefix) {
  count = std::min(count, half.size());
  formats::IdxImages images{static_cast<std::uint32_t>(count), kHandSide, kHandSide, {}, ""};
  for (std::size_t i = 0; i < count; ++i) {
    const auto drawn = other_hand(half.image(i));
    images.pixels.insert(images.pixels.end(), drawn.begin(), drawn.end());
  }
  const std::vector<std::uint8_t> labels(half.labels.begin(),
                                         half.labels.begin() + static_cast<std::ptrdiff_t>(count));
  const auto written = formats::write_idx_images(folder + "/" + prefix + "-images-idx3-ubyte", images);
  if (!written) return written;
  return formats::write_idx_labels(folder + "/" + prefix + "-labels-idx1-ubyte", {labels, ""});
}

}  // namespace lentil::test
