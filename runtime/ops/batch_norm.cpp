// BatchNorm1d and BatchNorm2d. While it learns it uses the statistics of the batch (docs/numerics.md 11),
// else the running ones, y = fma(x, scale, shift); the planner folds the latter into a convolution where it
// can.
#include "kernels/math.h"
#include "runtime/epilogue.h"
#include "runtime/ops/ops.h"

namespace lentil {

ChannelAffine fixed_batch_norm(const Layer& layer, std::uint32_t channel) {
  const auto value = [&](Slot slot) { return layer.tensor(slot)[channel]; };
  const float scale = value(Slot::weight) * (1.0f / kernels::sqrt(value(Slot::running_var) + layer.epsilon));
  return {scale, kernels::fma(-value(Slot::running_mean), scale, value(Slot::bias))};
}

namespace {

// Prepared floats, one per channel. Those behind kShift are the batch's, of layers that learn; the last two
// are running statistics that wait for the end of a step in several calls.
enum Field : std::size_t {
  kScale,
  kShift,
  kMean,
  kInverse,
  kVariance,
  kWeightGradient,
  kBiasGradient,
  kWaitingMean,
  kWaitingVariance,
  kFields
};

float& field(const OpContext& ctx, Field f, std::uint32_t channel) {
  return ctx.prepared()[f * ctx.layer.out_features + channel];
}

Result<Shape> infer(const Layer& layer, const Shape& in) {
  if (in.channels != layer.out_features)
    return Error{Status::shape_mismatch, 0, layer.out_features, in.channels};
  return in;
}

OpMemory memory(const StepSketch& s) {
  const std::size_t learning = s.options.accumulate ? kFields : kWaitingMean;
  const std::size_t fields = s.step.has(kTrained) ? learning : kMean;
  return {.prepared = fields * s.layer.out_features * sizeof(float)};
}

void prepare(const OpContext& ctx) {
  Layer layer = ctx.layer;
  for (std::size_t s = 0; s < kSlots; ++s) layer.tensors[s] = ctx.tensor(static_cast<Slot>(s));
  for (std::uint32_t c = 0; c < layer.out_features; ++c) {
    const ChannelAffine affine = fixed_batch_norm(layer, c);
    field(ctx, kScale, c) = affine.scale;
    field(ctx, kShift, c) = affine.shift;
  }
}

float values_of(const OpContext& ctx) {
  return static_cast<float>(ctx.images * values_per_channel(ctx.layer, ctx.in));
}
bool learns(const OpContext& ctx) { return ctx.training && ctx.step.has(kTrained); }

float sum(const OpContext& ctx, const float* x, kernels::ChannelTerm term, std::uint32_t channel) {
  const std::int64_t plane = channel_values(ctx), first = channel * plane;
  return ctx.kernels.channel_sum({.x = x + first,
                                  .dy = ctx.dy == nullptr ? nullptr : ctx.dy + first,
                                  .stride = static_cast<std::int64_t>(ctx.in.count()),
                                  .count = plane,
                                  .images = static_cast<std::int32_t>(ctx.images),
                                  .term = term,
                                  .mean = field(ctx, kMean, channel),
                                  .inverse = field(ctx, kInverse, channel)});
}

void forward_reduce(const OpContext& ctx, std::uint32_t begin, std::uint32_t end) {
  const float n = values_of(ctx);
  for (std::uint32_t c = begin; c < end; ++c) {
    field(ctx, kMean, c) = sum(ctx, ctx.x, kernels::ChannelTerm::value, c) / n;
    field(ctx, kVariance, c) = sum(ctx, ctx.x, kernels::ChannelTerm::deviation, c) / n;
    field(ctx, kInverse, c) = 1.0f / kernels::sqrt(field(ctx, kVariance, c) + ctx.layer.epsilon);
  }
}

void forward(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const auto weight = ctx.tensor(Slot::weight), bias = ctx.tensor(Slot::bias);
  const std::int64_t plane = channel_values(ctx);
  for (std::uint32_t b = begin; b < end; ++b) {
    for_each_channel(ctx.in, ctx.layer.out_features, [&](std::uint32_t c, std::size_t first) {
      float* y = ctx.y_of(b) + first;
      const float* x = ctx.x_of(b) + first;
      if (learns(ctx)) {
        ctx.kernels.normalize_forward(
            {y, x, plane, field(ctx, kMean, c), field(ctx, kInverse, c), weight[c], bias[c]});
      } else {
        ctx.kernels.affine_forward({y, x, plane, field(ctx, kScale, c), field(ctx, kShift, c)});
      }
    });
    apply_epilogue(ctx, b);
  }
}

void backward_reduce(const OpContext& ctx, std::uint32_t begin, std::uint32_t end) {
  for (std::uint32_t c = begin; c < end; ++c) {
    field(ctx, kBiasGradient, c) = sum(ctx, ctx.dy, kernels::ChannelTerm::value, c);
    field(ctx, kWeightGradient, c) = sum(ctx, ctx.x, kernels::ChannelTerm::normalized, c);
  }
}

void backward_input(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const auto weight = ctx.tensor(Slot::weight);
  const std::int64_t plane = channel_values(ctx);
  const float n = values_of(ctx);
  for (std::uint32_t b = begin; b < end; ++b) {
    for_each_channel(ctx.in, ctx.layer.out_features, [&](std::uint32_t c, std::size_t first) {
      float* dx = ctx.dx_of(b) + first;
      const float* dy = ctx.dy_of(b) + first;
      if (!learns(ctx)) return ctx.kernels.affine_forward({dx, dy, plane, field(ctx, kScale, c), 0.0f});
      const float inverse = field(ctx, kInverse, c);
      ctx.kernels.normalize_backward({.dx = dx,
                                      .dy = dy,
                                      .x = ctx.x_of(b) + first,
                                      .count = plane,
                                      .mean = field(ctx, kMean, c),
                                      .inverse = inverse,
                                      .scale = weight[c] * inverse,
                                      .mean_dy = field(ctx, kBiasGradient, c) / n,
                                      .mean_product = field(ctx, kWeightGradient, c) / n});
    });
  }
}

void update(const OpContext& ctx, Slot slot, std::uint32_t channel, float value) {
  float& gradient = *ctx.gradient(slot, channel, &value);
  if (&gradient != &value) gradient = ctx.continues ? gradient + value : value;
  ctx.update(slot, channel, 1, &gradient);
}

// running = fma(momentum, value, (1 - momentum) * running), with every call of a step; an error in a later
// one leaves the tensor as it was.
void update_running(const OpContext& ctx, Slot slot, Field waiting, std::uint32_t channel, float value) {
  float& running = trained_tensor(ctx.plan, ctx.arena, ctx.step, Block::parameters, ctx.layer, slot)[channel];
  const float before = ctx.continues ? field(ctx, waiting, channel) : running;
  const float after = kernels::fma(ctx.layer.momentum, value, (1.0f - ctx.layer.momentum) * before);
  (ctx.updates ? running : field(ctx, waiting, channel)) = after;
}

void backward_weight(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const float n = values_of(ctx);
  for (std::uint32_t c = begin; c < end; ++c) {
    update(ctx, Slot::weight, c, field(ctx, kWeightGradient, c));
    update(ctx, Slot::bias, c, field(ctx, kBiasGradient, c));
    update_running(ctx, Slot::running_mean, kWaitingMean, c, field(ctx, kMean, c));
    update_running(ctx, Slot::running_var, kWaitingVariance, c, field(ctx, kVariance, c) * (n / (n - 1.0f)));
  }
}

constexpr OpDef batch_norm(LayerType type, const char* name) {
  return {.type = type,
          .name = name,
          .reads_input = ReadsInput::when_trained,
          .takes_epilogue = true,
          .infer = infer,
          .memory = memory,
          .prepare = prepare,
          .forward = forward,
          .forward_reduce = forward_reduce,
          .backward_reduce = backward_reduce,
          .backward_input = backward_input,
          .backward_weight = backward_weight};
}

}  // namespace

const OpDef kBatchNorm1d = batch_norm(LayerType::batch_norm1d, "BatchNorm1d");
const OpDef kBatchNorm2d = batch_norm(LayerType::batch_norm2d, "BatchNorm2d");

}  // namespace lentil
