#include "runtime/epilogue.h"

#include <algorithm>

namespace lentil {
namespace {

// Of the activation that is fused into the step; 0 for those that have none.
float slope_of(const OpContext& ctx, const Step& step) {
  const bool sloped =
      step.activation == kernels::Activation::leaky_relu || step.activation == kernels::Activation::elu;
  return sloped ? ctx.model.layer(step.activation_layer).slope : 0.0f;
}

}  // namespace

void apply_dropout(const OpContext& ctx, const Step& step, float* values, std::uint32_t image,
                   std::size_t first, std::size_t count) {
  const Layer dropout = ctx.model.layer(step.dropout);
  kernels::DropoutFactors factors(ctx.dropout_key(step.dropout, image), dropout.rate);
  const bool channels = dropout.type == LayerType::dropout2d;
  const std::size_t plane = channels ? ctx.plan.tensors()[step.output].shape.plane() : 1;
  auto unit = static_cast<std::uint32_t>(first / plane);
  std::size_t unit_end = (unit + std::size_t{1}) * plane - first;  // counted from `first`
  for (std::size_t i = 0; i < count; unit_end += plane) {
    const float factor = factors(unit++);
    for (const std::size_t stop = std::min(unit_end, count); i < stop; ++i) values[i] *= factor;
  }
}

// Rows of each channel: those that lie in memory, of a step that rolls.
static void activate_rows(const OpContext& ctx, float* y) {
  const std::size_t first = ctx.row_begin - ctx.y_rows.first, count = ctx.row_end - ctx.row_begin;
  for (std::uint32_t c = 0; c < ctx.out.channels; ++c, y += std::size_t{ctx.y_rows.count} * ctx.out.width)
    ctx.kernels.activation_forward({y + first * ctx.out.width,
                                    static_cast<std::int64_t>(count * ctx.out.width), ctx.step.activation,
                                    slope_of(ctx, ctx.step)});
}

void apply_epilogue(const OpContext& ctx, std::uint32_t image) {
  float* y = ctx.y_of(image);
  if (rolls(ctx.step)) return activate_rows(ctx, y);
  ctx.kernels.activation_forward(
      {y, static_cast<std::int64_t>(ctx.out.count()), ctx.step.activation, slope_of(ctx, ctx.step)});
  if (!ctx.training || ctx.step.dropout == kNoIndex || ctx.step.type == LayerType::conv2d) return;
  apply_dropout(ctx, ctx.step, y, image, 0, ctx.out.count());
}

void apply_epilogue_gradient(const OpContext& ctx, const Step& step, const float* y, float* d,
                             std::uint32_t image, std::size_t first, std::size_t count) {
  // The order of a convolution: dropout of channels came before the activation. Behind all others only ReLU
  // is fused with dropout, where the order makes no difference.
  ctx.kernels.activation_backward(
      {d, y, static_cast<std::int64_t>(count), step.activation, slope_of(ctx, step)});
  if (step.dropout != kNoIndex) apply_dropout(ctx, step, d, image, first, count);
}

void channel_factors(const OpContext& ctx, std::uint16_t dropout_layer, std::uint32_t image, float* factors,
                     std::uint32_t channels) {
  kernels::DropoutFactors factor(ctx.dropout_key(dropout_layer, image), ctx.model.layer(dropout_layer).rate);
  for (std::uint32_t c = 0; c < channels; ++c) factors[c] = factor(c);
}

}  // namespace lentil
