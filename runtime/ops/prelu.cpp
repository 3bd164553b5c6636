// PReLU: LeakyReLU whose slope is learnt, one for each channel or one for all. A slope may become negative,
// so the derivative is told from the input.
#include <algorithm>

#include "runtime/ops/ops.h"

namespace lentil {
namespace {

using kernels::Activation;

Result<Shape> infer(const Layer& layer, const Shape& in) {
  if (layer.out_features != 1 && layer.out_features != in.channels)
    return Error{Status::shape_mismatch, 0, layer.out_features, in.channels};
  return in;
}

void forward(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const auto slope = ctx.tensor(Slot::weight);
  for (std::uint32_t b = begin; b < end; ++b) {
    std::copy_n(ctx.x_of(b), ctx.in.count(), ctx.y_of(b));
    for_each_channel(ctx.in, ctx.layer.out_features, [&](std::uint32_t c, std::size_t first) {
      ctx.kernels.activation_forward(
          {ctx.y_of(b) + first, channel_values(ctx), Activation::leaky_relu, slope[c]});
    });
  }
}

void backward_input(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const auto slope = ctx.tensor(Slot::weight);
  for (std::uint32_t b = begin; b < end; ++b) {
    std::copy_n(ctx.dy_of(b), ctx.in.count(), ctx.dx_of(b));
    for_each_channel(ctx.in, ctx.layer.out_features, [&](std::uint32_t c, std::size_t first) {
      ctx.kernels.activation_backward(
          {ctx.dx_of(b) + first, ctx.x_of(b) + first, channel_values(ctx), Activation::leaky_relu, slope[c]});
    });
  }
}

void backward_weight(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const std::int64_t plane = channel_values(ctx);
  for (std::uint32_t c = begin; c < end; ++c) {
    float workspace = 0;
    float& gradient = *ctx.gradient(Slot::weight, c, &workspace);
    gradient = ctx.kernels.channel_sum({.x = ctx.x + c * plane,
                                        .dy = ctx.dy + c * plane,
                                        .stride = static_cast<std::int64_t>(ctx.in.count()),
                                        .count = plane,
                                        .images = static_cast<std::int32_t>(ctx.images),
                                        .term = kernels::ChannelTerm::negative,
                                        .before = ctx.continues ? &gradient : nullptr});
    ctx.update(Slot::weight, c, 1, &gradient);
  }
}

}  // namespace

const OpDef kPrelu{.type = LayerType::prelu,
                   .name = "PReLU",
                   .reads_input = ReadsInput::always,
                   .infer = infer,
                   .forward = forward,
                   .backward_input = backward_input,
                   .backward_weight = backward_weight};

}  // namespace lentil
