// Which lanes of a vector of neighbouring windows fall inside a row: shared by convolution and pooling.
#pragma once
#include "kernels/cpu/vec.h"

namespace lentil::kernels::LENTIL_ISA {

struct LaneRange {
  std::int32_t begin, end;
};

// Lanes l in [0, lanes) with 0 <= first + l * stride < size.
LENTIL_HD LaneRange lanes_inside(std::int32_t first, std::int32_t stride, std::int32_t size,
                                 std::int32_t lanes) {
  if (first >= 0 && first + (lanes - 1) * stride < size) return {0, lanes};
  const std::int32_t begin = first >= 0 ? 0 : (stride - 1 - first) / stride;
  const std::int32_t end = first >= size ? 0 : (size - 1 - first) / stride + 1;
  return {begin, end < lanes ? end : lanes};
}

// Keeps the first strictly greater value, as docs/numerics.md 5 asks. (A function and no initialisers in the
// struct: they would make a constructor, which is a shared symbol where nothing is inlined.)
struct RunningMax {
  Vec best;
  Ints index;
};
LENTIL_HD RunningMax nothing_yet() { return {broadcast(-__builtin_inff()), Ints{}}; }
LENTIL_HD void take_greater(RunningMax& max, Vec value, std::int32_t index, LaneRange valid) {
  Ints greater = value > max.best;
  if (valid.begin > 0 || valid.end < kLanes) {
    const Ints lane = lane_numbers();
    greater &= (lane >= valid.begin) & (lane < valid.end);
  }
  max.best = select(greater, value, max.best);
  max.index = select(greater, broadcast(index), max.index);
}

// Writes one index of a plane; positions must be written in increasing order. The last ones so far may be
// written again, all from some position on.
LENTIL_HD void store_argmax(std::uint8_t* plane, std::int32_t bits, std::int32_t at, std::int32_t index) {
  const std::int32_t bit = at * bits;
  const auto value = static_cast<std::uint8_t>(index << (bit & 7));
  std::uint8_t& byte = plane[bit >> 3];
  byte = (bit & 7) == 0 ? value : static_cast<std::uint8_t>(byte | value);
}
LENTIL_HD void store_argmax(std::uint8_t* plane, std::int32_t bits, std::int32_t first, Ints index,
                            std::int32_t n) {
  for (std::int32_t lane = 0; lane < n; ++lane) store_argmax(plane, bits, first + lane, index[lane]);
}
LENTIL_HD std::int32_t load_argmax(const std::uint8_t* plane, std::int32_t bits, std::int32_t i) {
  const std::int32_t bit = i * bits;
  return (plane[bit >> 3] >> (bit & 7)) & ((1 << bits) - 1);
}

// Where output (row, column) found its maximum, in the plane below.
struct Position {
  std::int32_t row, column;
};
LENTIL_HD Position chosen(const Window& window, std::int32_t row, std::int32_t column, std::int32_t index) {
  return {row * window.stride_height - window.top + index / window.width * window.dilation_height,
          column * window.stride_width - window.left + index % window.width * window.dilation_width};
}

// Whether no tap of any output lies in the padding.
LENTIL_HD bool taps_inside(const ConvShape& s) {
  const Window& k = s.kernel;
  return k.top == 0 && k.left == 0 &&
         (s.map.height - 1) * k.stride_height + (k.height - 1) * k.dilation_height < s.in.height &&
         (s.map.width - 1) * k.stride_width + (k.width - 1) * k.dilation_width < s.in.width;
}

}  // namespace lentil::kernels::LENTIL_ISA
