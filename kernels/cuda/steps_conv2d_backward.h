// Convolution backward, from the gradient of the whole map: every parameter and every element of the input
// collects its own chain.
#pragma once
#include "kernels/cuda/steps_conv2d.h"

namespace lentil::cuda {

// db of this image: one chain over the map. Biases follow the weights.
template <class I>
LENTIL_DEVICE void conv2d_bias_gradients(const I& image, const Step& s, std::uint32_t map) {
  const std::int32_t size = s.conv.map.height * s.conv.map.width;
  const auto d = image.memory.from(map);
  const auto gradients = image.gradients.from(s.gradient);
  image.block.each(s.conv.out_channels, [&](std::int32_t output) {
    float sum = 0;
    LENTIL_UNROLLED
    for (std::int32_t at = output * size; at < (output + 1) * size; ++at) sum += d.get(at);
    gradients.set(s.conv.out_channels * row_size(s) + output, sum);
  });
}

// dW of this image, tap by tap, each one chain over the map.
template <class I>
LENTIL_DEVICE void conv2d_weight_gradients(const I& image, const Step& s, std::uint32_t map) {
  const kernels::Window& w = s.conv.kernel;
  const std::int32_t row = row_size(s), width = s.conv.map.width, size = s.conv.map.height * width;
  const auto d = image.memory.from(map), x = image.memory.from(s.x);
  const auto gradients = image.gradients.from(s.gradient);
  image.block.each(s.conv.out_channels * row, [&](std::int32_t i) {
    float sum = 0;
    const std::int32_t output = i / row, inner = i % row, channel = inner / taps(s), tap = inner % taps(s);
    const std::int32_t input = output / s.group_outputs * s.group_inputs + channel;
    const std::int32_t top = tap / w.width * w.dilation_height - w.top;
    const std::int32_t left = tap % w.width * w.dilation_width - w.left;
    const Range rows = elements_inside(top, w.stride_height, s.conv.map.height, s.in.height);
    const Range columns = elements_inside(left, w.stride_width, width, s.in.width);
    LENTIL_ROLLED
    for (std::int32_t r = rows.begin; r < rows.end; ++r) {
      const std::int32_t from = input * plane(s.in) + (top + r * w.stride_height) * s.in.width + left;
      LENTIL_UNROLLED
      for (std::int32_t c = columns.begin; c < columns.end; ++c) {
        const float g = d.get(output * size + r * width + c);
        if (g != 0) sum = kernels::fma(g, x.get(from + c * w.stride_width), sum);
      }
    }
    gradients.set(i, sum);
  });
}

// Rows of taps of all kernels.
LENTIL_DEVICE std::int32_t rows_of_taps(const Step& s) {
  return s.conv.out_channels * s.group_inputs * s.conv.kernel.height;
}
// Where neighbours see neighbours, a few of them share what they read.
LENTIL_DEVICE bool is_dense(const kernels::Window& w) {
  return w.stride_height == 1 && w.stride_width == 1 && w.dilation_height == 1 && w.dilation_width == 1;
}
// A row of values with zeros on both sides: terms that are zero change no sum.
template <class A>
LENTIL_DEVICE float value_or_zero(const A& row, std::int32_t column, std::int32_t width) {
  return column >= 0 && column < width ? row.get(column) : 0.0f;
}

// The same chains, for a few neighbouring taps of a row of a kernel at a time. Those beyond the row are not
// asked for.
constexpr std::int32_t kTapsTogether = 5;
template <class I>
LENTIL_DEVICE void tap_gradients(const I& image, const Step& s, std::uint32_t map, std::int32_t row_of_taps,
                                 std::int32_t tap) {
  constexpr std::int32_t kLast = kTapsTogether - 1;
  const kernels::Window& w = s.conv.kernel;
  const kernels::Plane& m = s.conv.map;
  const std::int32_t channels = row_of_taps / w.height, top = row_of_taps % w.height - w.top;
  const std::int32_t output = channels / s.group_inputs;
  const std::int32_t input = output / s.group_outputs * s.group_inputs + channels % s.group_inputs;
  const Range rows = elements_inside(top, 1, m.height, s.in.height);
  float sum[kTapsTogether] = {}, seen[kTapsTogether];
  LENTIL_ROLLED
  for (std::int32_t r = rows.begin; r < rows.end; ++r) {
    const auto d = image.memory.from(map).from(static_cast<std::size_t>((output * m.height + r) * m.width));
    const auto x =
        image.memory.from(s.x).from(static_cast<std::size_t>((input * s.in.height + top + r) * s.in.width));
    for (std::int32_t n = 0; n <= kLast; ++n) seen[n] = value_or_zero(x, tap - w.left + n - 1, s.in.width);
    LENTIL_UNROLLED
    for (std::int32_t c = 0; c < m.width; ++c) {
      const float g = d.get(c);
      for (std::int32_t n = 0; n < kLast; ++n) seen[n] = seen[n + 1];
      seen[kLast] = value_or_zero(x, c + tap - w.left + kLast, s.in.width);
      for (std::int32_t n = 0; n <= kLast; ++n) sum[n] = kernels::fma(g, seen[n], sum[n]);
    }
  }
  const auto gradients = image.gradients.from(s.gradient);
  for (std::int32_t n = 0; n <= kLast && tap + n < w.width; ++n)
    gradients.set(row_of_taps * w.width + tap + n, sum[n]);
}
template <class I>
LENTIL_DEVICE void conv2d_weight_gradients_dense(const I& image, const Step& s, std::uint32_t map) {
  const std::int32_t tiles = (s.conv.kernel.width + kTapsTogether - 1) / kTapsTogether;
  image.block.each(rows_of_taps(s) * tiles, [&](std::int32_t i) {
    tap_gradients(image, s, map, i / tiles, i % tiles * kTapsTogether);
  });
}

// dX, element by element: one chain over output channels, rows and columns of the map.
template <class I>
LENTIL_DEVICE void conv2d_input_gradients(const I& image, const Step& s, std::uint32_t map) {
  const auto weights = conv_weights(image, s);
  const auto d = image.memory.from(map), dx = image.memory.from(s.dx);
  const std::int32_t size = s.conv.map.height * s.conv.map.width, outputs = s.group_outputs;
  image.block.each(count(s.in), [&](std::int32_t i) {
    const Place p = place_of(s.in, i);
    const std::int32_t group = p.channel / s.group_inputs, inner = p.channel % s.group_inputs;
    float sum = 0;
    LENTIL_ROLLED
    for (std::int32_t o = group * outputs; o < (group + 1) * outputs; ++o) {
      const std::int32_t weight = o * row_size(s) + inner * taps(s);
      for_each_window(s.conv.kernel, s.conv.map, p.row, p.column, [&](std::int32_t at, std::int32_t tap) {
        const float g = d.get(o * size + at);
        if (g != 0) sum = kernels::fma(g, weights.get(weight + tap), sum);
      });
    }
    put_gradient(dx, i, sum, has(s, kAddsGradient));
  });
}

// The same chains for four neighbours of a row. Columns of the map ascend as those of the kernel descend.
template <class I>
LENTIL_DEVICE void conv2d_input_gradients_dense(const I& image, const Step& s, std::uint32_t map) {
  constexpr std::int32_t kTile = 4;
  const kernels::Window& w = s.conv.kernel;
  const kernels::Plane& m = s.conv.map;
  const auto weights = conv_weights(image, s);
  const auto dx = image.memory.from(s.dx);
  const std::int32_t tiles = (s.in.width + kTile - 1) / kTile, outputs = s.group_outputs;
  image.block.each(s.in.channels * s.in.height * tiles, [&](std::int32_t i) {
    const Place p = place_of({s.in.channels, s.in.height, tiles}, i);
    const std::int32_t column = p.column * kTile, begin = p.channel / s.group_inputs * outputs;
    const Range rows = windows_over(p.row, w.top, w.height, 1, 1, m.height);
    float sum[kTile] = {}, seen[kTile];
    LENTIL_ROLLED
    for (std::int32_t o = begin; o < begin + outputs; ++o) {
      const std::int32_t first_weight = o * row_size(s) + p.channel % s.group_inputs * taps(s);
      LENTIL_ROLLED
      for (std::int32_t r = rows.begin; r < rows.end; ++r) {
        const auto d = image.memory.from(map).from(static_cast<std::size_t>((o * m.height + r) * m.width));
        const std::int32_t weight = first_weight + (p.row + w.top - r) * w.width;
        std::int32_t at = column + w.left - w.width;  // one before that of the kernel's last column
        for (std::int32_t n = 0; n < kTile; ++n) seen[n] = value_or_zero(d, at + n, m.width);
        LENTIL_UNROLLED
        for (std::int32_t k = w.width - 1; k >= 0; --k) {
          const float factor = weights.get(weight + k);
          for (std::int32_t n = 0; n < kTile - 1; ++n) seen[n] = seen[n + 1];
          seen[kTile - 1] = value_or_zero(d, ++at + kTile - 1, m.width);
          for (std::int32_t n = 0; n < kTile; ++n) sum[n] = kernels::fma(seen[n], factor, sum[n]);
        }
      }
    }
    for (std::int32_t n = 0; n < kTile && column + n < s.in.width; ++n)
      put_gradient(dx, (p.channel * s.in.height + p.row) * s.in.width + column + n, sum[n],
                   has(s, kAddsGradient));
  });
}

// The gradient of the map is in place where a pool has handed it down.
template <class I>
LENTIL_DEVICE void conv2d_backward(const I& image, const Step& s) {
  const std::uint32_t map = s.conv.pooled ? s.map_gradient : s.dy;
  const bool dense = is_dense(s.conv.kernel);
  if (has(s, kTrained)) {
    // Few rows would leave threads without work.
    dense&& rows_of_taps(s) >= kBlockThreads ? conv2d_weight_gradients_dense(image, s, map)
                                             : conv2d_weight_gradients(image, s, map);
    conv2d_bias_gradients(image, s, map);
  }
  if (s.dx != kNone)
    dense ? conv2d_input_gradients_dense(image, s, map) : conv2d_input_gradients(image, s, map);
  image.block.barrier();
}

}  // namespace lentil::cuda
