// Max and average pooling. Backward, every element of the input collects from the windows that see it, in
// their order.
#pragma once
#include "kernels/cuda/steps_pointwise.h"

namespace lentil::cuda {

// An element of a volume.
struct Place {
  std::int32_t channel, row, column;
};
LENTIL_DEVICE_CALL Place place_of(Volume v, std::int32_t i) {
  const std::int32_t size = plane(v), channel = i / size, rest = i - channel * size, row = rest / v.width;
  return {channel, row, rest - row * v.width};
}

// The first strictly greater value wins; padding never does.
struct Maximum {
  float value = -__builtin_inff();
  std::int32_t element = 0;
  LENTIL_DEVICE void take(float x, std::int32_t i) {
    if (!(x > value)) return;
    value = x;
    element = i;
  }
};

template <class I>
LENTIL_DEVICE void max_pool_forward(const I& image, const Step& s) {
  image.block.region(count(s.out), [&](std::int32_t i) {
    const Place p = place_of(s.out, i);
    const auto x = image.memory.from(s.x + static_cast<std::uint32_t>(p.channel * plane(s.in)));
    Maximum max;
    for_each_element(s.pool.window, s.pool.in, p.row, p.column,
                     [&](std::int32_t element, std::int32_t at) { max.take(x.get(at), element); });
    if (s.argmax != kNone) image.argmax.from(s.argmax).set(i, static_cast<std::uint8_t>(max.element));
    put_output(image, s, i, max.value);
  });
}

// What the windows of one plane hand to element `at` of the plane that they pooled.
template <class I>
LENTIL_DEVICE float max_pool_gradient(const I& image, const Step& s, const kernels::Window& window,
                                      const kernels::Plane& out, const Place& at) {
  const std::int32_t first = at.channel * out.height * out.width;
  const auto dy = image.memory.from(s.dy);
  const auto argmax = image.argmax.from(s.argmax);
  float sum = 0;
  for_each_window(window, out, at.row, at.column, [&](std::int32_t w, std::int32_t element) {
    if (argmax.get(first + w) == element) sum += dy.get(first + w);
  });
  return sum;
}

template <class I>
LENTIL_DEVICE void max_pool_backward(const I& image, const Step& s) {
  const auto dx = image.memory.from(s.dx);
  image.block.region(count(s.in), [&](std::int32_t i) {
    const float d = max_pool_gradient(image, s, s.pool.window, s.pool.out, place_of(s.in, i));
    put_gradient(dx, i, d, has(s, kAddsGradient));
  });
}

// How many elements of a window count along one side: those in the input and in the padding that counts.
LENTIL_DEVICE std::int32_t counted(std::int32_t first, std::int32_t dilation, std::int32_t kernel,
                                   std::int32_t before, std::int32_t size, std::int32_t after) {
  const Range inside = elements_inside(first + before, dilation, kernel, before + size + after);
  return inside.end > inside.begin ? inside.end - inside.begin : 0;
}
LENTIL_DEVICE_CALL float counted_elements(const kernels::AvgPoolWindows& a, std::int32_t row,
                                          std::int32_t column) {
  const kernels::Window& w = a.window;
  const std::int32_t rows = counted(row * w.stride_height - w.top, w.dilation_height, w.height, a.count_top,
                                    a.in.height, a.count_bottom);
  const std::int32_t columns = counted(column * w.stride_width - w.left, w.dilation_width, w.width,
                                       a.count_left, a.in.width, a.count_right);
  return static_cast<float>(rows) * static_cast<float>(columns);
}

template <class I>
LENTIL_DEVICE void avg_pool_forward(const I& image, const Step& s) {
  image.block.region(count(s.out), [&](std::int32_t i) {
    const Place p = place_of(s.out, i);
    const auto x = image.memory.from(s.x + static_cast<std::uint32_t>(p.channel * plane(s.in)));
    float sum = 0;
    for_each_element(s.pool.window, s.pool.in, p.row, p.column,
                     [&](std::int32_t, std::int32_t at) { sum += x.get(at); });
    put_output(image, s, i, sum / counted_elements(s.pool, p.row, p.column));
  });
}

template <class I>
LENTIL_DEVICE void avg_pool_backward(const I& image, const Step& s) {
  const auto dx = image.memory.from(s.dx), dy = image.memory.from(s.dy);
  image.block.region(count(s.in), [&](std::int32_t i) {
    const Place p = place_of(s.in, i);
    const std::int32_t width = s.pool.out.width, first = p.channel * plane(s.out);
    float sum = 0;
    for_each_window(s.pool.window, s.pool.out, p.row, p.column, [&](std::int32_t w, std::int32_t) {
      sum += dy.get(first + w) / counted_elements(s.pool, w / width, w % width);
    });
    put_gradient(dx, i, sum, has(s, kAddsGradient));
  });
}

}  // namespace lentil::cuda
