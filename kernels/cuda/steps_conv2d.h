// Convolution, with the max-pool behind it: the pooled windows' maps are formed in registers, one after the
// other, and never stored.
#pragma once
#include "kernels/cuda/steps_pool.h"

namespace lentil::cuda {

LENTIL_DEVICE std::int32_t taps(const Step& s) { return s.conv.kernel.height * s.conv.kernel.width; }
LENTIL_DEVICE std::int32_t row_size(const Step& s) { return s.group_inputs * taps(s); }
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
LENTIL_DEVICE float map_value(const I& image, const Step& s, std::int32_t output, std::int32_t row,
                              std::int32_t column) {
  const kernels::Window& w = s.conv.kernel;
  const auto weights = conv_weights(image, s);
  const auto x = image.memory.from(s.x);
  const std::int32_t top = row * w.stride_height - w.top, left = column * w.stride_width - w.left;
  const Range rows = elements_inside(top, w.dilation_height, w.height, s.in.height);
  const Range columns = elements_inside(left, w.dilation_width, w.width, s.in.width);
  const std::int32_t first_input = output / s.group_outputs * s.group_inputs;
  float sum = conv_bias(image, s, output);
  LENTIL_ROLLED
  for (std::int32_t c = 0; c < s.group_inputs; ++c) {
    LENTIL_ROLLED
    for (std::int32_t r = rows.begin; r < rows.end; ++r) {
      const std::int32_t weight = output * row_size(s) + c * taps(s) + r * w.width;
      const std::int32_t at =
          ((first_input + c) * s.in.height + top + r * w.dilation_height) * s.in.width + left;
      LENTIL_UNROLLED
      for (std::int32_t k = columns.begin; k < columns.end; ++k)
        sum = kernels::fma(x.get(at + k * w.dilation_width), weights.get(weight + k), sum);
    }
  }
  return sum;
}

// The largest value of a window of the map; without a pool, that of a window of one.
template <class I>
LENTIL_DEVICE Maximum pooled_value(const I& image, const Step& s, const Place& p) {
  Maximum max;
  const std::int32_t width = s.conv.map.width;
  for_each_element(s.conv.pool, s.conv.map, p.row, p.column, [&](std::int32_t element, std::int32_t at) {
    max.take(map_value(image, s, p.channel, at / width, at % width), element);
  });
  return max;
}

// The common case: stride 1, no padding, pools of 2x2 side by side.
LENTIL_DEVICE bool is_halved(const kernels::ConvShape& c) {
  const kernels::Window& w = c.kernel;
  return c.pooled && kernels::is_halving(c.pool) && w.stride_height == 1 && w.stride_width == 1 &&
         w.dilation_height == 1 && w.dilation_width == 1 && w.top == 0 && w.left == 0 &&
         c.in.height - w.height + 1 >= 2 * c.out.height && c.in.width - w.width + 1 >= 2 * c.out.width;
}
// The four values of such a window grow together: a weight and two inputs are read for four terms.
template <class I>
LENTIL_DEVICE Maximum halved_value(const I& image, const Step& s, const Place& p) {
  const auto weights = conv_weights(image, s);
  const auto x = image.memory.from(s.x);
  const std::int32_t height = s.conv.kernel.height, width = s.conv.kernel.width, stride = s.in.width;
  const std::int32_t first_input = p.channel / s.group_outputs * s.group_inputs;
  std::int32_t weight = p.channel * row_size(s);
  const float bias = conv_bias(image, s, p.channel);
  float sum[4] = {bias, bias, bias, bias};
  LENTIL_ROLLED
  for (std::int32_t c = 0; c < s.group_inputs; ++c) {
    std::int32_t at = ((first_input + c) * s.in.height + 2 * p.row) * stride + 2 * p.column;
    LENTIL_ROLLED
    for (std::int32_t r = 0; r < height; ++r, at += stride) {
      float above = x.get(at), below = x.get(at + stride);
      LENTIL_UNROLLED
      for (std::int32_t k = 1; k <= width; ++k, ++weight) {
        const float w = weights.get(weight), next_above = x.get(at + k), next_below = x.get(at + stride + k);
        sum[0] = kernels::fma(above, w, sum[0]);
        sum[1] = kernels::fma(next_above, w, sum[1]);
        sum[2] = kernels::fma(below, w, sum[2]);
        sum[3] = kernels::fma(next_below, w, sum[3]);
        above = next_above;
        below = next_below;
      }
    }
  }
  Maximum max;
  for (std::int32_t i = 0; i < 4; ++i) max.take(sum[i], i);
  return max;
}

// A channel that is dropped is not computed; its argmax is any, for its gradient is 0.
template <class I>
LENTIL_DEVICE void conv2d_forward(const I& image, const Step& s) {
  const auto y = image.memory.from(s.y);
  const bool halved = is_halved(s.conv);
  image.block.region(count(s.out), [&](std::int32_t i) {
    const float factor = drops(image, s) ? dropout_factor(image, s, i) : 1.0f;
    const Place p = place_of(s.out, i);
    Maximum max{0.0f, 0};
    if (factor != 0) max = halved ? halved_value(image, s, p) : pooled_value(image, s, p);
    if (s.argmax != kNone) image.argmax.from(s.argmax).set(i, static_cast<std::uint8_t>(max.element));
    y.set(i, activate(s, max.value * factor));
  });
}

}  // namespace lentil::cuda
