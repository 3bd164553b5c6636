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

// From the gradients of a max-pool's windows to those of what it pooled: its input, or the map of a
// convolution.
template <class I>
LENTIL_DEVICE void max_pool_backward(const I& image, const Step& s) {
  const bool conv = s.kind == StepKind::conv2d;
  const kernels::Window& window = conv ? s.conv.pool : s.pool.window;
  const kernels::Plane& windows = conv ? s.conv.out : s.pool.out;
  const Volume pooled = conv ? Volume{s.conv.out_channels, s.conv.map.height, s.conv.map.width} : s.in;
  const auto to = image.memory.from(conv ? s.map_gradient : s.dx), dy = image.memory.from(s.dy);
  const auto argmax = image.argmax.from(s.argmax);
  image.block.region(count(pooled), [&](std::int32_t i) {
    const Place at = place_of(pooled, i);
    const std::int32_t first = at.channel * windows.height * windows.width;
    float sum = 0;
    for_each_window(window, windows, at.row, at.column, [&](std::int32_t w, std::int32_t element) {
      if (argmax.get(first + w) == element) sum += dy.get(first + w);
    });
    put_gradient(to, i, sum, !conv && has(s, kAddsGradient));
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
