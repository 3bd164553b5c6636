// LeNet from floats or pixels, without training.
#include "kernels/baseline.h"
#include "runtime/linked_ops.h"
#include "tests/embedded/size/app.h"

using namespace lentil;

const LinkedOps& lentil::linked_ops() {
  static constexpr const OpDef* kOps[] = {&inference::kConv2d,
                                          &inference::kMaxPool2d,
                                          &kRelu,
                                          &inference::kLinear,
                                          &inference::kLogSoftmax,
                                          &kFlatten,
                                          &kDropout,
                                          &kDropout2d};
  static constexpr LinkedOps kLinked{.ops = kOps};
  return kLinked;
}

int app(const std::byte* file, std::size_t bytes, std::span<std::byte> arena, const float* input,
        float* output) {
  static constexpr kernels::KernelTable kKernels{
      .isa = "baseline",
      .conv2d_forward = kernels::baseline::conv2d_forward_unpacked,
      .linear_forward = kernels::baseline::linear_forward_unpacked,
      .activation_forward = kernels::baseline::activation_forward,
      .softmax_forward = kernels::baseline::softmax_forward,
      .pixels_forward = kernels::baseline::pixels_forward,
      .fold_forward = kernels::baseline::fold_forward,
  };
  return size::classify({file, bytes}, arena, kKernels, {input, 784}, {output, 10});
}
