#include "runtime/kernel_check.h"

namespace lentil {
namespace {

bool has_forward(const kernels::KernelTable& k, const Step& step) {
  switch (step.type) {
    case LayerType::conv2d:
      return k.conv2d_forward != nullptr && (!step.has(kFolded) || k.fold_forward != nullptr) &&
             (step.batch_norm == kNoIndex || k.affine_forward != nullptr);
    case LayerType::linear:
      return k.linear_forward != nullptr;
    case LayerType::max_pool2d:
      return k.max_pool_forward != nullptr;
    case LayerType::avg_pool2d:
    case LayerType::global_avg_pool2d:
      return k.avg_pool_forward != nullptr;
    case LayerType::softmax:
    case LayerType::log_softmax:
      return k.softmax_forward != nullptr;
    case LayerType::flatten:
      return step.layer == kNoIndex ? k.pixels_forward != nullptr : k.interleave != nullptr;
    case LayerType::batch_norm1d:
    case LayerType::batch_norm2d:
      return k.affine_forward != nullptr && (!step.has(kTrained) || k.normalize_forward != nullptr);
    case LayerType::add:
    case LayerType::sub:
    case LayerType::mul:
      return k.binary_forward != nullptr && k.affine_forward != nullptr;
    default:
      return true;
  }
}

bool has_backward(const kernels::KernelTable& k, const Step& step) {
  if (k.activation_backward == nullptr || k.binary_forward == nullptr) return false;
  if (step.has(kTrained) && k.sgd_update == nullptr) return false;
  switch (step.type) {
    case LayerType::conv2d:
      return k.conv2d_events != nullptr && k.conv2d_backward_input != nullptr &&
             k.conv2d_backward_weight != nullptr && (!step.has(kFolded) || k.fold_backward != nullptr);
    case LayerType::linear:
      return k.linear_backward_input != nullptr && k.linear_backward_weight != nullptr;
    case LayerType::max_pool2d:
      return k.max_pool_backward != nullptr;
    case LayerType::avg_pool2d:
    case LayerType::global_avg_pool2d:
      return k.avg_pool_backward != nullptr;
    case LayerType::softmax:
    case LayerType::log_softmax:
      return k.softmax_backward != nullptr;
    case LayerType::flatten:
      return k.deinterleave != nullptr;
    case LayerType::prelu:
      return k.channel_sum != nullptr;
    case LayerType::batch_norm1d:
    case LayerType::batch_norm2d:
      return k.channel_sum != nullptr && k.normalize_backward != nullptr && k.affine_forward != nullptr;
    default:
      return true;
  }
}

}  // namespace

bool has_kernels(const kernels::KernelTable& kernels, const Plan& plan, const Step& step) {
  if (plan.goal == Goal::fast && (!kernels.packed || kernels.interleave == nullptr)) return false;
  if (kernels.activation_forward == nullptr || !has_forward(kernels, step)) return false;
  return !step.has(kBackward) || has_backward(kernels, step);
}

}  // namespace lentil
