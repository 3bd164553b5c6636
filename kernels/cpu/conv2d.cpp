// Convolution forward: y[o] = b[o] + sum over (c, kr, kc) of w[o][c][kr][kc] * x[c][r + kr][q + kc], one fma
// per tap in that order; then the largest value of each pool window. Lanes are neighbouring outputs of a row.
#include "kernels/cpu/conv2d_packed.h"
#include "kernels/cpu/conv2d_rows.h"
#include "kernels/cpu/table.h"
#include "kernels/cpu/window.h"

namespace lentil::kernels::LENTIL_ISA {
namespace {

// A tile of the map: output channels [channel, channel + T), one row, the columns column + lane * step.
struct Tile {
  std::int32_t channel, row, column, step, lanes;
};

// Adds the taps of one input row to T accumulators. `x` is the row, `weight` the first channel's taps.
template <std::int32_t T>
LENTIL_HD void add_row(Vec (&sum)[T], const Conv2dForward& a, const Tile& tile, const float* x,
                       const float* weight, std::int32_t channel_stride) {
  const Window& kernel = a.shape.kernel;
  const std::int32_t step = tile.step * kernel.stride_width;
  const std::int32_t first = tile.column * kernel.stride_width - kernel.left;
  for (std::int32_t k = 0; k < kernel.width; ++k) {
    const std::int32_t column = first + k * kernel.dilation_width;
    const LaneRange inside = lanes_inside(column, step, a.shape.in.width, tile.lanes);
    if (inside.begin >= inside.end) continue;
    const Vec value = load_strided(x + column, step, inside.begin, inside.end);
#pragma GCC unroll 8
    for (std::int32_t t = 0; t < T; ++t)
      sum[t] = fma(broadcast(weight[t * channel_stride + k]), value, sum[t]);
  }
}

template <std::int32_t T>
LENTIL_HD void convolve(Vec (&sum)[T], const Conv2dForward& a, const Tile& tile) {
  const ConvShape& s = a.shape;
  const Window& kernel = s.kernel;
  const std::int32_t channels = s.in_channels / s.groups;
  const std::int32_t taps = kernel.height * kernel.width;
  const std::int32_t group = tile.channel / (s.out_channels / s.groups);
  const float* x = a.x + static_cast<std::ptrdiff_t>(group) * channels * s.in.height * s.in.width;
  const float* weight = a.weight + static_cast<std::ptrdiff_t>(tile.channel) * channels * taps;
  const std::int32_t first = tile.row * kernel.stride_height - kernel.top;
  for (std::int32_t c = 0; c < channels; ++c) {
    for (std::int32_t k = 0; k < kernel.height; ++k) {
      const std::int32_t row = first + k * kernel.dilation_height;
      if (row < 0 || row >= s.in.height) continue;
      add_row<T>(sum, a, tile, x + (c * s.in.height + row) * s.in.width, weight + c * taps + k * kernel.width,
                 channels * taps);
    }
  }
}

// The pooled values (row, column..column + lanes) of T channels.
template <std::int32_t T>
LENTIL_HD void pooled_values(RunningMax (&max)[T], const Conv2dForward& a, std::int32_t channel,
                             std::int32_t row, std::int32_t column, std::int32_t lanes) {
  const ConvShape& s = a.shape;
  const Window& pool = s.pool;
  for (std::int32_t i = 0; i < pool.height * pool.width; ++i) {
    const Position p = chosen(pool, row, column, i);
    if (p.row < 0 || p.row >= s.map.height) continue;
    const LaneRange valid = lanes_inside(p.column, pool.stride_width, s.map.width, lanes);
    Vec sum[T];
#pragma GCC unroll 8
    for (std::int32_t t = 0; t < T; ++t) sum[t] = broadcast(a.bias == nullptr ? 0.0f : a.bias[channel + t]);
    convolve<T>(sum, a, {channel, p.row, p.column, pool.stride_width, lanes});
#pragma GCC unroll 8
    for (std::int32_t t = 0; t < T; ++t) take_greater(max[t], sum[t], i, valid);
  }
}

LENTIL_HD void store_values(const Conv2dForward& a, const RunningMax& max, std::int32_t channel,
                            std::int32_t first, std::int32_t lanes) {
  const std::int32_t plane = a.shape.out.height * a.shape.out.width;
  Vec value = max.best;
  if (a.factor != nullptr) value *= broadcast(a.factor[channel]);
  if (a.relu) value = select(value > Vec{}, value, Vec{});
  store_n(a.y + static_cast<std::ptrdiff_t>(channel) * plane + first, value, lanes);
  if (a.argmax.data == nullptr) return;
  const auto bytes =
      static_cast<std::ptrdiff_t>(argmax_plane_bytes(static_cast<std::size_t>(plane), a.argmax.bits));
  store_argmax(a.argmax.data + channel * bytes, a.argmax.bits, first, max.index, lanes);
}

template <std::int32_t T>
void forward_channels(const Conv2dForward& a, std::int32_t channel) {
  const Plane& out = a.shape.out;
  const std::int32_t end = end_of_rows(a);
  for (std::int32_t row = a.row_begin; row < end; ++row) {
    for (std::int32_t column = 0; column < out.width; column += kLanes) {
      const std::int32_t lanes = out.width - column < kLanes ? out.width - column : kLanes;
      RunningMax max[T];
#pragma GCC unroll 8
      for (std::int32_t t = 0; t < T; ++t) max[t] = nothing_yet();
      pooled_values<T>(max, a, channel, row, column, lanes);
      for (std::int32_t t = 0; t < T; ++t)
        store_values(a, max[t], channel + t, row * out.width + column, lanes);
    }
  }
}

// Output channels that share one pass over the input. A scalar processor has no registers for more than four.
constexpr std::int32_t kMostTogether = kLanes > 1 ? 8 : 4;

// How many channels from `channel` on can share one pass: of one group, none of them dropped.
std::int32_t run_length(const Conv2dForward& a, std::int32_t channel) {
  const std::int32_t per_group = a.shape.out_channels / a.shape.groups;
  const std::int32_t group_end = (channel / per_group + 1) * per_group;
  const std::int32_t end = group_end < a.channel_end ? group_end : a.channel_end;
  std::int32_t n = 0;
  while (channel + n < end && n < kMostTogether && !(a.factor != nullptr && a.factor[channel + n] == 0)) ++n;
  return n;
}

}  // namespace

void clear_channel(const Conv2dForward& a, std::int32_t channel) {
  const Plane& out = a.shape.out;
  const std::size_t plane = static_cast<std::size_t>(out.height) * static_cast<std::size_t>(out.width);
  __builtin_memset(a.y + static_cast<std::size_t>(channel) * plane, 0, plane * sizeof(float));
  if (a.argmax.data == nullptr) return;
  const std::size_t bytes = argmax_plane_bytes(plane, a.argmax.bits);
  __builtin_memset(a.argmax.data + static_cast<std::size_t>(channel) * bytes, 0, bytes);
}

void conv2d_forward(const Conv2dForward& a) {
  a.packed ? conv2d_forward_packed(a) : conv2d_forward_unpacked(a);
}

void conv2d_forward_unpacked(const Conv2dForward& a) {
  if (kLanes > 1 && in_rows(a.shape) && conv2d_forward_rows(a)) return;
  for (std::int32_t channel = a.channel_begin; channel < a.channel_end;) {
    const std::int32_t run = run_length(a, channel);
    if (run == 0) {
      clear_channel(a, channel++);
    } else if (kLanes > 1 && run == 8) {
      forward_channels<8>(a, channel);
      channel += 8;
    } else if (run >= 4) {
      forward_channels<4>(a, channel);
      channel += 4;
    } else if (!kernels::kSmallCode && run >= 2) {
      forward_channels<2>(a, channel);
      channel += 2;
    } else {
      forward_channels<1>(a, channel++);
    }
  }
}

}  // namespace lentil::kernels::LENTIL_ISA
