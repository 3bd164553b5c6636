#include "runtime/loss.h"

#include "kernels/label_smoothing.h"
#include "kernels/math.h"

namespace lentil {
namespace {

float nll(std::span<const float> x, const Target& target, std::uint32_t images, float* d) {
  const auto classes = static_cast<float>(x.size());
  const float at_label = -x[target.label];
  const float scale = 1.0f / static_cast<float>(images);
  float sum = 0;
  for (const float log_probability : x) sum -= log_probability;
  for (std::size_t i = 0; i < x.size(); ++i) {
    d[i] = -kernels::smoothed_target(i == target.label, target.smoothing, classes) * scale;
  }
  return kernels::smoothed_loss(at_label, sum, target.smoothing, classes);
}

// The log-probabilities stand in d, which may be x, until the gradient takes their place.
float soft_cross_entropy(const kernels::KernelTable& kernels, std::span<const float> x,
                         std::span<const float> target, std::uint32_t images, float* d) {
  const float scale = 1.0f / static_cast<float>(images);
  kernels.softmax_forward({d, x.data(), static_cast<std::int32_t>(x.size()), true});
  float sum = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    sum = kernels::fma(-target[i], d[i], sum);
    d[i] = (kernels::exp(d[i]) - target[i]) * scale;
  }
  return sum;
}

// Squares are added in order, one fma each.
float mse(std::span<const float> x, std::span<const float> target, std::uint32_t images, float* d) {
  const auto count = static_cast<float>(x.size());
  const float factor = 2.0f / static_cast<float>(images * x.size());
  float sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float difference = x[i] - target[i];
    sum = kernels::fma(difference, difference, sum);
    d[i] = difference * factor;
  }
  return sum / count;
}

}  // namespace

float image_loss(const kernels::KernelTable& kernels, Loss loss, std::span<const float> x,
                 const Target& target, std::uint32_t images, float* d) {
  switch (loss) {
    case Loss::nll:
      return nll(x, target, images, d);
    case Loss::mse:
      return mse(x, target.values, images, d);
    case Loss::cross_entropy:
      break;
  }
  if (!target.values.empty()) return soft_cross_entropy(kernels, x, target.values, images, d);
  return kernels.cross_entropy({d, x.data(), static_cast<std::int32_t>(x.size()), target.label,
                                1.0f / static_cast<float>(images), target.smoothing});
}

}  // namespace lentil
