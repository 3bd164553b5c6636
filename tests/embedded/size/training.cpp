// LeNet, trained by SGD with momentum.
#include "kernels/baseline.h"
#include "runtime/linked_ops.h"
#include "runtime/plan_notes.h"
#include "tests/embedded/size/app.h"

using namespace lentil;

const LinkedOps& lentil::linked_ops() {
  static constexpr const OpDef* kOps[] = {&kConv2d,     &kMaxPool2d, &kRelu,    &kLinear,
                                          &kLogSoftmax, &kFlatten,   &kDropout, &kDropout2d};
  static constexpr LinkedOps kLinked{.ops = kOps, .plan_training = choose_backward};
  return kLinked;
}

int app(const std::byte* file, std::size_t bytes, std::span<std::byte> arena, const float* input, float*) {
  namespace k = kernels::baseline;
  static constexpr kernels::KernelTable kKernels{
      .isa = "baseline",
      .conv2d_forward = k::conv2d_forward_unpacked,
      .conv2d_events = k::conv2d_events,
      .conv2d_backward_input = k::conv2d_backward_input,
      .conv2d_backward_weight = k::conv2d_backward_weight,
      .linear_forward = k::linear_forward_unpacked,
      .linear_backward_input = k::linear_backward_input,
      .linear_backward_weight = k::linear_backward_weight,
      .activation_forward = k::activation_forward,
      .activation_backward = k::activation_backward,
      .binary_forward = k::binary_forward,
      .softmax_forward = k::softmax_forward,
      .softmax_backward = k::softmax_backward,
      .cross_entropy = k::cross_entropy,
      .sgd_update = k::sgd_update,
      .pixels_forward = k::pixels_forward,
      .fold_forward = k::fold_forward,
      .fold_backward = k::fold_backward,
  };
  static constexpr std::uint8_t kLabel[] = {3};
  return size::train({file, bytes}, arena, kKernels, {input, 784}, kLabel);
}
