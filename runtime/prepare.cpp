#include "runtime/prepare.h"

#include <algorithm>
#include <new>

#include "runtime/prepare/blobs.h"
#include "runtime/prepare/fit.h"
#include "runtime/prepare/ink.h"
#include "runtime/prepare/morphology.h"
#include "runtime/prepare/place.h"
#include "runtime/prepare/scale.h"

namespace lentil {
namespace {

using namespace preparation;

constexpr int kSmallDigit = 55;  // percent of the map's longer side: smaller ones get a second look

// Labels of blobs are made when two of the four maps are no longer needed.
struct Workspace {
  using Map = std::array<std::uint8_t, kWorkPixels>;
  std::array<Map, 2> maps;
  std::array<std::uint16_t, kWorkPixels> labels;
  Map allowed;  // outlives a look
  BlobMemory blobs;

  std::uint8_t* map(std::size_t i) {
    return i < 2 ? maps[i].data() : reinterpret_cast<std::uint8_t*>(labels.data()) + (i - 2) * kWorkPixels;
  }
};
static_assert(sizeof(Workspace) + alignof(Workspace) <= kPrepareBytes);

struct Job {
  const Picture& picture;
  const Recipe& recipe;
  std::uint8_t canvas;
  Workspace& work;
};

Box whole_of(const Picture& picture) {
  return {0, 0, static_cast<int>(picture.width), static_cast<int>(picture.height)};
}

int scaled(int length, int to, int from) {
  return std::max(1, static_cast<int>((std::int64_t{length} * to + from / 2) / from));
}

// The region as a map whose longer side is kWorkSide.
Plane read_map(const Job& job, const Box& region) {
  const int longer = region.longer(), side = std::min(longer, kWorkSide);
  ColourPlanes colours{.planes = {}, .count = is_grey(job.picture.format) ? std::size_t{1} : 3};
  for (std::size_t c = 0; c < colours.count; ++c) {
    colours.planes[c] = {job.work.map(c + 1), scaled(region.width(), side, longer),
                         scaled(region.height(), side, longer)};
  }
  read_region(job.picture, region, job.canvas, colours);
  mix_by_contrast(colours);
  const Plane map{job.work.map(0), scaled(region.width(), kWorkSide, longer),
                  scaled(region.height(), kWorkSide, longer)};
  enlarge(colours.planes[0], map);
  return map;
}

// What one look at a region of the picture shows: ink, of which `mask` is the digit.
struct Look {
  Box region;
  Plane ink, mask;
  Box digit;  // empty: none
  bool dark = false, found = false;
};

Look look_at(const Job& job, const Box& region, Ink polarity) {
  Look look{.region = region, .ink = read_map(job, region), .mask = {}, .digit = {}};
  look.mask = {job.work.map(1), look.ink.width, look.ink.height};
  look.dark = polarity == Ink::find ? has_dark_ink(look.ink, job.work.map(1)) : polarity == Ink::dark;
  if (look.dark) invert(look.ink);
  look.found = find_ink(look.ink, job.work.map(1), job.work.map(2));
  return look;
}

Look look_at_all(const Job& job) {
  Look look = look_at(job, whole_of(job.picture), job.recipe.ink);
  Workspace& work = job.work;
  if (look.found)
    look.digit = choose_digit(look.ink, thresholds(look.ink), look.mask, work.labels.data(), work.blobs);
  return look;
}

// A map's box in the picture's pixels.
Box in_picture(const Look& look, const Box& box) {
  const auto place = [](int first, int length, int at, int side, int round) {
    return first + static_cast<int>((std::int64_t{at} * length + round) / side);
  };
  const Box& r = look.region;
  const int w = look.ink.width, h = look.ink.height;
  return {place(r.left, r.width(), box.left, w, 0), place(r.top, r.height(), box.top, h, 0),
          place(r.left, r.width(), box.right, w, w - 1), place(r.top, r.height(), box.bottom, h, h - 1)};
}

// Which pixel of `all` pixels, seen as `seen` ones, lies under the middle of part i of n from `begin` to
// `end`.
int seen_before(int i, int n, int begin, int end, int all, int seen) {
  const std::int64_t at = begin + std::int64_t{end - begin} * (2 * i + 1) / (2 * n);
  return std::min(static_cast<int>(at * seen / all), seen - 1);
}

// A second look from nearer, for small digits: the first one has told where the digit is, and what is none.
Look look_closer(const Job& job, const Look& first) {
  const Box digit = in_picture(first, first.digit);
  const Box region = grown(digit, std::max(1, digit.longer() * 3 / 10), first.region), all = first.region;
  Workspace& work = job.work;
  const Plane before{work.allowed.data(), first.mask.width, first.mask.height};
  dilate(first.mask, before, 2, work.map(2));
  Look look = look_at(job, region, first.dark ? Ink::dark : Ink::light);
  if (!look.found) return look;
  const Plane allowed{work.map(2), look.ink.width, look.ink.height};
  for (int y = 0; y < allowed.height; ++y) {
    const int from_y = seen_before(y, allowed.height, region.top, region.bottom, all.height(), before.height);
    for (int x = 0; x < allowed.width; ++x) {
      const int from_x = seen_before(x, allowed.width, region.left, region.right, all.width(), before.width);
      allowed.at(x, y) = before.at(from_x, from_y);
    }
  }
  look.digit =
      choose_within(look.ink, thresholds(look.ink), allowed, look.mask, work.labels.data(), work.blobs);
  return look;
}

// Nothing but the digit and the soft edge of its strokes, as strong as its ink mostly is.
void keep_digit(const Look& look, Workspace& work) {
  Histogram inked{};
  for (int i = 0; i < look.ink.count(); ++i) {
    if (look.mask.data[i] != 0) ++inked[look.ink.data[i]];
  }
  const int full = std::max(percentile(inked, 600), 1);
  const Plane near{work.map(2), look.mask.width, look.mask.height};
  dilate(look.mask, near, 1, work.map(3));
  for (int i = 0; i < near.count(); ++i) {
    const int value = look.ink.data[i] & near.data[i];
    look.ink.data[i] = static_cast<std::uint8_t>(std::min(255, value * 255 / full));
  }
}

Prepared prepared(bool dark, const Box& box) {
  return {dark, static_cast<std::uint32_t>(box.left), static_cast<std::uint32_t>(box.top),
          static_cast<std::uint32_t>(box.width()), static_cast<std::uint32_t>(box.height())};
}

Result<Prepared> prepare_digit(const Job& job, const Plane& output) {
  Look look = look_at_all(job);
  const bool small = look.digit.longer() * 100 < look.ink.longer() * kSmallDigit;
  if (small && look.digit.longer() > 0) {
    look = look_closer(job, look);
    if (look.digit.longer() == 0) look = look_at_all(job);  // it saw what the second look does not
  }
  if (look.digit.longer() == 0) return Error{Status::no_ink};
  keep_digit(look, job.work);
  place_digit(look.ink, look.mask, look.digit, job.recipe, job.work.map(2), output);
  return prepared(look.dark, in_picture(look, look.digit));
}

// The whole picture, as it is, at the input's size.
Prepared scale_picture(const Job& job, const ColourPlanes& output) {
  const Box whole = whole_of(job.picture);
  const int width = std::min({whole.width(), output.planes[0].width, kWorkSide});
  const int height = std::min({whole.height(), output.planes[0].height, kWorkSide});
  ColourPlanes read{.planes = {}, .count = is_grey(job.picture.format) ? output.count : 3};
  for (std::size_t c = 0; c < read.count; ++c) read.planes[c] = {job.work.map(c), width, height};
  read_region(job.picture, whole, job.canvas, read);
  if (output.count == 1) mix_as_seen(read);
  const bool dark = job.recipe.ink == Ink::find ? has_dark_ink(read.planes[0], job.work.map(3))
                                                : job.recipe.ink == Ink::dark;
  for (std::size_t c = 0; c < output.count; ++c) {
    enlarge(read.planes[c], output.planes[c]);
    if (dark) invert(output.planes[c]);
  }
  return prepared(dark, whole);
}

// Written so that a NaN is outside.
bool is_possible(const Recipe& recipe, const Shape& shape) {
  const auto is_inside = [](float place, std::uint32_t side) {
    return place >= 0 && place <= static_cast<float>(side);
  };
  return recipe.box > 0 && recipe.box <= kMostBox && is_inside(recipe.row, shape.height) &&
         is_inside(recipe.column, shape.width);
}

bool has_padding(const Padding& p) { return p != Padding{}; }

// Whether a prepared picture of this shape can become the input.
bool can_be_fitted(const Shape& prepared, const Fit& fit, const Shape& input) {
  const Padding& p = fit.padding;
  if (!has_padding(p) && prepared.height == input.height && prepared.width == input.width) return true;
  const auto longest = std::max({prepared.height, prepared.width, input.height, input.width});
  if (prepared.plane() == 0 || longest > kMostFittedSide) return false;
  return !has_padding(p) || (std::uint64_t{prepared.height} + p.top + p.bottom == input.height &&
                             std::uint64_t{prepared.width} + p.left + p.right == input.width);
}

// A picture's channels as planes of one size.
template <class AnyPlane, class Pixel>
AnyPlane channel(Pixel* pixels, const Shape& shape, std::uint32_t c) {
  return {pixels + c * shape.plane(), static_cast<int>(shape.width), static_cast<int>(shape.height)};
}
ColourPlanes channels(std::uint8_t* pixels, const Shape& shape) {
  ColourPlanes planes{.planes = {}, .count = shape.channels};
  for (std::uint32_t c = 0; c < shape.channels; ++c) planes.planes[c] = channel<Plane>(pixels, shape, c);
  return planes;
}

void fit_plane(const ReadOnlyPlane& from, const Fit& fit, std::uint8_t* rows, const Plane& to) {
  if (has_padding(fit.padding)) {
    pad(from, static_cast<int>(fit.padding.left), static_cast<int>(fit.padding.top), to);
  } else if (from.width == to.width && from.height == to.height) {
    std::copy_n(from.data, to.count(), to.data);
  } else {
    resize(from, to, rows);
  }
  if (!fit.threshold) return;
  for (std::uint8_t& value : to.values()) value = value > *fit.threshold ? 255 : 0;
}

// One channel becomes each of the input's.
void fit_planes(const std::uint8_t* pixels, const Shape& shape, const Fit& fit, std::uint8_t* rows,
                std::uint8_t* output, const Shape& input) {
  for (std::uint32_t c = 0; c < input.channels; ++c)
    fit_plane(channel<ReadOnlyPlane>(pixels, shape, shape.channels == 1 ? 0 : c), fit, rows,
              channel<Plane>(output, input, c));
}

// Whether pictures are prepared in the input itself.
bool is_direct(const Recipe& recipe, const Shape& input) {
  return prepared_shape(recipe, input) == input && !recipe.fit.threshold;
}

Error find_mistake(const Picture& picture, const Recipe& recipe, const Shape& input, std::size_t memory,
                   std::size_t output) {
  const std::uint32_t longer = std::max(picture.width, picture.height);
  const std::size_t row = std::size_t{picture.width} * static_cast<std::size_t>(picture.format);
  if (memory < kPrepareBytes) return {Status::arena_too_small, 0, kPrepareBytes, memory};
  if (output != input.count() || output == 0)
    return {Status::wrong_size, 0, std::max<std::size_t>(input.count(), 1), output};
  if (picture.width == 0 || picture.height == 0 || longer > kMostPictureSide)
    return {Status::bad_picture, 0, kMostPictureSide, longer};
  if (picture.height > 1 && picture.stride < row) return {Status::bad_picture, 0, row, picture.stride};
  const Shape shape = prepared_shape(recipe, input);
  if ((input.channels != 1 && input.channels != 3) || (recipe.crop && !is_possible(recipe, shape)) ||
      !can_be_fitted(shape, recipe.fit, input))
    return {Status::unsupported_preparation, 0, 1, input.channels};
  const bool direct = is_direct(recipe, input);
  if (!direct && (shape.count() > kWorkPixels || shape.height * input.width > 2 * kWorkPixels))
    return {Status::unsupported_preparation, 0, kWorkPixels, shape.count()};
  return {};
}

}  // namespace

Result<Prepared> prepare(const Picture& picture, const Recipe& recipe, const Shape& input,
                         std::span<std::byte> memory, std::span<std::uint8_t> output) {
  const Error mistake = find_mistake(picture, recipe, input, memory.size(), output.size());
  if (mistake.status != Status::ok) return mistake;
  const std::size_t past = reinterpret_cast<std::uintptr_t>(memory.data()) % alignof(Workspace);
  auto& work = *new (memory.data() + (past == 0 ? 0 : alignof(Workspace) - past)) Workspace;
  const Job job{picture, recipe, canvas_colour(picture), work};
  const Shape shape = prepared_shape(recipe, input);
  const bool direct = is_direct(recipe, input);
  std::uint8_t* const pixels = direct ? output.data() : work.map(3);
  const ColourPlanes planes = channels(pixels, shape);
  const Result<Prepared> found =
      recipe.crop ? prepare_digit(job, planes.planes[0]) : scale_picture(job, planes);
  if (found && !direct) fit_planes(pixels, shape, recipe.fit, work.map(0), output.data(), input);
  return found;
}

Error fit_picture(std::span<const std::uint8_t> pixels, const Recipe& recipe, const Shape& input,
                  std::span<std::byte> memory, std::span<std::uint8_t> output) {
  Shape shape = prepared_shape(recipe, input);
  if (pixels.size() == shape.plane()) shape.channels = 1;
  if (pixels.size() != shape.count()) return {Status::wrong_size, 0, shape.count(), pixels.size()};
  if (output.size() != input.count()) return {Status::wrong_size, 0, input.count(), output.size()};
  if (!can_be_fitted(shape, recipe.fit, input))
    return {Status::unsupported_preparation, 0, input.count(), shape.count()};
  const std::uint64_t rows = std::uint64_t{shape.height} * input.width;
  if (memory.size() < rows) return {Status::arena_too_small, 0, rows, memory.size()};
  fit_planes(pixels.data(), shape, recipe.fit, reinterpret_cast<std::uint8_t*>(memory.data()), output.data(),
             input);
  return {};
}

Shape prepared_shape(const Recipe& recipe, const Shape& input) {
  const Fit& fit = recipe.fit;
  return {recipe.crop ? 1 : input.channels, fit.height == 0 ? input.height : fit.height,
          fit.width == 0 ? input.width : fit.width};
}

Shape picture_shape(const Shape& input) {
  if (input.plane() != 1) return input;
  for (std::uint32_t side = 1; side <= input.channels / side; ++side) {
    if (side * side == input.channels) return {1, side, side};
  }
  return input;
}

Recipe digit_recipe(const Shape& input) {
  const std::uint32_t side = std::min(input.height, input.width);
  return {.box = std::max<std::uint32_t>(1, side * 20 / 28),
          .row = static_cast<float>(input.height) / 2,
          .column = static_cast<float>(input.width) / 2};
}

}  // namespace lentil
