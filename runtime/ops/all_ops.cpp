// All ops, in the order of LayerType: what a program links that has no list of its own. Alone in its file, so
// that a program's own list keeps it out.
#include "runtime/linked_ops.h"
#include "runtime/plan_notes.h"

namespace lentil {
namespace {

constexpr const OpDef* kOps[] = {&kConv2d,  &kLinear,      &kMaxPool2d,       &kRelu,      &kSigmoid,
                                 &kTanh,    &kSoftmax,     &kLogSoftmax,      &kDropout,   &kDropout2d,
                                 &kFlatten, &kAvgPool2d,   &kGlobalAvgPool2d, &kLeakyRelu, &kPrelu,
                                 &kElu,     &kBatchNorm1d, &kBatchNorm2d,     &kReshape,   &kAdd,
                                 &kSub,     &kMul,         &kConcat};
constexpr LinkedOps kAll{.ops = kOps, .plan_training = choose_backward};

}  // namespace

const LinkedOps& linked_ops() { return kAll; }

}  // namespace lentil
