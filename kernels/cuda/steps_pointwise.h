// Element by element: activations and dropout behind a step, and the steps that are nothing else.
#pragma once
#include "kernels/cuda/image.h"
#include "kernels/math.h"

namespace lentil::cuda {

LENTIL_DEVICE_CALL float activate(const Step& s, float x) {
  switch (s.activation) {
    case kernels::Activation::relu:
      return x > 0 ? x : 0.0f;
    case kernels::Activation::sigmoid:
      return kernels::sigmoid(x);
    case kernels::Activation::tanh:
      return kernels::tanh(x);
    case kernels::Activation::leaky_relu:
      return x > 0 ? x : s.slope * x;
    case kernels::Activation::elu:
      return x > 0 ? x : s.slope * kernels::exp_minus_one(x);
    default:
      return x;
  }
}

// From the output y and its gradient.
LENTIL_DEVICE float activation_gradient(const Step& s, float y, float d) {
  switch (s.activation) {
    case kernels::Activation::relu:
      return y > 0 ? d : 0.0f;
    case kernels::Activation::sigmoid:
      return d * (y * (1.0f - y));
    case kernels::Activation::tanh:
      return d * kernels::fma(-y, y, 1.0f);
    case kernels::Activation::leaky_relu:
      return y > 0 ? d : d * s.slope;
    case kernels::Activation::elu:
      return y > 0 ? d : d * (y + s.slope);
    default:
      return d;
  }
}

// 0 or 1 / (1 - rate) for an output element.
LENTIL_DEVICE_CALL float mask_of(const Step& s, std::uint64_t seed, std::uint32_t step,
                                 std::uint32_t position, std::int32_t i) {
  const auto unit = static_cast<std::uint32_t>(has(s, kDropsChannels) ? i / plane(s.out) : i);
  const auto words =
      kernels::random_words({seed, kernels::RandomUse::dropout, s.dropout_layer, step, position}, unit / 4);
  // Chosen by hand: an array with an index that is not known would lie in memory.
  const std::uint32_t low = unit % 2 == 0 ? words[0] : words[1], high = unit % 2 == 0 ? words[2] : words[3];
  const std::uint32_t bits = unit % 4 < 2 ? low : high;
  return kernels::uniform_of_bits(bits) < s.rate ? 0.0f : 1.0f / (1.0f - s.rate);
}
template <class I>
LENTIL_DEVICE float dropout_factor(const I& image, const Step& s, std::int32_t i) {
  return mask_of(s, image.seed, image.step, image.position, i);
}
template <class I>
LENTIL_DEVICE bool drops(const I& image, const Step& s) {
  return image.training && s.dropout_layer != kNone;
}

// An output of any step but a convolution.
template <class I>
LENTIL_DEVICE void put_output(const I& image, const Step& s, std::int32_t i, float value) {
  float y = value;
  if (s.activation != kernels::Activation::none) y = activate(s, y);
  if (drops(image, s)) y *= dropout_factor(image, s, i);
  image.memory.from(s.y).set(i, y);
}

// Activation and dropout taken back from the gradients of a step's outputs.
template <class I>
LENTIL_DEVICE void output_gradients(const I& image, const Step& s) {
  if (s.activation == kernels::Activation::none && s.dropout_layer == kNone) return;
  const auto y = image.memory.from(s.y), dy = image.memory.from(s.dy);
  image.block.region(count(s.out), [&](std::int32_t i) {
    float d = activation_gradient(s, y.get(i), dy.get(i));
    if (s.dropout_layer != kNone) d *= dropout_factor(image, s, i);
    dy.set(i, d);
  });
}

template <class I>
LENTIL_DEVICE void copy_forward(const I& image, const Step& s) {
  const auto x = image.memory.from(s.x);
  image.block.region(count(s.in), [&](std::int32_t i) { put_output(image, s, i, x.get(i)); });
}
template <class I>
LENTIL_DEVICE void copy_backward(const I& image, const Step& s) {
  const auto dx = image.memory.from(s.dx), dy = image.memory.from(s.dy);
  image.block.region(count(s.in),
                     [&](std::int32_t i) { put_gradient(dx, i, dy.get(i), has(s, kAddsGradient)); });
}

// [C][H * W] to [H * W][C].
LENTIL_DEVICE std::int32_t channels_last(const Volume& v, std::int32_t i) {
  return i % plane(v) * v.channels + i / plane(v);
}
template <class I>
LENTIL_DEVICE void flatten_forward(const I& image, const Step& s) {
  const auto x = image.memory.from(s.x), y = image.memory.from(s.y);
  image.block.region(count(s.in), [&](std::int32_t i) { y.set(channels_last(s.in, i), x.get(i)); });
}
template <class I>
LENTIL_DEVICE void flatten_backward(const I& image, const Step& s) {
  const auto dx = image.memory.from(s.dx), dy = image.memory.from(s.dy);
  image.block.region(count(s.in), [&](std::int32_t i) {
    put_gradient(dx, i, dy.get(channels_last(s.in, i)), has(s, kAddsGradient));
  });
}

}  // namespace lentil::cuda
