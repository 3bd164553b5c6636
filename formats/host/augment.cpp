#include "formats/host/augment.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "formats/host/random_stream.h"
#include "formats/host/stroke_filter.h"

namespace lentil::formats {
namespace {

constexpr std::uint32_t kCells = 4;  // of the elastic field, in each direction
constexpr std::uint32_t kKnots = kCells + 3;
constexpr std::uint32_t kBlock = 32;  // columns that are computed together: loops of a fixed length
// Uniform knots times the weights of a cubic B-spline have about a third of their spread left; this makes
// the standard deviation of the displacement half of AugmentOptions::elastic.
constexpr float kFieldGain = 1.8f;
constexpr float kMostThinning = 0.5f;  // pixels: more would break hairlines

// The tangent of half the angle in degrees, for up to 90, by the Pade approximant [3/2].
double half_tangent(double degrees) {
  const double h = degrees * (3.14159265358979323846 / 360), square = h * h;
  return h * (15 - square) / (15 - 6 * square);
}

// The pixel at (x, y) from the centre comes from (xx x + xy y + shift_x, yx x + yy y + shift_y).
struct Affine {
  float xx, xy, yx, yy, shift_x, shift_y;
};

// What is done after the warp: up to five filters, each with its amount.
class Filters {
 public:
  void add(PlaneFilter filter, double pixels) {
    for (; pixels > 0; pixels -= 1) {
      const auto amount = static_cast<std::uint32_t>(std::min(pixels, 1.0) * 256);
      if (amount > 0) steps_[count_++] = {filter, amount};
    }
  }
  std::uint32_t count() const { return count_; }

  // From `image` to the other of the two buffers and back again, as often as it takes.
  void run(Plane plane, std::span<std::uint8_t> image, std::span<std::uint8_t> other) const {
    const std::size_t size = std::size_t{plane.height} * plane.width;
    for (const Step& step : std::span(steps_).first(count_)) {
      for (std::size_t at = 0; at < image.size(); at += size)
        step.filter(plane, step.amount, image.subspan(at, size), other.subspan(at, size));
      std::swap(image, other);
    }
  }

 private:
  struct Step {
    PlaneFilter filter;
    std::uint32_t amount;
  };
  std::array<Step, 5> steps_{};
  std::uint32_t count_ = 0;
};

Affine draw_affine(const AugmentOptions& o, RandomStream& random) {
  const auto upto = [&random](double most) { return random.uniform(-most, most); };
  const double shift_x = upto(o.shift), shift_y = upto(o.shift);
  // Sine and cosine from the tangent of half the angle: a rational point on the circle, no library call.
  const double t = upto(half_tangent(double{o.rotate}));
  const double cosine = (1 - t * t) / (1 + t * t), sine = 2 * t / (1 + t * t);
  const double zoom = 1 + upto(o.scale), aspect = 1 + upto(double{o.scale} / 2);
  const double across = 1 / (zoom * aspect), down = aspect / zoom;
  const double shear = upto(o.shear);
  // First the slant is undone, then the turn, then the size.
  return {.xx = static_cast<float>(across * cosine),
          .xy = static_cast<float>(across * (cosine * shear + sine)),
          .yx = static_cast<float>(down * -sine),
          .yy = static_cast<float>(down * (cosine - sine * shear)),
          .shift_x = static_cast<float>(shift_x),
          .shift_y = static_cast<float>(shift_y)};
}

Filters draw_filters(const AugmentOptions& o, RandomStream& random) {
  const double thickness = random.uniform(-1, 1), blur = random.uniform(0, 1);
  Filters filters;
  if (thickness > 0) filters.add(thicken, thickness * double{o.thickness});
  if (thickness < 0) filters.add(thin, -thickness * double{std::min(o.thickness / 2, kMostThinning)});
  filters.add(soften, blur * double{o.blur});
  return filters;
}

}  // namespace

struct Augmenter::Distortion {
  Affine affine;
  float brightness;
  Filters filters;
  std::array<std::array<float, kKnots>, kKnots> x{}, y{};  // knots of the elastic field, in pixels
};

struct Augmenter::Columns {
  std::uint32_t first;
  std::array<std::array<float, kBlock>, kKnots> x, y;  // displacements at these columns and the knots' rows
};

// Where the pixels of a block of columns come from in one row: between four pixels each.
struct Augmenter::Sources {
  std::array<std::int32_t, kBlock> left, top;
  std::array<float, kBlock> right, lower;  // shares of the neighbours to the right and below

