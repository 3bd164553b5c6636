// Softmax, log-softmax and cross entropy of one image's values: a handful of numbers, so plain loops.
#include "kernels/cpu/table.h"
#include "kernels/label_smoothing.h"
#include "kernels/math.h"

namespace lentil::kernels::LENTIL_ISA {
namespace {

LENTIL_HD float largest(const float* x, std::int32_t count) {
  float max = x[0];
  for (std::int32_t i = 1; i < count; ++i) max = x[i] > max ? x[i] : max;
  return max;
}

// Sum of e^(x - max) in order; y receives the terms unless null.
LENTIL_HD float exponentials(float* y, const float* x, std::int32_t count, float max) {
  float sum = 0;
  for (std::int32_t i = 0; i < count; ++i) {
    const float e = exp(x[i] - max);
    sum += e;
    if (y != nullptr) y[i] = e;
  }
  return sum;
}

}  // namespace

void softmax_forward(const SoftmaxForward& a) {
  const float max = largest(a.x, a.count);
  if (a.log) {
    const float log_sum = log(exponentials(nullptr, a.x, a.count, max));
    for (std::int32_t i = 0; i < a.count; ++i) a.y[i] = (a.x[i] - max) - log_sum;
    return;
  }
  const float sum = exponentials(a.y, a.x, a.count, max);
  for (std::int32_t i = 0; i < a.count; ++i) a.y[i] /= sum;
}

// softmax: dx = y * (dy - sum(dy * y)); log-softmax: dx = dy - e^y * sum(dy). Sums are chains in order.
void softmax_backward(const SoftmaxBackward& a) {
  float sum = 0;
  for (std::int32_t i = 0; i < a.count; ++i) sum = a.log ? sum + a.dy[i] : kernels::fma(a.dy[i], a.y[i], sum);
  for (std::int32_t i = 0; i < a.count; ++i) {
    a.dx[i] = a.log ? kernels::fma(-exp(a.y[i]), sum, a.dy[i]) : a.y[i] * (a.dy[i] - sum);
  }
}

// -log p of a class is log(sum) - (x - max); what depends on x is read before d may overwrite it.
float cross_entropy(const CrossEntropy& a) {
  const auto classes = static_cast<float>(a.count);
  const float max = largest(a.x, a.count);
  const float at_label = a.x[a.label] - max;
  float below_max = 0;
  for (std::int32_t i = 0; i < a.count; ++i) below_max += a.x[i] - max;
  const float sum = exponentials(a.d, a.x, a.count, max);
  for (std::int32_t i = 0; i < a.count; ++i) {
    a.d[i] = (a.d[i] / sum - smoothed_target(i == a.label, a.smoothing, classes)) * a.scale;
  }
  const float log_sum = log(sum);
  return smoothed_loss(log_sum - at_label, kernels::fma(classes, log_sum, -below_max), a.smoothing, classes);
}

}  // namespace lentil::kernels::LENTIL_ISA
