// Concat along the channels. Each input has a step of its own, whose y and dy begin at the input's first
// channel.
#include "runtime/ops/ops.h"

namespace lentil {
namespace {

Result<Shape> join(const Layer&, const Shape& so_far, const Shape& next) {
  if (next.height != so_far.height || next.width != so_far.width)
    return Error{Status::shape_mismatch, 0, so_far.plane(), next.plane()};
  const std::uint64_t channels = std::uint64_t{so_far.channels} + next.channels;
  constexpr std::uint64_t kMost = 0x7fffffff;
  if (channels > kMost) return Error{Status::tensor_too_large, 0, kMost, channels};
  return Shape{static_cast<std::uint32_t>(channels), so_far.height, so_far.width};
}

}  // namespace

const OpDef kConcat{.type = LayerType::concat,
                    .name = "Concat",
                    .infer = same_shape,
                    .join = join,
                    .forward = copy_forward,
                    .backward_input = copy_backward};

}  // namespace lentil
