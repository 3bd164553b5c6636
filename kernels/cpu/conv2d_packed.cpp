// Convolution forward with packed weights, [channel of the group][kernel row][kernel column][output channel]:
// lanes are output channels, several outputs at a time share each weight that is loaded. The same chains of
// fma as in conv2d.cpp, hence the same bits; full lanes even where maps are narrow.
#include "kernels/cpu/conv2d_packed.h"

#include "kernels/cpu/window.h"

namespace lentil::kernels::LENTIL_ISA {
namespace {

constexpr std::int32_t kPoints = 4;  // outputs of the map that are computed together

// An output of the map: the input position of its first tap, and whether all of its taps are in the input.
struct Point {
  std::int32_t row, column;
  bool inside;
};

LENTIL_HD Point point_at(const ConvShape& s, Position map) {
  const Window& k = s.kernel;
  const std::int32_t row = map.row * k.stride_height - k.top;
  const std::int32_t column = map.column * k.stride_width - k.left;
  const bool inside = row >= 0 && row + (k.height - 1) * k.dilation_height < s.in.height && column >= 0 &&
                      column + (k.width - 1) * k.dilation_width < s.in.width;
  return {row, column, inside};
}

// V vectors of output channels from `channel` on; the last one has `last` lanes.
struct Channels {
  const Conv2dForward& a;
  std::int32_t channel, last;
};

template <std::int32_t V>
LENTIL_HD void load_channels(Vec (&to)[V], const float* from, std::int32_t last) {
#pragma GCC unroll 3
  for (std::int32_t v = 0; v < V - 1; ++v) to[v] = load(from + v * kLanes);
  to[V - 1] = last == kLanes ? load(from + (V - 1) * kLanes) : load_n(from + (V - 1) * kLanes, last);
}

// One tap: its weights times the input value of every point that has it.
template <std::int32_t V, std::int32_t E>
LENTIL_HD void add_tap(Vec (&sum)[E][V], const Channels& ch, const float* weight, const float* const (&x)[E],
                       std::ptrdiff_t offset, const bool (&valid)[E]) {
  Vec w[V];
  load_channels<V>(w, weight, ch.last);
#pragma GCC unroll 4
  for (std::int32_t e = 0; e < E; ++e) {
    if (!valid[e]) continue;
    const Vec value = broadcast(x[e][offset]);
#pragma GCC unroll 3
    for (std::int32_t v = 0; v < V; ++v) sum[e][v] = fma(w[v], value, sum[e][v]);
  }
}

// All taps of E points. `AllInside`: every tap of every point is in the input.
template <std::int32_t V, std::int32_t E, bool AllInside>
LENTIL_HD void add_taps(Vec (&sum)[E][V], const Channels& ch, const Point (&points)[E]) {
  const ConvShape& s = ch.a.shape;
  const Window& k = s.kernel;
  const std::int32_t group_inputs = s.in_channels / s.groups;
  const std::int32_t group = ch.channel / (s.out_channels / s.groups);
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(s.in.height) * s.in.width;
  const float* x[E];
  bool valid[E];
  for (std::int32_t e = 0; e < E; ++e) {
    x[e] = ch.a.x + group * group_inputs * plane + points[e].row * s.in.width + points[e].column;
    valid[e] = true;
  }
  const float* weight = ch.a.weight + ch.channel;
  for (std::int32_t c = 0; c < group_inputs; ++c) {
    for (std::int32_t kr = 0; kr < k.height; ++kr) {
      for (std::int32_t kc = 0; kc < k.width; ++kc, weight += s.out_channels) {
        const std::int32_t row = kr * k.dilation_height, column = kc * k.dilation_width;
        for (std::int32_t e = 0; !AllInside && e < E; ++e) {
          const std::int32_t r = points[e].row + row, q = points[e].column + column;
          valid[e] = r >= 0 && r < s.in.height && q >= 0 && q < s.in.width;
        }
        add_tap<V, E>(sum, ch, weight, x, c * plane + row * s.in.width + column, valid);
      }
    }
  }
}

template <std::int32_t V, std::int32_t E>
LENTIL_HD void compute(Vec (&sum)[E][V], const Channels& ch, const Point (&points)[E]) {
  Vec bias[V] = {};
  if (ch.a.bias != nullptr) load_channels<V>(bias, ch.a.bias + ch.channel, ch.last);
  bool inside = true;
  for (std::int32_t e = 0; e < E; ++e) {
    for (std::int32_t v = 0; v < V; ++v) sum[e][v] = bias[v];
    inside = inside && points[e].inside;
  }
  if (inside) {
    add_taps<V, E, true>(sum, ch, points);
  } else {
    add_taps<V, E, false>(sum, ch, points);
  }
}

// Lanes are channels, so neighbouring lanes go to neighbouring planes.
template <std::int32_t V>
LENTIL_HD void store_channels(const Channels& ch, const RunningMax (&max)[V], std::int32_t at) {
  const Conv2dForward& a = ch.a;
  const std::int32_t plane = a.shape.out.height * a.shape.out.width;
  const auto bytes =
      static_cast<std::ptrdiff_t>(argmax_plane_bytes(static_cast<std::size_t>(plane), a.argmax.bits));
  for (std::int32_t v = 0; v < V; ++v) {
    const std::int32_t lanes = v == V - 1 ? ch.last : kLanes;
    const std::int32_t channel = ch.channel + v * kLanes;
    Vec value = max[v].best;
    if (a.factor != nullptr) value *= load_n(a.factor + channel, lanes);
    if (a.relu) value = select(value > Vec{}, value, Vec{});
    for (std::int32_t lane = 0; lane < lanes; ++lane) {
      a.y[static_cast<std::ptrdiff_t>(channel + lane) * plane + at] = value[lane];
      if (a.argmax.data == nullptr) continue;
      store_argmax(a.argmax.data + (channel + lane) * bytes, a.argmax.bits, at, max[v].index[lane]);
    }
  }
}

template <std::int32_t V, std::int32_t E>
LENTIL_HD void take_points(RunningMax (&max)[V], const Channels& ch, const Point (&points)[E],
                           const std::int32_t* index) {
  Vec sum[E][V];
  compute<V, E>(sum, ch, points);
  for (std::int32_t e = 0; e < E; ++e) {
    for (std::int32_t v = 0; v < V; ++v) take_greater(max[v], sum[e][v], index[e], {0, kLanes});
  }
}

// One pooled output: the elements of its window that are in the map, kPoints at a time.
template <std::int32_t V>
LENTIL_HD void pooled_output(const Channels& ch, std::int32_t row, std::int32_t column) {
  const ConvShape& s = ch.a.shape;
  RunningMax max[V];
  for (std::int32_t v = 0; v < V; ++v) max[v] = nothing_yet();
  Point points[kPoints];
  std::int32_t index[kPoints];
  std::int32_t n = 0;
  for (std::int32_t i = 0; i < s.pool.height * s.pool.width; ++i) {
    const Position p = chosen(s.pool, row, column, i);
    if (p.row < 0 || p.row >= s.map.height || p.column < 0 || p.column >= s.map.width) continue;
    points[n] = point_at(s, p);
    index[n++] = i;
    if (n < kPoints) continue;
    take_points<V, kPoints>(max, ch, points, index);
    n = 0;
  }
  for (std::int32_t e = 0; e < n; ++e) take_points<V, 1>(max, ch, {points[e]}, index + e);
  store_channels<V>(ch, max, row * s.out.width + column);
}

// Without a pool: E neighbouring outputs of a row.
template <std::int32_t V, std::int32_t E>
LENTIL_HD void plain_outputs(const Channels& ch, std::int32_t row, std::int32_t column) {
  Point points[E];
  for (std::int32_t e = 0; e < E; ++e) points[e] = point_at(ch.a.shape, {row, column + e});
  Vec sum[E][V];
  compute<V, E>(sum, ch, points);
  for (std::int32_t e = 0; e < E; ++e) {
    RunningMax result[V];
    for (std::int32_t v = 0; v < V; ++v) result[v] = {sum[e][v], Ints{}};
    store_channels<V>(ch, result, row * ch.a.shape.out.width + column + e);
  }
}

template <std::int32_t V>
void forward_channels(const Channels& ch) {
  const ConvShape& s = ch.a.shape;
  for (std::int32_t row = 0; row < s.out.height; ++row) {
    std::int32_t column = 0;
    if (!s.pooled) {
      for (; column + kPoints <= s.out.width; column += kPoints) plain_outputs<V, kPoints>(ch, row, column);
      for (; column < s.out.width; ++column) plain_outputs<V, 1>(ch, row, column);
    }
    for (; column < s.out.width; ++column) pooled_output<V>(ch, row, column);
  }
}

}  // namespace

void conv2d_forward_packed(const Conv2dForward& a) {
  const std::int32_t per_group = a.shape.out_channels / a.shape.groups;
  for (std::int32_t channel = a.channel_begin; channel < a.channel_end;) {
    const std::int32_t group_end = (channel / per_group + 1) * per_group;
    const std::int32_t left = (group_end < a.channel_end ? group_end : a.channel_end) - channel;
    const std::int32_t vectors = kSmallCode ? 1 : left >= 3 * kLanes ? 3 : (left + kLanes - 1) / kLanes;
    const std::int32_t last = left - (vectors - 1) * kLanes < kLanes ? left - (vectors - 1) * kLanes : kLanes;
    const Channels channels{a, channel, last};
    if (!kSmallCode && vectors == 3) forward_channels<3>(channels);
    if (!kSmallCode && vectors == 2) forward_channels<2>(channels);
    if (vectors == 1) forward_channels<1>(channels);
    channel += (vectors - 1) * kLanes + last;
  }
}

}  // namespace lentil::kernels::LENTIL_ISA
