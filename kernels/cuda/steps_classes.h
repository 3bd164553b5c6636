// Linear layers, softmax and the loss. Sums over classes are chains that every thread goes through for
// itself: they are short, and nobody has to wait.
#pragma once
#include "kernels/cuda/steps_pointwise.h"
#include "kernels/label_smoothing.h"

namespace lentil::cuda {

LENTIL_DEVICE_CALL float exponential(float x) { return kernels::exp(x); }
LENTIL_DEVICE_CALL float logarithm(float x) { return kernels::log(x); }

template <class I>
LENTIL_DEVICE void linear_forward(const I& image, const Step& s) {
  const auto x = image.memory.from(s.x);
  const std::int32_t inputs = count(s.in);
  image.block.region(count(s.out), [&](std::int32_t o) {
    const auto weights = image.parameters.from(s.weight + static_cast<std::uint32_t>(o * inputs));
    float sum = s.bias == kNone ? 0.0f : image.parameters.from(s.bias).get(o);
    LENTIL_UNROLLED
    for (std::int32_t i = 0; i < inputs; ++i) sum = kernels::fma(x.get(i), weights.get(i), sum);
    put_output(image, s, o, sum);
  });
}

// The update forms dW from the inputs and output gradients of all images: they are kept.
template <class I>
LENTIL_DEVICE void linear_backward(const I& image, const Step& s) {
  const auto x = image.memory.from(s.x), dy = image.memory.from(s.dy);
  const std::int32_t inputs = count(s.in), outputs = count(s.out);
  if (has(s, kTrained)) {
    const auto kept = image.gradients.from(s.gradient);
    image.block.each(inputs + outputs,
                     [&](std::int32_t i) { kept.set(i, i < inputs ? x.get(i) : dy.get(i - inputs)); });
  }
  if (s.dx != kNone) {
    const auto dx = image.memory.from(s.dx);
    const auto weights = image.parameters.from(s.weight);
    image.block.each(inputs, [&](std::int32_t i) {
      float sum = 0;
      LENTIL_UNROLLED
      for (std::int32_t o = 0; o < outputs; ++o)
        sum = kernels::fma(dy.get(o), weights.get(o * inputs + i), sum);
      put_gradient(dx, i, sum, has(s, kAddsGradient));
    });
  }
  image.block.barrier();
}

template <class A>
LENTIL_DEVICE_CALL float largest(A x, std::int32_t n) {
  float max = x.get(0);
  LENTIL_ROLLED
  for (std::int32_t i = 1; i < n; ++i) max = x.get(i) > max ? x.get(i) : max;
  return max;
}
template <class A>
LENTIL_DEVICE_CALL float sum_of_exponentials(A x, std::int32_t n, float max) {
  float sum = 0;
  LENTIL_ROLLED
  for (std::int32_t i = 0; i < n; ++i) sum += exponential(x.get(i) - max);
  return sum;
}

template <class I>
LENTIL_DEVICE void softmax_forward(const I& image, const Step& s) {
  const auto x = image.memory.from(s.x), y = image.memory.from(s.y);
  const std::int32_t n = count(s.in);
  image.block.region(n, [&](std::int32_t i) {
    const float max = largest(x, n), sum = sum_of_exponentials(x, n, max), shifted = x.get(i) - max;
    y.set(i, s.kind == StepKind::softmax ? exponential(shifted) / sum : shifted - logarithm(sum));
  });
}

template <class I>
LENTIL_DEVICE void softmax_backward(const I& image, const Step& s) {
  const auto y = image.memory.from(s.y), dx = image.memory.from(s.dx), dy = image.memory.from(s.dy);
  const std::int32_t n = count(s.in);
  const bool log = s.kind == StepKind::log_softmax;
  image.block.region(n, [&](std::int32_t i) {
    float sum = 0;
    LENTIL_ROLLED
    for (std::int32_t k = 0; k < n; ++k) sum = log ? sum + dy.get(k) : kernels::fma(dy.get(k), y.get(k), sum);
    const float d = log ? kernels::fma(-exponential(y.get(i)), sum, dy.get(i)) : y.get(i) * (dy.get(i) - sum);
    put_gradient(dx, i, d, has(s, kAddsGradient));
  });
}

// What an image should have given: a label, or a value for each output.
template <class B>
struct Target {
  typename B::template Array<const float> values;
  std::int32_t label;
  bool is_label;
};

// -log p of a class is log(sum) - (x - max).
template <class I, class T>
LENTIL_DEVICE float cross_entropy_loss(const I& image, const T& target) {
  const auto x = image.memory.from(image.program.loss_input);
  const auto n = static_cast<std::int32_t>(image.program.loss_count);
  const auto classes = static_cast<float>(n);
  const float max = largest(x, n), log_sum = logarithm(sum_of_exponentials(x, n, max));
  float sum = 0;
  if (!target.is_label) {
    LENTIL_ROLLED
    for (std::int32_t i = 0; i < n; ++i)
      sum = kernels::fma(-target.values.get(i), (x.get(i) - max) - log_sum, sum);
    return sum;
  }
  LENTIL_ROLLED
  for (std::int32_t i = 0; i < n; ++i) sum += x.get(i) - max;
  return kernels::smoothed_loss(log_sum - (x.get(target.label) - max), kernels::fma(classes, log_sum, -sum),
                                image.program.label_smoothing, classes);
}
template <class I, class T>
LENTIL_DEVICE float nll_loss(const I& image, const T& target) {
  const auto x = image.memory.from(image.program.loss_input);
  const auto n = static_cast<std::int32_t>(image.program.loss_count);
  float sum = 0;
  LENTIL_ROLLED
  for (std::int32_t i = 0; i < n; ++i) sum -= x.get(i);
  return kernels::smoothed_loss(-x.get(target.label), sum, image.program.label_smoothing,
                                static_cast<float>(n));
}
template <class I, class T>
LENTIL_DEVICE float mse_loss(const I& image, const T& target) {
  const auto x = image.memory.from(image.program.loss_input);
  const auto n = static_cast<std::int32_t>(image.program.loss_count);
  float sum = 0;
  LENTIL_ROLLED
  for (std::int32_t i = 0; i < n; ++i) {
    const float difference = x.get(i) - target.values.get(i);
    sum = kernels::fma(difference, difference, sum);
  }
  return sum / static_cast<float>(n);
}
template <class I, class T>
LENTIL_DEVICE float loss_of(const I& image, const T& target) {
  if (image.program.loss == LossKind::nll) return nll_loss(image, target);
  return image.program.loss == LossKind::mse ? mse_loss(image, target) : cross_entropy_loss(image, target);
}

// The gradient of the mean over `images` with respect to output i.
template <class I, class T>
LENTIL_DEVICE float loss_gradient(const I& image, const T& target, std::int32_t i, std::uint32_t images) {
  const auto x = image.memory.from(image.program.loss_input);
  const auto n = static_cast<std::int32_t>(image.program.loss_count);
  const float share = 1.0f / static_cast<float>(images), classes = static_cast<float>(n);
  const float smoothed = kernels::smoothed_target(i == target.label, image.program.label_smoothing, classes);
  if (image.program.loss == LossKind::mse)
    return (x.get(i) - target.values.get(i)) * (2.0f / static_cast<float>(images * image.program.loss_count));
  if (image.program.loss == LossKind::nll) return -smoothed * share;
  const float max = largest(x, n), sum = sum_of_exponentials(x, n, max), shifted = x.get(i) - max;
  if (target.is_label) return (exponential(shifted) / sum - smoothed) * share;
  return (exponential(shifted - logarithm(sum)) - target.values.get(i)) * share;
}

// Whether the largest output, the first of equals, is at the label.
template <class I, class T>
LENTIL_DEVICE bool is_correct(const I& image, const T& target) {
  const auto x = image.memory.from(image.program.loss_input);
  std::int32_t best = 0;
  LENTIL_ROLLED
  for (std::int32_t i = 1; i < static_cast<std::int32_t>(image.program.loss_count); ++i)
    if (x.get(i) > x.get(best)) best = i;
  return target.is_label && best == target.label;
}

}  // namespace lentil::cuda
