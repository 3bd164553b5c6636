// Convolution forward with stride 1, lanes = neighbouring columns of the map: a tile of T channels, R rows
// and N vectors stays in registers until all taps are in it, and a 2x2 pool is taken there too. Where a row
// is no multiple of a tile, the last tile is moved back and computes some columns twice, to the same bits.
#include "kernels/cpu/conv2d_rows.h"

#include <utility>

#include "kernels/cpu/rows_in_use.h"
#include "kernels/cpu/window.h"

namespace lentil::kernels::LENTIL_ISA {
namespace {

constexpr std::int32_t kRows = 2, kMostChannels = 10;

// The channels of one tile: those that dropout has left, of one group.
struct Channels {
  std::int32_t index[kMostChannels];
  const float* weight[kMostChannels];
};

struct Tile {
  std::int32_t row, column;  // of the map
};

// The even (0) or odd (1) columns of two neighbouring vectors.
template <int First, std::int32_t L, std::size_t... I>
LENTIL_HD Vector<L> every_second(Vector<L> a, Vector<L> b, std::index_sequence<I...>) {
  return __builtin_shufflevector(a, b, static_cast<int>(2 * I) + First...);
}
template <int First, std::int32_t L>
LENTIL_HD Vector<L> every_second(Vector<L> a, Vector<L> b) {
  return every_second<First, L>(a, b, std::make_index_sequence<L>{});
}

// Adds tap `i` of one row of the kernel. `x` is the input under the tile's first row and column; Edge: some
// of the tile's columns reach into the padding.
template <std::int32_t L, std::int32_t T, std::int32_t N, bool Edge>
LENTIL_HD void add_tap(Vector<L> (&sum)[T][kRows][N], const Conv2dForward& a, const Channels& channels,
                       Tile tile, const float* x, std::int32_t row, std::int32_t first_weight, std::int32_t i,
                       std::int32_t dilation) {
  const ConvShape& s = a.shape;
  Vector<L> w[T];
#pragma GCC unroll 10
  for (std::int32_t t = 0; t < T; ++t) w[t] = broadcast_lanes<L>(channels.weight[t][first_weight + i]);
#pragma GCC unroll 2
  for (std::int32_t r = 0; r < kRows; ++r) {
    if (Edge && (row + r < 0 || row + r >= s.in.height)) continue;
#pragma GCC unroll 4
    for (std::int32_t n = 0; n < N; ++n) {
      const std::int32_t offset = n * L + i * dilation;
      const float* from = x + r * s.in.width + offset;
      const Vector<L> value =
          in_register<L>(Edge ? load_inside<L>(from, tile.column - s.kernel.left + offset, s.in.width)
                              : load_lanes<L>(from));
#pragma GCC unroll 10
      for (std::int32_t t = 0; t < T; ++t) sum[t][r][n] = fma(w[t], value, sum[t][r][n]);
    }
  }
}

template <std::int32_t L, std::int32_t T, std::int32_t N, bool Edge>
LENTIL_HD void add_kernel_row(Vector<L> (&sum)[T][kRows][N], const Conv2dForward& a, const Channels& channels,
                              Tile tile, const float* x, std::int32_t row, std::int32_t first_weight) {
  const Window& k = a.shape.kernel;
  if (!Edge && k.width == 5 && k.dilation_width == 1) {
#pragma GCC unroll 5
    for (std::int32_t i = 0; i < 5; ++i)
      add_tap<L, T, N, Edge>(sum, a, channels, tile, x, row, first_weight, i, 1);
  } else {
    for (std::int32_t i = 0; i < k.width; ++i)
      add_tap<L, T, N, Edge>(sum, a, channels, tile, x, row, first_weight, i, k.dilation_width);
  }
}

template <std::int32_t L, std::int32_t T, std::int32_t N, bool Edge>
LENTIL_HD void convolve(Vector<L> (&sum)[T][kRows][N], const Conv2dForward& a, const Channels& channels,
                        Tile tile, const RowsInUse& rows) {
  const ConvShape& s = a.shape;
  const Window& k = s.kernel;
#pragma GCC unroll 10
  for (std::int32_t t = 0; t < T; ++t) {
    const Vector<L> bias = broadcast_lanes<L>(a.bias == nullptr ? 0.0f : a.bias[channels.index[t]]);
    for (std::int32_t r = 0; r < kRows; ++r) {
      for (std::int32_t n = 0; n < N; ++n) sum[t][r][n] = bias;
    }
  }
  const std::int32_t inputs = s.in_channels / s.groups;
  const std::int32_t group = channels.index[0] / (s.out_channels / s.groups);
  std::int32_t first_weight = 0;
  for (std::int32_t c = group * inputs; c < (group + 1) * inputs; ++c, first_weight += k.height * k.width) {
    const Rows taps = kernel_rows(rows, c, k, tile.row - k.top, kRows);
    std::int32_t weight = first_weight + taps.begin * k.width;
    for (std::int32_t i = taps.begin; i < taps.end; ++i, weight += k.width) {
      const std::int32_t row = tile.row - k.top + i * k.dilation_height;
      const float* x =
          a.x + (static_cast<std::ptrdiff_t>(c) * s.in.height + row) * s.in.width + tile.column - k.left;
      add_kernel_row<L, T, N, Edge>(sum, a, channels, tile, x, row, weight);
    }
  }
}

// Times the channel's factor, and not below 0 with ReLU.
template <std::int32_t L>
LENTIL_HD Vector<L> finished(const Conv2dForward& a, Vector<L> value, std::int32_t channel) {
  if (a.factor != nullptr) value *= broadcast_lanes<L>(a.factor[channel]);
  return a.relu ? (value > Vector<L>{} ? value : Vector<L>{}) : value;
}

template <std::int32_t L, std::int32_t T, std::int32_t N>
LENTIL_HD void store_rows(const Vector<L> (&sum)[T][kRows][N], const Conv2dForward& a,
                          const Channels& channels, Tile tile) {
  const Plane& out = a.shape.out;
#pragma GCC unroll 10
  for (std::int32_t t = 0; t < T; ++t) {
    float* y = a.y + static_cast<std::ptrdiff_t>(channels.index[t]) * out.height * out.width;
    for (std::int32_t r = 0; r < kRows; ++r) {
      for (std::int32_t n = 0; n < N; ++n) {
        const Vector<L> value = finished<L>(a, sum[t][r][n], channels.index[t]);
        __builtin_memcpy(y + (tile.row + r) * out.width + tile.column + n * L, &value, L * sizeof(float));
      }
    }
  }
}

// The largest of each 2x2 window, from the vectors n and n + 1 of both rows.
template <std::int32_t L>
LENTIL_HD Vector<L> largest_of_windows(Vector<L> top, Vector<L> top_next, Vector<L> bottom,
                                       Vector<L> bottom_next) {
  const Vector<L> first = top > bottom ? top : bottom;
  const Vector<L> second = top_next > bottom_next ? top_next : bottom_next;
  const Vector<L> even = every_second<0, L>(first, second), odd = every_second<1, L>(first, second);
  return even > odd ? even : odd;
}

// And where it is, the first of equals, from the vectors n and n + 1 of both rows.
template <std::int32_t L>
using Indices = decltype(Vector<L>{} > Vector<L>{});
template <std::int32_t L>
struct Pooled {
  Vector<L> best;
  Indices<L> index;
};
LENTIL_HD void store_bytes(std::uint8_t* to, std::uint32_t word, std::int32_t count) {
  for (std::int32_t i = 0; i < count; ++i, word >>= 8) to[i] = static_cast<std::uint8_t>(word);
}
// Once for all tiles: it is long, and only training asks for it.
template <std::int32_t L>
[[gnu::noinline]] void store_indices(std::uint8_t* plane, std::int32_t bits, std::int32_t at,
                                     Indices<L> index, std::int32_t lanes) {
  if (bits == 2 && at % 4 == 0 && lanes % 4 == 0) {  // whole bytes
    for (std::int32_t l = 0; l < L; ++l) index[l] <<= 2 * l;
    std::uint32_t word = 0;
    for (std::int32_t l = 0; l < lanes; ++l) word |= static_cast<std::uint32_t>(index[l]);
    return store_bytes(plane + at / 4, word, lanes / 4);
  }
  for (std::int32_t l = 0; l < lanes; ++l) store_argmax(plane, bits, at + l, index[l]);
}
template <std::int32_t L>
LENTIL_HD Pooled<L> pool_windows(Vector<L> top, Vector<L> top_next, Vector<L> bottom, Vector<L> bottom_next) {
  const Vector<L> values[4] = {every_second<0, L>(top, top_next), every_second<1, L>(top, top_next),
                               every_second<0, L>(bottom, bottom_next),
                               every_second<1, L>(bottom, bottom_next)};
  Pooled<L> max{values[0], {}};
#pragma GCC unroll 4
  for (std::int32_t i = 1; i < 4; ++i) {
    const auto greater = values[i] > max.best;
    max.best = greater ? values[i] : max.best;
    max.index = greater ? decltype(max.index){} + i : max.index;
  }
  return max;
}

template <std::int32_t L, std::int32_t T, std::int32_t N>
LENTIL_HD void store_pooled(const Vector<L> (&sum)[T][kRows][N], const Conv2dForward& a,
                            const Channels& channels, Tile tile) {
  const Plane& out = a.shape.out;
  const std::int32_t plane = out.height * out.width;
  const auto bytes =
      static_cast<std::ptrdiff_t>(argmax_plane_bytes(static_cast<std::size_t>(plane), a.argmax.bits));
#pragma GCC unroll 10
  for (std::int32_t t = 0; t < T; ++t) {
    const std::int32_t channel = channels.index[t];
#pragma GCC unroll 2
    for (std::int32_t n = 0; n < N; n += 2) {
      const std::int32_t lanes = n + 1 < N ? L : L / 2;
      const std::int32_t next = n + 1 < N ? n + 1 : n;
      const std::int32_t at = tile.row / 2 * out.width + tile.column / 2 + n / 2 * L;
      Pooled<L> max;
      if (a.argmax.data == nullptr) {
        max.best = largest_of_windows<L>(sum[t][0][n], sum[t][0][next], sum[t][1][n], sum[t][1][next]);
      } else {
        max = pool_windows<L>(sum[t][0][n], sum[t][0][next], sum[t][1][n], sum[t][1][next]);
        store_indices<L>(a.argmax.data + channel * bytes, a.argmax.bits, at, max.index, lanes);
      }
      const Vector<L> value = finished<L>(a, max.best, channel);
      __builtin_memcpy(a.y + static_cast<std::ptrdiff_t>(channel) * plane + at, &value,
                       static_cast<std::size_t>(lanes) * sizeof(float));
    }
  }
}

template <std::int32_t L, std::int32_t T, std::int32_t N, bool Edge>
LENTIL_HD void compute_tile(const Conv2dForward& a, const Channels& channels, Tile tile,
                            const RowsInUse& rows) {
  Vector<L> sum[T][kRows][N];
  convolve<L, T, N, Edge>(sum, a, channels, tile, rows);
  if (a.shape.pooled) return store_pooled<L, T, N>(sum, a, channels, tile);
  store_rows<L, T, N>(sum, a, channels, tile);
}

// The part of the map that somebody reads: a pool may leave out a last row or column, and this call may be
// for some rows only.
LENTIL_HD std::int32_t used_columns(const ConvShape& s) { return s.pooled ? s.out.width * 2 : s.map.width; }
LENTIL_HD Rows used_rows(const Conv2dForward& a) {
  const std::int32_t rows = a.shape.pooled ? 2 : 1;
  return {a.row_begin * rows, end_of_rows(a) * rows};
}

template <std::int32_t L, std::int32_t T, std::int32_t N>
void compute_rows(const Conv2dForward& a, const Channels& channels, const RowsInUse& rows) {
  const ConvShape& s = a.shape;
  const Window& k = s.kernel;
  const Rows used = used_rows(a);
  const std::int32_t width = used_columns(s);
  constexpr std::int32_t kColumns = N * L;
  for (std::int32_t r = used.begin; r < used.end; r += kRows) {
    const std::int32_t row = r + kRows <= used.end ? r : used.end - kRows;
    const bool rows_inside =
        row >= k.top && row - k.top + (k.height - 1) * k.dilation_height + kRows <= s.in.height;
    for (std::int32_t c = 0; c < width; c += kColumns) {
      const std::int32_t column = c + kColumns <= width ? c : width - kColumns;
      const bool inside = rows_inside && column >= k.left &&
                          column - k.left + (k.width - 1) * k.dilation_width + kColumns <= s.in.width;
      if (inside) {
        compute_tile<L, T, N, false>(a, channels, {row, column}, rows);
      } else {
        compute_tile<L, T, N, true>(a, channels, {row, column}, rows);
      }
    }
  }
}

template <std::int32_t L, std::int32_t N>
void compute_channels(const Conv2dForward& a, const Channels& channels, std::int32_t count,
                      const RowsInUse& rows) {
  constexpr std::int32_t kMost = kSumRegisters / (kRows * N);
  if (count == 1) return compute_rows<L, 1, N>(a, channels, rows);
  if constexpr (kMost >= 2) {
    if (count == 2) return compute_rows<L, 2, N>(a, channels, rows);
  }
  if constexpr (kMost >= 3) {
    if (count == 3) return compute_rows<L, 3, N>(a, channels, rows);
  }
  if constexpr (kMost >= 4) {
    if (count == 4) return compute_rows<L, 4, N>(a, channels, rows);
  }
  if constexpr (kMost >= 5) {
    if (count == 5) return compute_rows<L, 5, N>(a, channels, rows);
  }
  if constexpr (kMost >= kMostChannels) {
    if (count == kMostChannels) return compute_rows<L, kMostChannels, N>(a, channels, rows);
  }
}

// As many channels as fit, but so that no tile of one group is much smaller than the others.
LENTIL_HD std::int32_t channels_of_tile(std::int32_t left, std::int32_t most) {
  if (most >= kMostChannels && left >= kMostChannels) return kMostChannels;
  if (most > 5) most = 5;
  const std::int32_t tiles = left <= most ? 1 : (left + most - 1) / most;
  return (left + tiles - 1) / tiles;
}

// The channels of one group, those that are dropped cleared and the others tile by tile.
template <std::int32_t L, std::int32_t N>
void compute_group(const Conv2dForward& a, std::int32_t begin, std::int32_t end, const RowsInUse& rows) {
  const ConvShape& s = a.shape;
  const std::int32_t row = s.in_channels / s.groups * s.kernel.height * s.kernel.width;
  const auto dropped = [&](std::int32_t c) { return a.factor != nullptr && a.factor[c] == 0; };
  std::int32_t left = 0;
  for (std::int32_t c = begin; c < end; ++c) left += dropped(c) ? 0 : 1;
  Channels channels;
  std::int32_t count = 0, wanted = channels_of_tile(left, kSumRegisters / (kRows * N));
  for (std::int32_t c = begin; c < end; ++c) {
    if (dropped(c)) {
      clear_channel(a, c);
      continue;
    }
    channels.index[count] = c;
    channels.weight[count] = a.weight + static_cast<std::ptrdiff_t>(c) * row;
    if (++count < wanted) continue;
    compute_channels<L, N>(a, channels, count, rows);
    left -= count;
    count = 0;
    wanted = channels_of_tile(left, kSumRegisters / (kRows * N));
  }
}

template <std::int32_t L>
bool compute_all(const Conv2dForward& a) {
  const std::int32_t width = used_columns(a.shape);
  if (width < L) return false;
  const RowsInUse rows = rows_in_use(a);
  const std::int32_t per_group = a.shape.out_channels / a.shape.groups;
  for (std::int32_t begin = a.channel_begin; begin < a.channel_end;) {
    const std::int32_t group_end = (begin / per_group + 1) * per_group;
    const std::int32_t end = group_end < a.channel_end ? group_end : a.channel_end;
    if (width >= 3 * L && width % (2 * L) != 0) {
      compute_group<L, 3>(a, begin, end, rows);
    } else if (width >= 2 * L) {
      compute_group<L, 2>(a, begin, end, rows);
    } else {
      compute_group<L, 1>(a, begin, end, rows);
    }
    begin = end;
  }
  return true;
}

// Columns that vectors of so many lanes compute, those computed twice included.
LENTIL_HD std::int32_t columns_with(std::int32_t width, std::int32_t lanes) {
  return width < lanes ? 0x7fffffff : (width + lanes - 1) / lanes * lanes;
}

}  // namespace

bool conv2d_forward_rows(const Conv2dForward& a) {
  if constexpr (kHasFma) {
    const Rows rows = used_rows(a);
    if (rows.end - rows.begin < kRows) return false;
    const std::int32_t width = used_columns(a.shape);
    if (columns_with(width, kHalfLanes) < columns_with(width, kLanes)) return compute_all<kHalfLanes>(a);
    return compute_all<kLanes>(a);
  }
  return false;
}

}  // namespace lentil::kernels::LENTIL_ISA
