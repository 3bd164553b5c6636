// The table of ops, in the order of LayerType.
#include <array>

#include "runtime/ops/ops.h"

namespace lentil {
namespace {

constexpr std::array<const OpDef*, kLayerTypes> kOps{
    &kConv2d,          &kLinear,     &kMaxPool2d, &kRelu,      &kSigmoid,     &kTanh,
    &kSoftmax,         &kLogSoftmax, &kDropout,   &kDropout2d, &kFlatten,     &kAvgPool2d,
    &kGlobalAvgPool2d, &kLeakyRelu,  &kPrelu,     &kElu,       &kBatchNorm1d, &kBatchNorm2d,
    &kReshape,         &kAdd,        &kSub,       &kMul,       &kConcat};

}  // namespace

const OpDef* find_op(LayerType type) {
  const auto index = static_cast<std::size_t>(type);
  return index < kOps.size() ? kOps[index] : nullptr;
}

// Planning has refused types that are not in the table.
const OpDef& op_of(const Step& step) {
  return step.layer == kNoIndex ? kPixels : *kOps[static_cast<std::size_t>(step.type)];
}

}  // namespace lentil
