// Convolution, with the max-pool behind it: the pooled windows' maps are formed in registers, one after the
// other, and never stored.
#pragma once
#include "kernels/cuda/steps_pool.h"

namespace lentil::cuda {

LENTIL_DEVICE std::int32_t group_inputs(const Step& s) { return s.conv.in_channels / s.conv.groups; }
LENTIL_DEVICE std::int32_t group_outputs(const Step& s) { return s.conv.out_channels / s.conv.groups; }
LENTIL_DEVICE std::int32_t taps(const Step& s) { return s.conv.kernel.height * s.conv.kernel.width; }
LENTIL_DEVICE std::int32_t row_size(const Step& s) { return group_inputs(s) * taps(s); }
LENTIL_DEVICE bool is_folded(const Step& s) { return has(s, kFoldsPixels) || has(s, kFoldsBatchNorm); }

// The weights in force, and where their biases lie.
template <class I>
LENTIL_DEVICE typename I::template Array<const float> conv_weights(const I& image, const Step& s) {
  return is_folded(s) ? image.prepared.from(s.prepared) : image.parameters.from(s.weight);
}
template <class I>
LENTIL_DEVICE float conv_bias(const I& image, const Step& s, std::int32_t output) {
  if (is_folded(s)) return conv_weights(image, s).get(s.conv.out_channels * row_size(s) + output);
  return s.bias == kNone ? 0.0f : image.parameters.from(s.bias).get(output);
}

// The chain of one value of the map: from the bias through input channels, rows and columns.
template <class I>
LENTIL_DEVICE float map_value(const I& image, const Step& s, const Place& p) {
  const auto weights = conv_weights(image, s);
  const std::int32_t inputs = group_inputs(s), size = plane(s.in);
  std::int32_t weight = p.channel * row_size(s);
  std::int32_t first = p.channel / group_outputs(s) * inputs * size;
  float sum = conv_bias(image, s, p.channel);
  const auto x = image.memory.from(s.x);
  for (std::int32_t c = 0; c < inputs; ++c, weight += taps(s), first += size) {
    for_each_element(s.conv.kernel, s.conv.in, p.row, p.column, [&](std::int32_t tap, std::int32_t at) {
      sum = kernels::fma(x.get(first + at), weights.get(weight + tap), sum);
    });
  }
  return sum;
}

template <class I>
LENTIL_DEVICE float pooled_value(const I& image, const Step& s, std::int32_t i, const Place& p) {
  Maximum max;
  const std::int32_t width = s.conv.map.width;
  for_each_element(s.conv.pool, s.conv.map, p.row, p.column, [&](std::int32_t element, std::int32_t at) {
    max.take(map_value(image, s, {p.channel, at / width, at % width}), element);
  });
  if (s.argmax != kNone) image.argmax.from(s.argmax).set(i, static_cast<std::uint8_t>(max.element));
  return max.value;
}

// A channel that is dropped is not computed; its argmax is any, for its gradient is 0.
template <class I>
LENTIL_DEVICE void conv2d_forward(const I& image, const Step& s) {
  const auto y = image.memory.from(s.y);
  image.block.region(count(s.out), [&](std::int32_t i) {
    const float factor = drops(image, s) ? dropout_factor(image, s, i) : 1.0f;
    const Place p = place_of(s.out, i);
    if (factor == 0) {
      if (s.argmax != kNone) image.argmax.from(s.argmax).set(i, 0);
      return y.set(i, activate(s, 0.0f));
    }
    const float value = s.conv.pooled ? pooled_value(image, s, i, p) : map_value(image, s, p);
    y.set(i, activate(s, value * factor));
  });
}

// dW and db of this image, each one chain over the map. Biases follow the weights.
template <class I>
LENTIL_DEVICE void conv2d_weight_gradients(const I& image, const Step& s, std::uint32_t map) {
  const kernels::Window& w = s.conv.kernel;
  const std::int32_t row = row_size(s), weights = s.conv.out_channels * row, width = s.conv.map.width;
  const std::int32_t size = s.conv.map.height * width;
  const auto d = image.memory.from(map), x = image.memory.from(s.x);
  const auto gradients = image.gradients.from(s.gradient);
  image.block.each(weights + s.conv.out_channels, [&](std::int32_t i) {
    float sum = 0;
    if (i >= weights) {
      const std::int32_t first = (i - weights) * size;
      for (std::int32_t at = 0; at < size; ++at) sum += d.get(first + at);
      return gradients.set(i, sum);
    }
    const std::int32_t output = i / row, inner = i % row, channel = inner / taps(s), tap = inner % taps(s);
    const std::int32_t input = output / group_outputs(s) * group_inputs(s) + channel;
    const std::int32_t top = tap / w.width * w.dilation_height - w.top;
    const std::int32_t left = tap % w.width * w.dilation_width - w.left;
    const Range rows = elements_inside(top, w.stride_height, s.conv.map.height, s.in.height);
    const Range columns = elements_inside(left, w.stride_width, width, s.in.width);
    for (std::int32_t r = rows.begin; r < rows.end; ++r) {
      const std::int32_t from = input * plane(s.in) + (top + r * w.stride_height) * s.in.width + left;
      for (std::int32_t c = columns.begin; c < columns.end; ++c) {
        const float g = d.get(output * size + r * width + c);
        if (g != 0) sum = kernels::fma(g, x.get(from + c * w.stride_width), sum);
      }
    }
    gradients.set(i, sum);
  });
}

// dX: one chain over output channels, rows and columns.
template <class I>
LENTIL_DEVICE void conv2d_input_gradients(const I& image, const Step& s, std::uint32_t map) {
  const auto weights = conv_weights(image, s);
  const auto d = image.memory.from(map), dx = image.memory.from(s.dx);
  const std::int32_t size = s.conv.map.height * s.conv.map.width, outputs = group_outputs(s);
  image.block.each(count(s.in), [&](std::int32_t i) {
    const Place p = place_of(s.in, i);
    const std::int32_t group = p.channel / group_inputs(s), inner = p.channel % group_inputs(s);
    float sum = 0;
    for (std::int32_t o = group * outputs; o < (group + 1) * outputs; ++o) {
      const std::int32_t weight = o * row_size(s) + inner * taps(s);
      for_each_window(s.conv.kernel, s.conv.map, p.row, p.column, [&](std::int32_t at, std::int32_t tap) {
        const float g = d.get(o * size + at);
        if (g != 0) sum = kernels::fma(g, weights.get(weight + tap), sum);
      });
    }
    put_gradient(dx, i, sum, has(s, kAddsGradient));
  });
}

template <class I>
LENTIL_DEVICE void conv2d_backward(const I& image, const Step& s) {
  std::uint32_t map = s.dy;
  if (s.conv.pooled) {
    map = s.map_gradient;
    const Volume volume{s.conv.out_channels, s.conv.map.height, s.conv.map.width};
    image.block.region(count(volume), [&](std::int32_t i) {
      const float d = max_pool_gradient(image, s, s.conv.pool, s.conv.out, place_of(volume, i));
      image.memory.from(map).set(i, d);
    });
  }
  if (has(s, kTrained)) conv2d_weight_gradients(image, s, map);
  if (s.dx != kNone) conv2d_input_gradients(image, s, map);
  image.block.barrier();
}

}  // namespace lentil::cuda
