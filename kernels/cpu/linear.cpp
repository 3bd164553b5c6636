// y[o] = b[o] + sum over i of w[o][i] * x[i], one fma per input in order; and its two derivatives.
// Lanes are neighbouring outputs (forward) or inputs (backward), never the terms of one sum.
#include "kernels/cpu/table.h"
#include "kernels/cpu/vec.h"

namespace lentil::kernels::LENTIL_ISA {
namespace {

// Lanes of the t-th vector of a tile that starts with `left` values to go.
LENTIL_HD std::int32_t lanes_of(std::int32_t left, std::int32_t t) {
  const std::int32_t n = left - t * kLanes;
  return n < kLanes ? n : kLanes;
}

// T vectors of outputs from `output` on; the last one may be partly filled. Inputs of zero, such as ReLU
// leaves, add nothing, and their weights are not even read.
template <std::int32_t T, bool Packed>
LENTIL_HD void forward_tile(const LinearForward& a, std::int32_t output, std::int32_t left) {
  Vec sum[T];
  for (std::int32_t t = 0; t < T; ++t) {
    sum[t] = a.bias == nullptr ? Vec{} : load_n(a.bias + output + t * kLanes, lanes_of(left, t));
  }
  const std::ptrdiff_t out_stride = Packed ? 1 : a.inputs, in_stride = Packed ? in_lanes(a.outputs) : 1;
  const float* weight = a.weight + output * out_stride;
  for_each_nonzero(a.x, a.inputs, [&](std::int32_t i) {
    const Vec x = broadcast(a.x[i]);
    const float* row = weight + i * in_stride;
#pragma GCC unroll 8
    for (std::int32_t t = 0; t < T; ++t) {
      const float* w = row + t * kLanes * out_stride;
      sum[t] = fma(Packed ? load(w) : load_strided(w, a.inputs, 0, lanes_of(left, t)), x, sum[t]);
    }
  });
  for (std::int32_t t = 0; t < T; ++t) store_n(a.y + output + t * kLanes, sum[t], lanes_of(left, t));
}

template <std::int32_t T>
LENTIL_HD void backward_input_tile(const LinearBackwardInput& a, std::int32_t input, std::int32_t left) {
  Vec sum[T] = {};
  const std::int32_t last = lanes_of(left, T - 1);
  for_each_nonzero(a.dy, a.outputs, [&](std::int32_t o) {
    const float* weight = a.weight + static_cast<std::ptrdiff_t>(o) * a.inputs + input;
    const Vec d = broadcast(a.dy[o]);
#pragma GCC unroll 8
    for (std::int32_t t = 0; t < T; ++t) {
      sum[t] = fma(d, load_n(weight + t * kLanes, t == T - 1 ? last : kLanes), sum[t]);
    }
  });
  for (std::int32_t t = 0; t < T; ++t) {
    store_n(a.dx + (input - a.input_begin) + t * kLanes, sum[t], lanes_of(left, t));
  }
}

template <std::int32_t T>
LENTIL_HD void backward_weight_tile(const LinearBackwardWeight& a, std::int32_t input, std::int32_t left) {
  Vec sum[T] = {};
  const float* x = a.x + input;
  const float* d = a.dy;
  float* to = a.dweight + (input - a.input_begin);
  const std::int32_t last = lanes_of(left, T - 1);
  for (std::int32_t t = 0; a.accumulate && t < T; ++t) sum[t] = load_n(to + t * kLanes, lanes_of(left, t));
  for (std::int32_t b = 0; b < a.images; ++b, x += a.x_stride, d += a.dy_stride) {
    if (*d == 0) continue;
    const Vec factor = broadcast(*d);
#pragma GCC unroll 8
    for (std::int32_t t = 0; t < T; ++t) {
      sum[t] = fma(factor, load_n(x + t * kLanes, t == T - 1 ? last : kLanes), sum[t]);
    }
  }
  for (std::int32_t t = 0; t < T; ++t) store_n(to + t * kLanes, sum[t], lanes_of(left, t));
}

template <std::int32_t T>
struct Vectors {
  static constexpr std::int32_t kCount = T;
};

// tile(Vectors<T>, first, values left) so that [begin, end) is covered.
template <class Tile>
LENTIL_HD void in_tiles(std::int32_t begin, std::int32_t end, Tile tile) {
  for (std::int32_t at = begin; at < end;) {
    const std::int32_t left = end - at, vectors = (left + kLanes - 1) / kLanes;
    const std::int32_t count = kSmallCode ? 1 : vectors >= 8 ? 8 : vectors >= 4 ? 4 : vectors >= 2 ? 2 : 1;
    if (!kSmallCode && count == 8) tile(Vectors<8>{}, at, left);
    if (!kSmallCode && count == 4) tile(Vectors<4>{}, at, left);
    if (!kSmallCode && count == 2) tile(Vectors<2>{}, at, left);
    if (count == 1) tile(Vectors<1>{}, at, left);
    at += count * kLanes;
  }
}

template <bool Packed>
void forward_all(const LinearForward& a) {
  in_tiles(0, a.outputs, [&](auto vectors, std::int32_t at, std::int32_t left) {
    forward_tile<vectors.kCount, Packed>(a, at, left);
  });
}

}  // namespace

void linear_forward_unpacked(const LinearForward& a) { forward_all<false>(a); }

void linear_forward(const LinearForward& a) { a.packed ? forward_all<true>(a) : forward_all<false>(a); }

void linear_backward_input(const LinearBackwardInput& a) {
  in_tiles(a.input_begin, a.input_end, [&](auto vectors, std::int32_t at, std::int32_t left) {
    backward_input_tile<vectors.kCount>(a, at, left);
  });
}

void linear_backward_weight(const LinearBackwardWeight& a) {
  in_tiles(a.input_begin, a.input_end, [&](auto vectors, std::int32_t at, std::int32_t left) {
    backward_weight_tile<vectors.kCount>(a, at, left);
  });
}

}  // namespace lentil::kernels::LENTIL_ISA
