// Flatten in C, H, W order changes nothing in memory: the planner gives it no step.
#include "runtime/ops/ops.h"

namespace lentil {
namespace {

Result<Shape> infer(const Layer& layer, const Shape& in) {
  if (layer.order != FlattenOrder::chw) return Error{Status::unsupported_layer};
  return Shape{static_cast<std::uint32_t>(in.count()), 1, 1};
}

}  // namespace

const OpDef kFlatten{.type = LayerType::flatten,
                     .name = "Flatten",
                     .reads_input = false,
                     .reads_output = false,
                     .can_overwrite_input = false,
                     .infer = infer,
                     .memory = nullptr,
                     .prepare = nullptr,
                     .forward = nullptr,
                     .backward_input = nullptr,
                     .backward_weight = nullptr,
                     .backward_in_place = nullptr};

}  // namespace lentil
