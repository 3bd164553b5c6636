// Convolution backward with the input channels of a group side by side, [position][channels]: lanes are
// channels, and every lane keeps the order of the contract, as in conv2d_backward.cpp. Whole aligned vectors
// are added to, where rows of the kernel would overlap with those of the event before and wait for it.
#include "kernels/cpu/table.h"
#include "kernels/cpu/window.h"

namespace lentil::kernels::LENTIL_ISA {
namespace {

LENTIL_HD bool inside(std::int32_t at, std::int32_t size) { return at >= 0 && at < size; }

// dx += w g for one tap: V vectors of channels.
template <std::int32_t V>
LENTIL_HD void add_tap(float* dx, const float* weight, Vec g) {
  Vec sum[V];
#pragma GCC unroll 4
  for (std::int32_t v = 0; v < V; ++v) sum[v] = fma(load(weight + v * kLanes), g, load(dx + v * kLanes));
#pragma GCC unroll 4
  for (std::int32_t v = 0; v < V; ++v) store(dx + v * kLanes, sum[v]);
}
LENTIL_HD void add_tap(float* dx, const float* weight, Vec g, std::int32_t channels) {
  for (std::int32_t c = 0; c < channels; c += kPackedLanes)
    add_tap<kPackedLanes / kLanes>(dx + c, weight + c, g);
}

// (The arguments by value: what is written could otherwise be them.)
template <bool Inside>
void add_events(const Conv2dBackwardInputWide a) {
  const Window k = a.shape.kernel;
  const Plane in = a.shape.in;
  const std::int32_t channels = padded_channels(a.shape);
  const std::ptrdiff_t step = k.dilation_width * channels;
  for (const ConvEvent* event = a.events; event < a.events + a.event_count; ++event) {
    const Vec g = broadcast(event->gradient);
    const std::int32_t column = event->column * k.stride_width - k.left;
    const float* weight = a.weight;
    for (std::int32_t i = 0; i < k.height; ++i) {
      const std::int32_t row = event->row * k.stride_height - k.top + i * k.dilation_height;
      float* dx = a.dx + static_cast<std::ptrdiff_t>(row * in.width + column) * channels;
      for (std::int32_t j = 0; j < k.width; ++j, dx += step, weight += channels) {
        if (!Inside && !(inside(row, in.height) && inside(column + j * k.dilation_width, in.width))) continue;
        add_tap(dx, weight, g, channels);
      }
    }
  }
}

// A run of T taps of one kernel row and V vectors of channels: their sums stay in registers over all events.
struct Taps {
  std::int32_t row, column, channel;
};

template <std::int32_t T, std::int32_t V, bool Inside>
LENTIL_HD void sum_taps(const Conv2dBackwardWeightWide& a, Taps taps) {
  const ConvShape& s = a.shape;
  const Window& k = s.kernel;
  const std::int32_t channels = padded_channels(s);
  const std::int32_t step = k.dilation_width * channels;
  Vec sum[T][V] = {};
  for (std::int32_t e = 0; e < a.event_count; ++e) {
    const ConvEvent& event = a.events[e];
    const std::int32_t row = event.row * k.stride_height - k.top + taps.row * k.dilation_height;
    const std::int32_t column = event.column * k.stride_width - k.left + taps.column * k.dilation_width;
    if (!Inside && !inside(row, s.in.height)) continue;
    const float* x = a.x + static_cast<std::ptrdiff_t>(row * s.in.width + column) * channels + taps.channel;
    const Vec g = broadcast(event.gradient);
#pragma GCC unroll 5
    for (std::int32_t t = 0; t < T; ++t) {
      if (!Inside && !inside(column + t * k.dilation_width, s.in.width)) continue;
#pragma GCC unroll 2
      for (std::int32_t v = 0; v < V; ++v) sum[t][v] = fma(g, load(x + t * step + v * kLanes), sum[t][v]);
    }
  }
  float* to =
      a.dweight + static_cast<std::ptrdiff_t>(taps.row * k.width + taps.column) * channels + taps.channel;
  for (std::int32_t t = 0; t < T; ++t) {
    for (std::int32_t v = 0; v < V; ++v, to += kLanes)
      store(to, a.accumulate ? load(to) + sum[t][v] : sum[t][v]);
    to += channels - V * kLanes;
  }
}

template <std::int32_t V, bool Inside>
LENTIL_HD void sum_kernel_row(const Conv2dBackwardWeightWide& a, std::int32_t row, std::int32_t channel) {
  for (std::int32_t column = 0; column < a.shape.kernel.width;) {
    const std::int32_t left = a.shape.kernel.width - column;
    const Taps taps{row, column, channel};
    if (left >= 5) {
      sum_taps<5, V, Inside>(a, taps);
      column += 5;
    } else if (left >= 3) {
      sum_taps<3, V, Inside>(a, taps);
      column += 3;
    } else {
      sum_taps<1, V, Inside>(a, taps);
      ++column;
    }
  }
}

template <bool Inside>
void sum_events(const Conv2dBackwardWeightWide& a) {
  const std::int32_t channels = padded_channels(a.shape);
  for (std::int32_t row = 0; row < a.shape.kernel.height; ++row) {
    std::int32_t c = 0;
    for (; c + 2 * kLanes <= channels; c += 2 * kLanes) sum_kernel_row<2, Inside>(a, row, c);
    for (; c < channels; c += kLanes) sum_kernel_row<1, Inside>(a, row, c);
  }
}

}  // namespace

void conv2d_backward_input_wide(const Conv2dBackwardInputWide& a) {
  taps_inside(a.shape) ? add_events<true>(a) : add_events<false>(a);
}

void conv2d_backward_weight_wide(const Conv2dBackwardWeightWide& a) {
  taps_inside(a.shape) ? sum_events<true>(a) : sum_events<false>(a);
}

}  // namespace lentil::kernels::LENTIL_ISA