  void set(std::uint32_t i, float x, float y) {
    left[i] = static_cast<std::int32_t>(x);
    top[i] = static_cast<std::int32_t>(y);
    right[i] = x - static_cast<float>(left[i]);
    lower[i] = y - static_cast<float>(top[i]);
  }
};

Augmenter::Augmenter(const AugmentOptions& options, std::uint64_t seed, std::uint32_t channels,
                     std::uint32_t height, std::uint32_t width)
    : options_(options),
      seed_(seed),
      channels_(channels),
      height_(height),
      width_(width),
      across_(splines(width, (width + kBlock - 1) / kBlock * kBlock)),
      down_(splines(height, height)) {
  assert(channels > 0 && height > 0 && width > 0);
}

// Columns that only fill the last block get the weights of the last column.
std::vector<Augmenter::Spline> Augmenter::splines(std::uint32_t pixels, std::uint32_t padded) {
  std::vector<Spline> all(padded);
  for (std::uint32_t i = 0; i < padded; ++i) {
    const double place = (std::min(i, pixels - 1) + 0.5) * kCells / pixels;
    const auto cell = std::min(static_cast<std::uint32_t>(place), kCells - 1);
    const double t = place - cell, u = 1 - t;
    const auto inner = [](double a) { return (4 - 6 * a * a + 3 * a * a * a) / 6; };
    const double weights[4] = {u * u * u / 6, inner(t), inner(u), t * t * t / 6};
    std::ranges::transform(weights, all[i].weights, [](double w) { return static_cast<float>(w); });
    all[i].knot = cell;
  }
  return all;
}

Augmenter::Distortion Augmenter::draw(std::uint32_t epoch, std::uint32_t index) const {
  RandomStream random({.seed = seed_, .use = kernels::RandomUse::augment, .step = epoch, .position = index});
  Distortion d{.affine = draw_affine(options_, random), .brightness = 1, .filters = {}};
  d.brightness = static_cast<float>(1 + random.uniform(-1, 1) * double{options_.contrast});
  d.filters = draw_filters(options_, random);
  if (options_.elastic == 0) return d;
  const double most = double{options_.elastic * kFieldGain};
  for (auto* knots : {&d.x, &d.y}) {
    for (auto& row : *knots) {
      for (float& knot : row) knot = static_cast<float>(random.uniform(-most, most));
    }
  }
  return d;
}

Augmenter::Columns Augmenter::field_of(const Distortion& d, std::uint32_t first) const {
  Columns columns{.first = first, .x = {}, .y = {}};
  for (std::uint32_t row = 0; row < kKnots; ++row) {
    for (std::uint32_t i = 0; i < kBlock; ++i) {
      const Spline& spline = across_[first + i];
      float x = 0, y = 0;
      for (std::uint32_t k = 0; k < 4; ++k) {
        x += spline.weights[k] * d.x[row][spline.knot + k];
        y += spline.weights[k] * d.y[row][spline.knot + k];
      }
      columns.x[row][i] = x;
      columns.y[row][i] = y;
    }
  }
  return columns;
}

Augmenter::Sources Augmenter::sources_of(const Distortion& d, const Columns& columns, std::uint32_t y) const {
  const Affine& a = d.affine;
  const float centre_x = static_cast<float>(width_ - 1) / 2, centre_y = static_cast<float>(height_ - 1) / 2;
  const float last_x = static_cast<float>(width_ - 1), last_y = static_cast<float>(height_ - 1);
  const float down = static_cast<float>(y) - centre_y;
  const float row_x = a.xy * down + centre_x + a.shift_x, row_y = a.yy * down + centre_y + a.shift_y;
  const Spline& spline = down_[y];
  const auto displaced = [&spline](const auto& field, std::uint32_t i) {
    const auto* rows = field.data() + spline.knot;
    return spline.weights[0] * rows[0][i] + spline.weights[1] * rows[1][i] + spline.weights[2] * rows[2][i] +
           spline.weights[3] * rows[3][i];
  };
  Sources from;
  for (std::uint32_t i = 0; i < kBlock; ++i) {
    const float across = static_cast<float>(static_cast<std::int32_t>(columns.first + i)) - centre_x;
    const float x = a.xx * across + row_x + displaced(columns.x, i);
    const float y_from = a.yx * across + row_y + displaced(columns.y, i);
    from.set(i, std::min(std::max(x, 0.0f), last_x), std::min(std::max(y_from, 0.0f), last_y));
  }
  return from;
}

void Augmenter::sample(const Sources& from, float brightness, std::span<const std::uint8_t> image,
                       std::span<std::uint8_t> out, std::size_t first, std::uint32_t count) const {
  const std::size_t plane = std::size_t{height_} * width_;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto left = static_cast<std::uint32_t>(from.left[i]), top = static_cast<std::uint32_t>(from.top[i]);
    const std::size_t right = left + 1 < width_ ? 1 : 0, below = top + 1 < height_ ? width_ : 0;
    for (std::size_t at = 0; at < image.size(); at += plane) {
      const std::uint8_t* p = image.data() + at + std::size_t{top} * width_ + left;
      const float upper_left = p[0], lower_left = p[below];
      const float upper = upper_left + from.right[i] * (static_cast<float>(p[right]) - upper_left);
      const float lower = lower_left + from.right[i] * (static_cast<float>(p[below + right]) - lower_left);
      const float value = (upper + from.lower[i] * (lower - upper)) * brightness;
      const float rounded = std::min(value, 255.0f) + 0.5f;  // then cut off: no call for each pixel
      out[at + first + i] = static_cast<std::uint8_t>(rounded);
    }
  }
}

void Augmenter::warp(const Distortion& d, std::span<const std::uint8_t> image,
                     std::span<std::uint8_t> out) const {
  for (std::uint32_t first = 0; first < width_; first += kBlock) {
    const Columns columns = field_of(d, first);
    const std::uint32_t count = std::min(kBlock, width_ - first);
    for (std::uint32_t y = 0; y < height_; ++y) {
      sample(sources_of(d, columns, y), d.brightness, image, out, std::size_t{y} * width_ + first, count);
    }
  }
}

void Augmenter::operator()(std::span<const std::uint8_t> image, std::uint32_t epoch, std::uint32_t index,
                           std::span<std::uint8_t> out, std::span<std::uint8_t> scratch) const {
  assert(image.size() == image_size() && out.size() == image_size() && scratch.size() == image_size());
  const Distortion d = draw(epoch, index);
  // Each filter changes the buffer; the last one must write to `out`.
  const bool odd = d.filters.count() % 2 != 0;
  const std::span<std::uint8_t> begin = odd ? scratch : out, other = odd ? out : scratch;
  warp(d, image, begin);
  d.filters.run({height_, width_}, begin, other);
}

}  // namespace lentil::formats
