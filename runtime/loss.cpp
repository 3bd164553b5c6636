#include "runtime/loss.h"

#include "kernels/host_device.h"

namespace lentil {
namespace {

float nll(std::span<const float> x, std::uint8_t label, std::uint32_t images, float* d) {
  const float loss = -x[label];
  const float scale = 1.0f / static_cast<float>(images);
  for (std::size_t i = 0; i < x.size(); ++i) d[i] = i == label ? -scale : 0.0f;
  return loss;
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
      return nll(x, target.label, images, d);
    case Loss::mse:
      return mse(x, target.values, images, d);
    case Loss::cross_entropy:
      break;
  }
  return kernels.cross_entropy(
      {d, x.data(), static_cast<std::int32_t>(x.size()), target.label, 1.0f / static_cast<float>(images)});
}

}  // namespace lentil
