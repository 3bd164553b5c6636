#include "runtime/prepare/scale.h"

#include <algorithm>

namespace lentil::preparation {
namespace {

using Colour = std::array<std::uint32_t, 3>;  // red, green, blue; equal if grey

std::size_t bytes_of(PixelFormat format) { return static_cast<std::size_t>(format); }

const std::uint8_t* row_of(const Picture& picture, int y) {
  return picture.pixels + static_cast<std::size_t>(y) * picture.stride;
}

// One sample in front of the canvas; exact for opaque and for transparent pixels.
std::uint32_t over(std::uint32_t value, std::uint32_t alpha, std::uint32_t canvas) {
  return (value * alpha + canvas * (255 - alpha) + 127) / 255;
}

template <PixelFormat Format>
Colour colour_of(const std::uint8_t* p, std::uint32_t canvas) {
  if constexpr (Format == PixelFormat::grey) return {p[0], p[0], p[0]};
  if constexpr (Format == PixelFormat::rgb) return {p[0], p[1], p[2]};
  if constexpr (Format == PixelFormat::rgba)
    return {over(p[0], p[3], canvas), over(p[1], p[3], canvas), over(p[2], p[3], canvas)};
  const std::uint32_t grey = over(p[0], p[1], canvas);
  return {grey, grey, grey};
}

// Where part i of n begins.
int boundary(int length, int i, int n) { return static_cast<int>(std::int64_t{length} * i / n); }

template <PixelFormat Format>
Colour mean_over(const Picture& picture, const Box& box, std::uint32_t canvas) {
  constexpr auto kBytes = static_cast<int>(Format);
  std::array<std::uint64_t, 3> sum{};  // of a row fits into 32 bits, of a picture it does not
  for (int y = box.top; y < box.bottom; ++y) {
    const std::uint8_t* p = row_of(picture, y) + std::ptrdiff_t{box.left} * kBytes;
    Colour row{};
    for (int x = box.left; x < box.right; ++x, p += kBytes) {
      const Colour colour = colour_of<Format>(p, canvas);
      for (std::size_t c = 0; c < 3; ++c) row[c] += colour[c];
    }
    for (std::size_t c = 0; c < 3; ++c) sum[c] += row[c];
  }
  const auto count = static_cast<std::uint64_t>(box.width()) * static_cast<std::uint64_t>(box.height());
  Colour mean{};
  for (std::size_t c = 0; c < 3; ++c) mean[c] = static_cast<std::uint32_t>((sum[c] + count / 2) / count);
  return mean;
}

template <PixelFormat Format>
void read_as(const Picture& picture, const Box& region, std::uint32_t canvas, const ColourPlanes& to) {
  const Plane& size = to.planes[0];
  for (int y = 0; y < size.height; ++y) {
    const int top = region.top + boundary(region.height(), y, size.height);
    const int bottom = region.top + boundary(region.height(), y + 1, size.height);
    for (int x = 0; x < size.width; ++x) {
      const int left = region.left + boundary(region.width(), x, size.width);
      const int right = region.left + boundary(region.width(), x + 1, size.width);
      const Colour colour = mean_over<Format>(picture, {left, top, right, bottom}, canvas);
      for (std::size_t c = 0; c < to.count; ++c) to.planes[c].at(x, y) = static_cast<std::uint8_t>(colour[c]);
    }
  }
}

// Into the first plane.
void mix(const ColourPlanes& colours, const Colour& weights) {
  const std::uint32_t total = weights[0] + weights[1] + weights[2];
  for (int i = 0; i < colours.planes[0].count(); ++i) {
    std::uint32_t sum = total / 2;
    for (std::size_t c = 0; c < 3; ++c) sum += weights[c] * colours.planes[c].data[i];
    colours.planes[0].data[i] = static_cast<std::uint8_t>(sum / total);
  }
}

// The two neighbours of a point between pixels, and 256ths of the way from the first to the second.
struct Between {
  int first, second, part;
};
Between between(int length, int i, int n) {
  const std::int64_t middle = (std::int64_t{2} * i + 1) * length * 128 / n - 128;
  const int place = static_cast<int>(std::clamp<std::int64_t>(middle, 0, (length - 1) * 256));
  return {place / 256, std::min(place / 256 + 1, length - 1), place % 256};
}

}  // namespace

bool is_grey(PixelFormat format) { return format <= PixelFormat::grey_alpha; }

std::uint8_t canvas_colour(const Picture& picture) {
  const std::size_t bytes = bytes_of(picture.format), alpha = bytes - 1;
  if (bytes % 2 != 0) return 255;  // no alpha
  std::uint64_t light = 0, opaque = 0;
  for (int y = 0; y < static_cast<int>(picture.height); ++y) {
    const std::uint8_t* p = row_of(picture, y);
    for (std::uint32_t x = 0; x < picture.width; ++x, p += bytes) {
      const std::uint32_t grey = alpha == 1 ? p[0] : (p[0] + 2u * p[1] + p[2]) / 4;
      light += std::uint64_t{grey} * p[alpha];
      opaque += p[alpha];
    }
  }
  return light > 127 * opaque ? 0 : 255;
}

void read_region(const Picture& picture, const Box& region, std::uint8_t canvas, const ColourPlanes& to) {
  switch (picture.format) {
    case PixelFormat::grey:
      return read_as<PixelFormat::grey>(picture, region, canvas, to);
    case PixelFormat::grey_alpha:
      return read_as<PixelFormat::grey_alpha>(picture, region, canvas, to);
    case PixelFormat::rgb:
      return read_as<PixelFormat::rgb>(picture, region, canvas, to);
    case PixelFormat::rgba:
      return read_as<PixelFormat::rgba>(picture, region, canvas, to);
  }
}

void mix_by_contrast(const ColourPlanes& colours) {
  if (colours.count == 1) return;
  Colour weights{};
  for (std::size_t c = 0; c < 3; ++c) {
    const Histogram counts = histogram(colours.planes[c].values());
    const int contrast = percentile(counts, 995) - percentile(counts, 5);
    weights[c] = static_cast<std::uint32_t>(contrast * contrast) + 1;
  }
  mix(colours, weights);
}

void mix_as_seen(const ColourPlanes& colours) {
  if (colours.count == 3) mix(colours, {299, 587, 114});
}

void enlarge(const Plane& from, const Plane& to) {
  for (int y = 0; y < to.height; ++y) {
    const Between rows = between(from.height, y, to.height);
    for (int x = 0; x < to.width; ++x) {
      const Between columns = between(from.width, x, to.width);
      const auto along = [&](int row) {
        return from.at(columns.first, row) * (256 - columns.part) +
               from.at(columns.second, row) * columns.part;
      };
      const int sum = along(rows.first) * (256 - rows.part) + along(rows.second) * rows.part;
      to.at(x, y) = static_cast<std::uint8_t>((sum + (1 << 15)) >> 16);
    }
  }
}

}  // namespace lentil::preparation
