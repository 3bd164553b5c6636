// Convolution backward from the list of positions whose gradient is not zero (max-pool, ReLU and dropout
// leave few). dX is one chain per element in (output channel, row, column) order, dW one chain per image in
// (row, column) order: walking the events in order and adding whole kernel rows keeps both.
#include "kernels/cpu/table.h"
#include "kernels/cpu/window.h"

namespace lentil::kernels::LENTIL_ISA {
namespace {

// In one store: two halves and a word would be three.
LENTIL_HD void put(ConvEvent* to, std::int32_t row, std::int32_t column, float gradient) {
  const ConvEvent event{static_cast<std::int16_t>(row), static_cast<std::int16_t>(column), gradient};
  const auto bits = __builtin_bit_cast(std::uint64_t, event);
  __builtin_memcpy(to, &bits, sizeof(bits));
}

// Every position of a plane whose value is not zero, in order.
std::int32_t list_plane(ConvEvent* events, const float* plane, Plane size) {
  std::int32_t n = 0;
  for (std::int32_t row = 0; row < size.height; ++row) {
    const float* values = plane + row * size.width;
    for_each_nonzero(values, size.width,
                     [&](std::int32_t column) { put(events + n++, row, column, values[column]); });
  }
  return n;
}

// Windows that do not overlap choose from rows of their own: order by the row inside the window, one pass
// each. (The arguments by value: what is written could otherwise be them.)
std::int32_t list_row(const ConvEvents a, std::int32_t row, ConvEvent* events) {
  const float* dy = a.dy + row * a.out.width;
  std::int32_t n = 0;
  for (std::int32_t inner = 0; inner < a.pool.height; ++inner) {
    for_each_nonzero(dy, a.out.width, [&](std::int32_t column) {
      const std::int32_t index = load_argmax(a.argmax, a.argmax_bits, row * a.out.width + column);
      const Position p = chosen(a.pool, row, column, index);
      put(events + n, p.row, p.column, dy[column]);
      n += static_cast<std::int32_t>(index / a.pool.width == inner);
    });
  }
  return n;
}

// Bits 0, 2, 4, ... side by side.
LENTIL_HD std::uint64_t even_bits(std::uint64_t x) {
  x &= 0x5555555555555555u;
  x = (x | x >> 1) & 0x3333333333333333u;
  x = (x | x >> 2) & 0x0f0f0f0f0f0f0f0fu;
  x = (x | x >> 4) & 0x00ff00ff00ff00ffu;
  x = (x | x >> 8) & 0x0000ffff0000ffffu;
  return (x | x >> 16) & 0xffffffffu;
}

// `count` indices of two bits from index `first` on, 28 at most.
LENTIL_HD std::uint64_t two_bit_indices(const std::uint8_t* plane, std::int32_t first, std::int32_t count) {
  const std::int32_t bit = 2 * first, bytes = ((bit & 7) + 2 * count + 7) / 8;
  std::uint64_t word = 0;
  for (std::int32_t i = 0; i < bytes; ++i) word |= std::uint64_t{plane[(bit >> 3) + i]} << (8 * i);
  return word >> (bit & 7);
}

// The common 2x2 windows: bit 1 of an index is the row and bit 0 the column, so that a row of windows is a
// few words.
constexpr std::int32_t kWidestHalves = 28;
std::int32_t list_row_of_halves(const ConvEvents& a, std::int32_t row, ConvEvent* events) {
  const float* dy = a.dy + row * a.out.width;
  const std::uint64_t indices = two_bit_indices(a.argmax, row * a.out.width, a.out.width);
  const std::uint64_t lower = even_bits(indices >> 1), right = even_bits(indices);
  const std::uint64_t nonzero = nonzero_bits(dy, a.out.width);
  std::int32_t n = 0;
  const auto list = [&](std::uint64_t bits, std::int32_t map_row) {
    for (; bits != 0; bits &= bits - 1) {
      const std::int32_t column = __builtin_ctzll(bits);
      put(events + n++, map_row, 2 * column + static_cast<std::int32_t>(right >> column & 1), dy[column]);
    }
  };
  list(nonzero & ~lower, 2 * row);
  list(nonzero & lower, 2 * row + 1);
  return n;
}

// The same for rows no wider than a vector, without a branch for each window.
std::int32_t list_vector_of_halves(const ConvEvents& a, std::int32_t row, ConvEvent* events) {
  static_assert(sizeof(ConvEvent) == 8);
  const float* dy = a.dy + row * a.out.width;
  const std::uint64_t indices = two_bit_indices(a.argmax, row * a.out.width, a.out.width);
  const Ints index = broadcast(static_cast<std::int32_t>(indices)) >> (2 * lane_numbers());
  const Ints column = 2 * lane_numbers() + (index & 1);
  const Ints position = column << 16 | 2 * row;  // as ConvEvent has them
  const Vec gradient = load_n(dy, a.out.width);
  const std::uint32_t nonzero = mask_bits(gradient != Vec{}), lower = mask_bits((index & 2) != Ints{});
  const std::int32_t n = store_pairs(events, position, gradient, nonzero & ~lower, a.out.width);
  return n + store_pairs(events + n, position + 1, gradient, nonzero & lower, a.out.width);
}

std::int32_t list_separate(const ConvEvents& a) {
  const bool halves = is_halving(a.pool) && a.argmax_bits == 2 && a.out.width <= kWidestHalves;
  const bool short_rows = kCompresses && a.out.width <= kLanes;
  std::int32_t n = 0;
  for (std::int32_t row = 0; row < a.out.height; ++row)
    n += halves && short_rows ? list_vector_of_halves(a, row, a.events + n)
         : halves             ? list_row_of_halves(a, row, a.events + n)
                              : list_row(a, row, a.events + n);
  return n;
}

// Windows that overlap can choose one position twice: add up first, in window order.
std::int32_t list_overlapping(const ConvEvents& a) {
  max_pool_backward({.dx = a.map,
                     .dy = a.dy,
                     .argmax = a.argmax,
                     .argmax_bits = a.argmax_bits,
                     .in = a.map_size,
                     .out = a.out,
                     .window = a.pool});
  return list_plane(a.events, a.map, a.map_size);
}

// Kernel columns [begin, end) that meet the input row when the window starts at `first`.
LENTIL_HD LaneRange columns_inside(const ConvShape& s, std::int32_t first) {
  return lanes_inside(first, s.kernel.dilation_width, s.in.width, s.kernel.width);
}

// x[first + k * dilation] += g * w[k] for the taps inside the row.
LENTIL_HD void add_scaled_row(float* x, const float* w, float g, std::int32_t dilation, LaneRange taps) {
  if (dilation != 1) {
    for (std::int32_t k = taps.begin; k < taps.end; ++k)
      x[k * dilation] = kernels::fma(w[k], g, x[k * dilation]);
    return;
  }
  for (std::int32_t k = taps.begin; k < taps.end; k += kLanes) {
    const std::int32_t n = taps.end - k < kLanes ? taps.end - k : kLanes;
    store_n(x + k, fma(load_n(w + k, n), broadcast(g), load_n(x + k, n)), n);
  }
}

// dW rows [first_row, first_row + R) and columns [0, lanes), where neither padding nor dilation is in the
// way. Vectors no longer than need be: their loads cross fewer cache lines.
template <std::int32_t L, std::int32_t R>
LENTIL_HD void weight_rows(const Conv2dBackwardWeight& a, const float* x, float* dweight,
                           std::int32_t first_row, std::int32_t lanes) {
  const Window& kernel = a.shape.kernel;
  const std::ptrdiff_t width = a.shape.in.width;
  Vector<L> sum[R] = {};
  for (const ConvEvent* event = a.events; event < a.events + a.event_count; ++event) {
    const float* from =
        x + (event->row * kernel.stride_height + first_row) * width + event->column * kernel.stride_width;
    const Vector<L> g = broadcast_lanes<L>(event->gradient);
#pragma GCC unroll 8
    for (std::int32_t r = 0; r < R; ++r) sum[r] = fma(g, load_inside<L>(from + r * width, 0, lanes), sum[r]);
  }
  for (std::int32_t r = 0; r < R; ++r) {
    float* to = dweight + (first_row + r) * kernel.width;
    for (std::int32_t i = 0; i < lanes; ++i) to[i] = a.accumulate ? to[i] + sum[r][i] : sum[r][i];
  }
}

template <std::int32_t L>
LENTIL_HD void weight_plane(const Conv2dBackwardWeight& a, const float* x, float* dweight) {
  const Window& kernel = a.shape.kernel;
  std::int32_t row = 0;
  for (; row + 5 <= kernel.height; row += 5) weight_rows<L, 5>(a, x, dweight, row, kernel.width);
  for (; row + 3 <= kernel.height; row += 3) weight_rows<L, 3>(a, x, dweight, row, kernel.width);
  for (; row < kernel.height; ++row) weight_rows<L, 1>(a, x, dweight, row, kernel.width);
}

// dW rows [first_row, first_row + R) and columns [column, column + lanes) of one input channel.
// Inside: no tap of any event lies in the padding.
template <std::int32_t R, bool Inside>
LENTIL_HD void weight_block(const Conv2dBackwardWeight& a, const float* x, float* dweight,
                            std::int32_t first_row, std::int32_t column, std::int32_t lanes) {
  const ConvShape& s = a.shape;
  const Window& kernel = s.kernel;
  Vec sum[R] = {};
  for (std::int32_t e = 0; e < a.event_count; ++e) {
    const ConvEvent& event = a.events[e];
    const std::int32_t left =
        event.column * kernel.stride_width - kernel.left + column * kernel.dilation_width;
    const LaneRange inside =
        Inside ? LaneRange{0, lanes} : lanes_inside(left, kernel.dilation_width, s.in.width, lanes);
    if (inside.begin >= inside.end) continue;
    const std::int32_t top =
        event.row * kernel.stride_height - kernel.top + first_row * kernel.dilation_height;
    const Vec g = broadcast(event.gradient);
#pragma GCC unroll 8
    for (std::int32_t r = 0; r < R; ++r) {
      const std::int32_t row = top + r * kernel.dilation_height;
      if (!Inside && (row < 0 || row >= s.in.height)) continue;
      const Vec value =
          load_strided(x + row * s.in.width + left, kernel.dilation_width, inside.begin, inside.end);
      sum[r] = fma(g, value, sum[r]);
    }
  }
  for (std::int32_t r = 0; r < R; ++r) {
    float* to = dweight + (first_row + r) * kernel.width + column;
    store_n(to, a.accumulate ? load_n(to, lanes) + sum[r] : sum[r], lanes);
  }
}

template <bool Inside>
LENTIL_HD void weight_channel(const Conv2dBackwardWeight& a, const float* x, float* dweight) {
  const Window& kernel = a.shape.kernel;
  if (Inside && kernel.dilation_height == 1 && kernel.dilation_width == 1) {
    if (kernel.width <= kHalfLanes) return weight_plane<kHalfLanes>(a, x, dweight);
    if (kernel.width <= kLanes) return weight_plane<kLanes>(a, x, dweight);
  }
  for (std::int32_t column = 0; column < kernel.width; column += kLanes) {
    const std::int32_t lanes = kernel.width - column < kLanes ? kernel.width - column : kLanes;
    std::int32_t row = 0;
    for (; row + 5 <= kernel.height; row += 5) weight_block<5, Inside>(a, x, dweight, row, column, lanes);
    for (; row + 3 <= kernel.height; row += 3) weight_block<3, Inside>(a, x, dweight, row, column, lanes);
    for (; row < kernel.height; ++row) weight_block<1, Inside>(a, x, dweight, row, column, lanes);
  }
}

}  // namespace

std::int32_t conv2d_events(const ConvEvents& a) {
  if (a.argmax == nullptr) return list_plane(a.events, a.dy, a.map_size);
  return windows_overlap(a.pool) ? list_overlapping(a) : list_separate(a);
}

void conv2d_backward_input(const Conv2dBackwardInput& a) {
  const ConvShape& s = a.shape;
  const Window& kernel = s.kernel;
  const std::int32_t plane = s.in.height * s.in.width;
  for (std::int32_t e = 0; e < a.event_count; ++e) {
    const ConvEvent& event = a.events[e];
    const std::int32_t left = event.column * kernel.stride_width - kernel.left;
    const std::int32_t top = event.row * kernel.stride_height - kernel.top;
    const LaneRange taps = columns_inside(s, left);
    for (std::int32_t c = a.channel_begin; c < a.channel_end; ++c) {
      for (std::int32_t k = 0; k < kernel.height; ++k) {
        const std::int32_t row = top + k * kernel.dilation_height;
        if (row < 0 || row >= s.in.height) continue;
        float* x = a.dx + (c - a.channel_begin) * plane + row * s.in.width + left;
        const float* w = a.weight + (c * kernel.height + k) * kernel.width;
        add_scaled_row(x, w, event.gradient, kernel.dilation_width, taps);
      }
    }
  }
}

void conv2d_backward_weight(const Conv2dBackwardWeight& a) {
  const std::int32_t plane = a.shape.in.height * a.shape.in.width;
  const std::int32_t taps = a.shape.kernel.height * a.shape.kernel.width;
  const bool inside = taps_inside(a.shape);
  for (std::int32_t c = 0; c < a.channel_end - a.channel_begin; ++c) {
    if (inside) {
      weight_channel<true>(a, a.x + c * plane, a.dweight + c * taps);
    } else {
      weight_channel<false>(a, a.x + c * plane, a.dweight + c * taps);
    }
  }
}

}  // namespace lentil::kernels::LENTIL_ISA
