// Sums, differences and products, and what acts channel by channel: batch-norm with fixed statistics, PReLU.
#pragma once
#include "kernels/cuda/steps_pointwise.h"

namespace lentil::cuda {

LENTIL_DEVICE float operate(kernels::Binary operation, float a, float b) {
  return operation == kernels::Binary::add ? a + b : operation == kernels::Binary::sub ? a - b : a * b;
}

template <class I>
LENTIL_DEVICE void binary_forward(const I& image, const Step& s) {
  const auto a = image.memory.from(s.x), b = image.memory.from(s.second);
  image.block.region(count(s.in), [&](std::int32_t i) {
    put_output(image, s, i, operate(s.operation, a.get(i), b.get(i)));
  });
}

// The last input comes first. Both may be one tensor, whose element i belongs to the same thread throughout.
template <class I>
LENTIL_DEVICE void binary_backward(const I& image, const Step& s) {
  const auto dy = image.memory.from(s.dy);
  const bool product = s.operation == kernels::Binary::mul;
  if (s.second_dx != kNone) {
    const auto dx = image.memory.from(s.second_dx);
    const float sign = s.operation == kernels::Binary::sub ? -1.0f : 1.0f;
    image.block.each(count(s.in), [&](std::int32_t i) {
      const float factor = product ? image.memory.from(s.x).get(i) : sign;
      put_gradient(dx, i, dy.get(i) * factor, has(s, kAddsSecondGradient));
    });
  }
  if (s.dx != kNone) {
    const auto dx = image.memory.from(s.dx);
    image.block.each(count(s.in), [&](std::int32_t i) {
      const float factor = product ? image.memory.from(s.second).get(i) : 1.0f;
      put_gradient(dx, i, dy.get(i) * factor, has(s, kAddsGradient));
    });
  }
  image.block.barrier();
}

// Which of a layer's parameters acts on element i: they are one for all, one per channel, or one per value.
LENTIL_DEVICE std::int32_t values_of_parameter(const Step& s) {
  return count(s.in) / static_cast<std::int32_t>(s.parameters);
}
LENTIL_DEVICE_CALL std::int32_t parameter_of(const Step& s, std::int32_t i) {
  return i / values_of_parameter(s);
}

template <class I>
LENTIL_DEVICE void constant_forward(const I& image, const Step& s) {
  const auto x = image.memory.from(s.x);
  const auto constants = image.parameters.from(s.weight);
  image.block.region(count(s.in), [&](std::int32_t i) {
    put_output(image, s, i, operate(s.operation, x.get(i), constants.get(parameter_of(s, i))));
  });
}
template <class I>
LENTIL_DEVICE void constant_backward(const I& image, const Step& s) {
  const auto dx = image.memory.from(s.dx), dy = image.memory.from(s.dy);
  const auto constants = image.parameters.from(s.weight);
  const bool product = s.operation == kernels::Binary::mul;
  image.block.region(count(s.in), [&](std::int32_t i) {
    const float factor = product ? constants.get(parameter_of(s, i)) : 1.0f;
    put_gradient(dx, i, dy.get(i) * factor, has(s, kAddsGradient));
  });
}

LENTIL_DEVICE_CALL float inverse_deviation(float variance, float epsilon) {
  return 1.0f / kernels::sqrt(variance + epsilon);
}
// y = fma(x, scale, shift): batch-norm with the statistics that lie behind its weight and bias.
struct Affine {
  float scale, shift;
};
template <class A>
LENTIL_DEVICE Affine fixed_batch_norm(const A& tensors, std::int32_t channels, float epsilon,
                                      std::int32_t channel) {
  const float variance = tensors.get(3 * channels + channel);
  const float scale = tensors.get(channel) * inverse_deviation(variance, epsilon);
  return {scale, kernels::fma(-tensors.get(2 * channels + channel), scale, tensors.get(channels + channel))};
}
template <class I>
LENTIL_DEVICE Affine affine_of(const I& image, const Step& s, std::int32_t i) {
  return fixed_batch_norm(image.parameters.from(s.weight), static_cast<std::int32_t>(s.parameters), s.epsilon,
                          parameter_of(s, i));
}

// A batch-norm that learns uses the statistics of the batch, but not to tell what has been learnt.
LENTIL_DEVICE std::size_t statistic_of(const Step& s, Statistic which, std::int32_t channel) {
  return s.statistics + which * s.parameters + static_cast<std::size_t>(channel);
}
template <class I>
LENTIL_DEVICE float statistic(const I& image, const Step& s, Statistic which, std::int32_t channel) {
  return image.statistics.from(statistic_of(s, which, channel)).get(0);
}
template <class I>
LENTIL_DEVICE float normalized(const I& image, const Step& s, std::int32_t i) {
  const std::int32_t channel = parameter_of(s, i);
  return (image.memory.from(s.x).get(i) - statistic(image, s, kMean, channel)) *
         statistic(image, s, kInverse, channel);
}

template <class I>
LENTIL_DEVICE void batch_norm_forward(const I& image, const Step& s) {
  const bool learns = image.training && has(s, kLearnsStatistics);
  image.block.region(count(s.in), [&](std::int32_t i) {
    Affine a;
    if (learns) {
      const std::int32_t channel = parameter_of(s, i);
      a = {image.parameters.from(s.weight).get(channel), image.parameters.from(s.bias).get(channel)};
    } else {
      a = affine_of(image, s, i);
    }
    const float x = learns ? normalized(image, s, i) : image.memory.from(s.x).get(i);
    put_output(image, s, i, kernels::fma(x, a.scale, a.shift));
  });
}

template <class I>
LENTIL_DEVICE float learning_batch_norm_gradient(const I& image, const Step& s, std::int32_t i, float dy) {
  const std::int32_t channel = parameter_of(s, i);
  const float scale = image.parameters.from(s.weight).get(channel) * statistic(image, s, kInverse, channel);
  const auto n = static_cast<float>(image.images * static_cast<std::uint32_t>(count(s.in)) / s.parameters);
  const float mean_product = statistic(image, s, kWeightGradient, channel) / n;
  const float mean_dy = statistic(image, s, kBiasGradient, channel) / n;
  return scale * kernels::fma(-normalized(image, s, i), mean_product, dy - mean_dy);
}
template <class I>
LENTIL_DEVICE void batch_norm_backward(const I& image, const Step& s) {
  if (s.dx == kNone) return;
  const auto dx = image.memory.from(s.dx), dy = image.memory.from(s.dy);
  image.block.region(count(s.in), [&](std::int32_t i) {
    const float d = has(s, kLearnsStatistics) ? learning_batch_norm_gradient(image, s, i, dy.get(i))
                                              : dy.get(i) * affine_of(image, s, i).scale;
    put_gradient(dx, i, d, has(s, kAddsGradient));
  });
}

template <class I>
LENTIL_DEVICE void prelu_forward(const I& image, const Step& s) {
  const auto x = image.memory.from(s.x), y = image.memory.from(s.y);
  const auto slopes = image.parameters.from(s.weight);
  image.block.region(count(s.in), [&](std::int32_t i) {
    const float value = x.get(i);
    y.set(i, value > 0 ? value : slopes.get(parameter_of(s, i)) * value);
  });
}

// The gradient of a slope is one chain over the elements x <= 0 of its channel.
template <class I>
LENTIL_DEVICE void prelu_backward(const I& image, const Step& s) {
  const auto x = image.memory.from(s.x), dy = image.memory.from(s.dy);
  const auto slopes = image.parameters.from(s.weight);
  if (has(s, kTrained)) {
    const auto gradients = image.gradients.from(s.gradient);
    const std::int32_t values = count(s.in) / static_cast<std::int32_t>(s.parameters);
    image.block.each(static_cast<std::int32_t>(s.parameters), [&](std::int32_t slope) {
      float sum = 0;
      LENTIL_ROLLED
      for (std::int32_t i = slope * values; i < (slope + 1) * values; ++i)
        if (!(x.get(i) > 0)) sum = kernels::fma(dy.get(i), x.get(i), sum);
      gradients.set(slope, sum);
    });
  }
  if (s.dx != kNone) {
    const auto dx = image.memory.from(s.dx);
    image.block.each(count(s.in), [&](std::int32_t i) {
      const float d = dy.get(i);
      put_gradient(dx, i, x.get(i) > 0 ? d : slopes.get(parameter_of(s, i)) * d, has(s, kAddsGradient));
    });
  }
  image.block.barrier();
}

}  // namespace lentil::cuda
