// Linear, with an activation and a dropout fused behind it where the planner says so.
#include <algorithm>

#include "runtime/epilogue.h"
#include "runtime/ops/ops.h"

namespace lentil {
namespace {

// Inputs whose gradients are formed at a time: bounds the workspace whatever the layer's size.
constexpr std::uint32_t kChunk = 64;

std::int32_t i32(std::uint64_t value) { return static_cast<std::int32_t>(value); }

Result<Shape> infer(const Layer& layer, const Shape& in) {
  if (in.count() != layer.in_features) return Error{Status::shape_mismatch, 0, layer.in_features, in.count()};
  return Shape{layer.out_features, 1, 1};
}

OpMemory memory(const StepSketch& s) {
  OpMemory m;
  if (s.options.goal == Goal::fast) {
    const auto outputs = static_cast<std::uint64_t>(kernels::in_lanes(i32(s.layer.out_features)));
    m.prepared = outputs * s.layer.in_features * sizeof(float);
  }
  if (s.step.has(kBackward)) m.backward_workspace = (s.step.has(kInPlace) ? 2 : 1) * kChunk * sizeof(float);
  return m;
}

// Goal fast: a copy of the weights in which neighbouring outputs lie side by side.
void prepare(const OpContext& ctx) {
  const std::int32_t inputs = i32(ctx.layer.in_features), outputs = i32(ctx.layer.out_features);
  ctx.kernels.interleave(
      {ctx.prepared(), ctx.tensor(Slot::weight).data(), outputs, inputs, kernels::in_lanes(outputs)});
}

void forward(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const std::int32_t inputs = i32(ctx.layer.in_features);
  const std::int32_t outputs = i32(ctx.layer.out_features);
  const bool packed = ctx.step.prepared != kNoOffset;
  const auto bias = ctx.tensor(Slot::bias);
  for (std::uint32_t b = begin; b < end; ++b) {
    ctx.kernels.linear_forward({.y = ctx.y_of(b),
                                .x = ctx.x_of(b),
                                .weight = packed ? ctx.prepared() : ctx.tensor(Slot::weight).data(),
                                .bias = bias.empty() ? nullptr : bias.data(),
                                .inputs = inputs,
                                .outputs = outputs,
                                .packed = packed});
    apply_epilogue(ctx, b);
  }
}

const char* way(const OpContext& ctx) { return ctx.step.prepared != kNoOffset ? "packed" : "file order"; }

void backward_input(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const std::int32_t inputs = i32(ctx.layer.in_features);
  const std::int32_t outputs = i32(ctx.layer.out_features);
  for (std::uint32_t b = begin; b < end; ++b) {
    ctx.kernels.linear_backward_input(
        {ctx.dx_of(b), ctx.dy_of(b), ctx.tensor(Slot::weight).data(), inputs, outputs, 0, inputs});
  }
}

// Gradient and update of w[output][begin, end) over all images; `gradient` has room for a chunk.
void update_chunk(const OpContext& ctx, std::uint32_t output, std::uint32_t begin, std::uint32_t end,
                  float* gradient) {
  const std::size_t first = std::size_t{output} * ctx.layer.in_features + begin;
  gradient = ctx.gradient(Slot::weight, first, gradient);
  ctx.kernels.linear_backward_weight({gradient, ctx.dy + output, ctx.x, i32(ctx.out.count()),
                                      i32(ctx.in.count()), i32(ctx.images), i32(begin), i32(end),
                                      ctx.continues});
  ctx.update(Slot::weight, first, end - begin, gradient);
}

void update_bias(const OpContext& ctx, std::uint32_t output) {
  if (ctx.layer.tensor(Slot::bias).empty()) return;
  float workspace = 0;
  float& sum = *ctx.gradient(Slot::bias, output, &workspace);
  if (!ctx.continues) sum = 0;
  for (std::uint32_t b = 0; b < ctx.images; ++b) sum += ctx.dy_of(b)[output];
  ctx.update(Slot::bias, output, 1, &sum);
}

void backward_weight(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
  auto* gradient = reinterpret_cast<float*>(ctx.backward_workspace(worker));
  for (std::uint32_t o = begin; o < end; ++o) {
    for (std::uint32_t i = 0; i < ctx.layer.in_features; i += kChunk) {
      update_chunk(ctx, o, i, std::min(i + kChunk, ctx.layer.in_features), gradient);
    }
    update_bias(ctx, o);
  }
}

// Batch of one: a chunk of inputs at a time, its gradient first (from the old weights), then the weights that
// read it, then the gradient takes the inputs' place.
void backward_in_place(const OpContext& ctx) {
  auto* gradient = reinterpret_cast<float*>(ctx.backward_workspace(0));
  float* dx = gradient + kChunk;
  for (std::uint32_t i = 0; i < ctx.layer.in_features; i += kChunk) {
    const std::uint32_t end = std::min(i + kChunk, ctx.layer.in_features);
    ctx.kernels.linear_backward_input({dx, ctx.dy, ctx.tensor(Slot::weight).data(),
                                       i32(ctx.layer.in_features), i32(ctx.layer.out_features), i32(i),
                                       i32(end)});
    if (ctx.step.has(kTrained)) {
      for (std::uint32_t o = 0; o < ctx.layer.out_features; ++o) update_chunk(ctx, o, i, end, gradient);
    }
    float* x = ctx.dx + i;
    apply_epilogue_gradient(ctx, *ctx.producer, x, dx, 0, i, end - i);
    std::copy(dx, dx + (end - i), x);
  }
  if (!ctx.step.has(kTrained)) return;
  for (std::uint32_t o = 0; o < ctx.layer.out_features; ++o) update_bias(ctx, o);
}

constexpr OpDef kForward{.type = LayerType::linear,
                         .name = "Linear",
                         .reads_input = ReadsInput::when_trained,
                         .takes_epilogue = true,
                         .infer = infer,
                         .memory = memory,
                         .prepare = prepare,
                         .forward = forward,
                         .way = way};

constexpr OpDef with_training(OpDef op) {
  op.backward_input = backward_input;
  op.backward_weight = backward_weight;
  op.backward_in_place = backward_in_place;
  return op;
}

}  // namespace

const OpDef inference::kLinear = kForward;
const OpDef kLinear = with_training(kForward);

}  // namespace lentil
