// Flatten in C, H, W order changes nothing in memory: the planner gives it no step.
#include "runtime/ops/ops.h"

namespace lentil {
namespace {

Result<Shape> infer(const Layer& layer, const Shape& in) {
  if (layer.order != FlattenOrder::chw) return Error{Status::unsupported_layer};
  return Shape{static_cast<std::uint32_t>(in.count()), 1, 1};
}

}  // namespace

const OpDef kFlatten{.type = LayerType::flatten, .name = "Flatten", .infer = infer};

}  // namespace lentil
