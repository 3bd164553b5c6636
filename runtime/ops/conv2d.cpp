// Conv2d, with a batch-norm folded into its weights, and a max-pool, a channel dropout and an activation
// fused behind it, where the planner says so. Backward: conv2d_backward.cpp and conv2d_wide.cpp.
#include "runtime/epilogue.h"
#include "runtime/ops/conv2d_parts.h"

namespace lentil {
namespace {

using namespace conv2d;

Result<Shape> infer(const Layer& layer, const Shape& in) {
  if (in.channels != layer.in_features)
    return Error{Status::shape_mismatch, 0, layer.in_features, in.channels};
  const Extent map = window_outputs(layer, in);
  if (map.height == 0 || map.width == 0) return Error{Status::empty_output};
  return Shape{layer.out_features, map.height, map.width};
}

OpMemory memory(const StepSketch& s) {
  OpMemory m;
  const bool pooled = s.step.pool != kNoIndex;
  const kernels::ConvShape shape = conv_shape(s.layer, s.pool, pooled, s.in, s.out);
  m.prepared =
      prepared_of(s.layer, s.step, shape, s.options.goal, s.options.accumulate).count * sizeof(float);
  if (s.options.mode == Mode::infer) return m;
  if (s.step.dropout != kNoIndex) m.forward_workspace = s.out.channels * sizeof(float);
  if (!s.step.has(kBackward)) return m;
  if (pooled) m.saved = s.out.channels * kernels::argmax_plane_bytes(s.out.plane(), argmax_bits(s.pool));
  m.backward_workspace =
      workspace_of(s.layer, shape, s.step.has(kInPlace), is_wide(s.layer, s.options.goal)).bytes;
  return m;
}

// Batch-norm first, then the normalisation of the input, which reads and writes the same place.
void fold(const OpContext& ctx) {
  const std::size_t row = row_size(ctx.layer);
  const auto weight = ctx.tensor(Slot::weight);
  const auto bias = ctx.tensor(Slot::bias);
  const bool normalized = ctx.step.batch_norm != kNoIndex;
  const Layer batch_norm = normalized ? ctx.model.layer(ctx.step.batch_norm) : Layer{};
  for (std::uint32_t o = 0; o < ctx.layer.out_features; ++o) {
    const float* from = weight.data() + o * row;
    float* to = ctx.prepared() + o * row;
    float& to_bias = ctx.prepared()[row * ctx.layer.out_features + o];
    to_bias = bias.empty() ? 0.0f : bias[o];
    if (normalized) {
      const ChannelAffine affine = fixed_batch_norm(batch_norm, o);
      ctx.kernels.affine_forward({to, from, static_cast<std::int64_t>(row), affine.scale, 0.0f});
      ctx.kernels.affine_forward({&to_bias, &to_bias, 1, affine.scale, affine.shift});
      from = to;
    }
    if (!ctx.step.has(kFolded)) continue;
    const FoldFactors f = fold_factors(ctx, o);
    ctx.kernels.fold_forward({to, &to_bias, from, to_bias, f.scale.data(), f.shift.data(),
                              i32(group_inputs(ctx.layer)), i32(taps(ctx.layer))});
  }
}

void prepare(const OpContext& ctx) {
  const PreparedFloats p = prepared_of(ctx);
  const std::size_t row = row_size(ctx.layer);
  if (is_folded(ctx.step)) fold(ctx);
  if (p.is_packed) {
    const std::int32_t outputs = i32(ctx.layer.out_features);
    ctx.kernels.interleave({ctx.prepared() + p.packed, weights(ctx), outputs, i32(row), outputs});
  }
  const std::int32_t padded = kernels::padded_channels(conv_shape(ctx)), kernel = i32(taps(ctx.layer));
  for (std::uint32_t o = 0; p.is_wide && o < ctx.layer.out_features; ++o) {
    float* to = ctx.prepared() + p.wide + o * static_cast<std::size_t>(kernel * padded);
    ctx.kernels.interleave({to, weights(ctx) + o * row, i32(group_inputs(ctx.layer)), kernel, padded});
  }
}

void forward(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
  const bool relu = ctx.step.activation == kernels::Activation::relu;
  const bool drop = ctx.training && ctx.step.dropout != kNoIndex;
  const bool keep_argmax = ctx.training && ctx.step.saved != kNoOffset;
  float* factors = drop ? reinterpret_cast<float*>(ctx.forward_workspace(worker)) : nullptr;
  const kernels::ConvShape shape = conv_shape(ctx);
  const PreparedFloats p = prepared_of(ctx);
  const bool some_rows = rolls(ctx.step);
  const std::uint32_t row_begin = some_rows ? ctx.row_begin - ctx.y_rows.first : 0;
  const std::uint32_t row_end = some_rows ? ctx.row_end - ctx.y_rows.first : ctx.out.height;
  for (std::uint32_t b = begin; b < end; ++b) {
    if (drop) channel_factors(ctx, ctx.step.dropout, b, factors, ctx.out.channels);
    ctx.kernels.conv2d_forward(
        {.y = ctx.y_of(b),
         .argmax = {keep_argmax ? argmax_of(ctx, b, 0) : nullptr, argmax_bits(ctx.pool)},
         .x = ctx.x_of(b),
         .weight = p.is_packed ? ctx.prepared() + p.packed : weights(ctx),
         .bias = biases(ctx),
         .factor = factors,
         .shape = shape,
         .relu = relu,
         .packed = p.is_packed,
         .channel_begin = 0,
         .channel_end = i32(ctx.out.channels),
         .row_begin = i32(row_begin),
         .row_end = i32(row_end)});
    if (!relu) apply_epilogue(ctx, b);
  }
}

RowWindow row_window(const Layer& layer, const Layer& pool) {
  const std::uint32_t map_rows = (pool.kernel.height - 1) * pool.dilation.height;
  return {pool.stride.height * layer.stride.height,
          pool.padding.top * layer.stride.height + layer.padding.top,
          map_rows * layer.stride.height + (layer.kernel.height - 1) * layer.dilation.height + 1};
}

// As docs/design.md calls them.
const char* way(const OpContext& ctx) {
  const kernels::ConvShape shape = conv_shape(ctx);
  if (is_packed(shape, ctx.plan.goal)) return "packed";
  return kernels::in_rows(shape) && ctx.kernels.has_fma ? "rows" : "columns";
}

void backward_input_of_layer(const OpContext& ctx, std::uint32_t begin, std::uint32_t end,
                             std::uint32_t worker) {
  const bool wide = is_wide(ctx.layer, ctx.plan.goal);
  (wide ? backward_input_wide : conv2d::backward_input)(ctx, begin, end, worker);
}
void backward_weight_of_layer(const OpContext& ctx, std::uint32_t begin, std::uint32_t end,
                              std::uint32_t worker) {
  const bool wide = is_wide(ctx.layer, ctx.plan.goal);
  (wide ? backward_weight_wide : conv2d::backward_weight)(ctx, begin, end, worker);
}

constexpr OpDef kForward{.type = LayerType::conv2d,
                         .name = "Conv2d",
                         .reads_input = ReadsInput::when_trained,
                         .reads_planes = true,
                         .takes_epilogue = true,
                         .infer = infer,
                         .memory = memory,
                         .prepare = prepare,
                         .forward = forward,
                         .row_window = row_window,
                         .way = way};

constexpr OpDef with_training(OpDef op) {
  op.backward_input = backward_input_of_layer;
  op.backward_weight = backward_weight_of_layer;
  op.backward_in_place = conv2d::backward_in_place;
  return op;
}

}  // namespace

const OpDef inference::kConv2d = kForward;
const OpDef kConv2d = with_training(kForward);

}  // namespace lentil
