// Flatten and Reshape. In C, H, W order nothing changes in memory, and the planner gives them no step: those
// below serve the order H, W, C, and readers that need the new rows and columns.
#include "runtime/ops/ops.h"

namespace lentil {
namespace {

Result<Shape> infer_flatten(const Layer&, const Shape& in) {
  return Shape{static_cast<std::uint32_t>(in.count()), 1, 1};
}

// [C][H * W] to [H * W][C].
void forward_hwc(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const auto channels = static_cast<std::int32_t>(ctx.in.channels);
  for (std::uint32_t b = begin; b < end; ++b)
    ctx.kernels.interleave(
        {ctx.y_of(b), ctx.x_of(b), channels, static_cast<std::int32_t>(ctx.in.plane()), channels});
}

void backward_hwc(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const auto channels = static_cast<std::int32_t>(ctx.in.channels);
  for (std::uint32_t b = begin; b < end; ++b)
    ctx.kernels.deinterleave(
        {ctx.dx_of(b), ctx.dy_of(b), channels, static_cast<std::int32_t>(ctx.in.plane()), channels});
}

Result<Shape> infer_reshape(const Layer& layer, const Shape& in) {
  const Shape out{layer.out_features, layer.kernel.height, layer.kernel.width};
  const std::uint64_t wanted = std::uint64_t{out.channels} * out.height * out.width;
  if (wanted != in.count()) return Error{Status::shape_mismatch, 0, wanted, in.count()};
  return out;
}

}  // namespace

const OpDef kFlatten{.type = LayerType::flatten,
                     .name = "Flatten",
                     .reads_planes = true,
                     .infer = infer_flatten,
                     .forward = forward_hwc,
                     .backward_input = backward_hwc};

const OpDef kReshape{.type = LayerType::reshape,
                     .name = "Reshape",
                     .infer = infer_reshape,
                     .forward = copy_forward,
                     .backward_input = copy_backward};

}  // namespace lentil
