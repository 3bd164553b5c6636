// Add, Sub and Mul of two layers' outputs, or of one and a constant: a number, one per channel or one per
// value.
#include <algorithm>

#include "runtime/epilogue.h"
#include "runtime/ops/ops.h"

namespace lentil {
namespace {

kernels::Binary operation_of(LayerType type) {
  return type == LayerType::add   ? kernels::Binary::add
         : type == LayerType::sub ? kernels::Binary::sub
                                  : kernels::Binary::mul;
}

Result<Shape> infer(const Layer& layer, const Shape& in) {
  const std::size_t inputs = std::max<std::size_t>(layer.inputs.size(), 1),
                    wanted = layer.has_constant() ? 1 : 2;
  if (inputs != wanted) return Error{Status::bad_hyperparameter, 0, wanted, inputs};
  const std::uint32_t constants = layer.out_features;
  if (layer.has_constant() && constants != 1 && constants != in.channels && constants != in.count())
    return Error{Status::shape_mismatch, 0, constants, in.channels};
  return in;
}

Result<Shape> join(const Layer&, const Shape& so_far, const Shape& next) {
  if (next == so_far) return so_far;
  return Error{Status::shape_mismatch, 0, so_far.count(), next.count()};
}

// y = x + c, x - c or x * c, by channels as long as they have more than one value.
void apply_constant(const OpContext& ctx, float* y, const float* x) {
  const auto constant = ctx.tensor(Slot::weight);
  const auto count = static_cast<std::int64_t>(ctx.in.count());
  const kernels::Binary operation = operation_of(ctx.step.type);
  if (constant.size() == ctx.in.count())
    return ctx.kernels.binary_forward({y, x, constant.data(), count, operation});
  for_each_channel(ctx.in, ctx.layer.out_features, [&](std::uint32_t c, std::size_t first) {
    const float value = operation == kernels::Binary::sub ? -constant[c] : constant[c];
    const bool product = operation == kernels::Binary::mul;
    ctx.kernels.affine_forward(
        {y + first, x + first, channel_values(ctx), product ? value : 1.0f, product ? 0.0f : value});
  });
}

void forward(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  for (std::uint32_t b = begin; b < end; ++b) {
    if (ctx.layer.has_constant()) {
      apply_constant(ctx, ctx.y_of(b), ctx.x_of(b));
    } else {
      ctx.kernels.binary_forward({ctx.y_of(b), ctx.x_of(b), ctx.second_of(b),
                                  static_cast<std::int64_t>(ctx.in.count()), operation_of(ctx.step.type)});
    }
    apply_epilogue(ctx, b);
  }
}

// dx = dy; -dy for what is subtracted; dy times the other factor.
void backward_input(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const auto count = static_cast<std::int64_t>(ctx.in.count());
  for (std::uint32_t b = begin; b < end; ++b) {
    float* dx = ctx.dx_of(b);
    const float* dy = ctx.dy_of(b);
    if (ctx.step.type != LayerType::mul) {
      const bool negative = ctx.step.type == LayerType::sub && ctx.second_side;
      ctx.kernels.affine_forward({dx, dy, count, negative ? -1.0f : 1.0f, 0.0f});
    } else if (ctx.layer.has_constant()) {
      apply_constant(ctx, dx, dy);
    } else {
      ctx.kernels.binary_forward({dx, dy, ctx.second_of(b), count, kernels::Binary::mul});
    }
  }
}

constexpr OpDef binary(LayerType type, const char* name, ReadsInput reads) {
  return {.type = type,
          .name = name,
          .reads_input = reads,
          .takes_epilogue = true,
          .infer = infer,
          .join = join,
          .forward = forward,
          .backward_input = backward_input};
}

}  // namespace

const OpDef kAdd = binary(LayerType::add, "Add", ReadsInput::never);
const OpDef kSub = binary(LayerType::sub, "Sub", ReadsInput::never);
const OpDef kMul = binary(LayerType::mul, "Mul", ReadsInput::always);

}  // namespace lentil
