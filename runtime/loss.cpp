#include "runtime/loss.h"

#include "kernels/label_smoothing.h"

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
  return kernels.cross_entropy({d, x.data(), static_cast<std::int32_t>(x.size()), target.label,
                                1.0f / static_cast<float>(images), target.smoothing});
}

}  // namespace lentil
