// One image on its way through the network: what every step of a block sees.
#pragma once
#include "kernels/cuda/program.h"
#include "kernels/philox.h"

namespace lentil::cuda {

LENTIL_DEVICE std::int32_t plane(const Volume& v) { return v.height * v.width; }
LENTIL_DEVICE std::int32_t count(const Volume& v) { return v.channels * plane(v); }
LENTIL_DEVICE const Step* steps(const Program& program) {
  return reinterpret_cast<const Step*>(&program + 1);
}
LENTIL_DEVICE bool has(const Step& step, StepFlag flag) { return (step.flags & flag) != 0; }

template <class B>
struct Image {
  template <class T>
  using Array = typename B::template Array<T>;

  const B& block;
  const Program& program;
  Array<float> memory;  // values and gradients
  Array<std::uint8_t> argmax;
  Array<const float> parameters, prepared;
  Array<float> gradients;  // of parameters
  Array<const float> statistics;
  std::uint64_t seed;  // of dropout, with the step's number and the image's place in the batch
  std::uint32_t step, position, images;
  bool training;
};

// Where the values of a place in a window are found: the index of an element inside it is row * width +
// column.
struct Range {
  std::int32_t begin, end;
};

// The elements of a window that starts at `first` (padding may lie before 0) and see [0, size).
LENTIL_DEVICE_CALL Range elements_inside(std::int32_t first, std::int32_t dilation, std::int32_t kernel,
                                         std::int32_t size) {
  const std::int32_t begin = first < 0 ? (dilation - 1 - first) / dilation : 0;
  const std::int32_t end = first < size ? (size - 1 - first) / dilation + 1 : 0;
  return {begin, end < kernel ? end : kernel};
}

// The windows of one side that may see position `at`.
LENTIL_DEVICE_CALL Range windows_over(std::int32_t at, std::int32_t padding, std::int32_t kernel,
                                      std::int32_t stride, std::int32_t dilation, std::int32_t windows) {
  const std::int32_t last = at + padding, first = last - (kernel - 1) * dilation;
  const std::int32_t end = last / stride + 1;
  return {first > 0 ? (first + stride - 1) / stride : 0, end < windows ? end : windows};
}

LENTIL_DEVICE_CALL std::int32_t exact_quotient_or_none(std::int32_t a, std::int32_t b) {
  return a % b == 0 ? a / b : -1;
}
// Which element of such a window sees position `at`; below 0: none, for dilation leaves gaps.
LENTIL_DEVICE std::int32_t element_over(std::int32_t at, std::int32_t padding, std::int32_t window,
                                        std::int32_t stride, std::int32_t dilation) {
  const std::int32_t offset = at + padding - window * stride;
  return dilation == 1 ? offset : exact_quotient_or_none(offset, dilation);
}

// body(window, element) for the windows of a plane that see (row, column), in row-major order.
template <class Body>
LENTIL_DEVICE void for_each_window(const kernels::Window& w, const kernels::Plane& windows, std::int32_t row,
                                   std::int32_t column, Body body) {
  const Range rows = windows_over(row, w.top, w.height, w.stride_height, w.dilation_height, windows.height);
  const Range columns =
      windows_over(column, w.left, w.width, w.stride_width, w.dilation_width, windows.width);
  LENTIL_ROLLED
  for (std::int32_t r = rows.begin; r < rows.end; ++r) {
    const std::int32_t element_row = element_over(row, w.top, r, w.stride_height, w.dilation_height);
    if (element_row < 0) continue;
    LENTIL_ROLLED
    for (std::int32_t c = columns.begin; c < columns.end; ++c) {
      const std::int32_t element_column = element_over(column, w.left, c, w.stride_width, w.dilation_width);
      if (element_column < 0) continue;
      body(r * windows.width + c, element_row * w.width + element_column);
    }
  }
}

// body(element, position) for the elements of window (row, column) that see the plane `in`, in row-major
// order.
template <class Body>
LENTIL_DEVICE void for_each_element(const kernels::Window& w, const kernels::Plane& in, std::int32_t row,
                                    std::int32_t column, Body body) {
  const std::int32_t top = row * w.stride_height - w.top, left = column * w.stride_width - w.left;
  const Range rows = elements_inside(top, w.dilation_height, w.height, in.height);
  const Range columns = elements_inside(left, w.dilation_width, w.width, in.width);
  LENTIL_ROLLED
  for (std::int32_t r = rows.begin; r < rows.end; ++r) {
    LENTIL_ROLLED
    for (std::int32_t c = columns.begin; c < columns.end; ++c)
      body(r * w.width + c, (top + r * w.dilation_height) * in.width + left + c * w.dilation_width);
  }
}

// Writes a gradient, or adds it to what others have written.
template <class A>
LENTIL_DEVICE void put_gradient(const A& to, std::int32_t i, float value, bool adds) {
  to.set(i, adds ? to.get(i) + value : value);
}

}  // namespace lentil::cuda
