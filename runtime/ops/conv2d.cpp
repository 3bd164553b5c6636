// Conv2d, with a batch-norm folded into its weights, and a max-pool, a channel dropout and an activation
// fused behind it, where the planner says so.
#include "runtime/epilogue.h"
#include "runtime/ops/ops.h"
#include "runtime/ops/window.h"

namespace lentil {
namespace {

std::int32_t i32(std::uint64_t value) { return static_cast<std::int32_t>(value); }

Result<Shape> infer(const Layer& layer, const Shape& in) {
  if (in.channels != layer.in_features)
    return Error{Status::shape_mismatch, 0, layer.in_features, in.channels};
  const Extent map = window_outputs(layer, in);
  if (map.height == 0 || map.width == 0) return Error{Status::empty_output};
  return Shape{layer.out_features, map.height, map.width};
}

// Rows of weights: one per output channel.
std::size_t row_size(const Layer& layer) {
  return std::size_t{layer.in_features / layer.groups} * layer.kernel.height * layer.kernel.width;
}

kernels::ConvShape conv_shape(const Layer& layer, const Layer& pool, bool pooled, const Shape& in,
                              const Shape& out) {
  const Extent map = window_outputs(layer, in);
  kernels::ConvShape s{.in_channels = i32(in.channels),
                       .out_channels = i32(out.channels),
                       .groups = i32(layer.groups),
                       .in = {i32(in.height), i32(in.width)},
                       .map = {i32(map.height), i32(map.width)},
                       .out = {i32(out.height), i32(out.width)},
                       .kernel = kernel_window(layer),
                       .pool = {},
                       .pooled = pooled};
  if (pooled) s.pool = kernel_window(pool);
  return s;
}
kernels::ConvShape conv_shape(const OpContext& ctx) {
  return conv_shape(ctx.layer, ctx.pool, ctx.step.pool != kNoIndex, ctx.in, ctx.out);
}

// Workspace of the backward pass, in order: events, map (pools that overlap), one row of gradients,
// one input plane (in place).
struct Workspace {
  std::uint64_t events, map, row, plane, bytes;
};
Workspace workspace_of(const kernels::ConvShape& s, std::size_t row_floats, bool in_place,
                       std::uint64_t alignment) {
  const bool overlap = s.pooled && kernels::windows_overlap(s.pool);
  const auto map = static_cast<std::uint64_t>(s.map.height) * static_cast<std::uint64_t>(s.map.width);
  const auto out = static_cast<std::uint64_t>(s.out.height) * static_cast<std::uint64_t>(s.out.width);
  const auto in = static_cast<std::uint64_t>(s.in.height) * static_cast<std::uint64_t>(s.in.width);
  Workspace w{};
  w.map = round_up((s.pooled && !overlap ? out : map) * sizeof(kernels::ConvEvent), alignment);
  w.row = w.map + (overlap ? round_up(map * sizeof(float), alignment) : 0);
  w.plane = w.row + round_up(row_floats * sizeof(float), alignment);
  w.bytes = w.plane + (in_place ? round_up(in * sizeof(float), alignment) : 0);
  return w;
}

std::size_t gradient_row(const Layer& layer, bool in_place) {
  return in_place ? std::size_t{layer.kernel.height} * layer.kernel.width : row_size(layer);
}

// Whether the weights in force are others than those of the file.
bool is_folded(const Step& step) { return step.has(kFolded) || step.batch_norm != kNoIndex; }

// Packed weights have output channels of one group side by side. They serve maps that are not computed row by
// row, but a few lanes of a vector are worse than neighbouring positions.
bool is_packed(const kernels::ConvShape& shape, Goal goal) {
  constexpr std::int32_t kFewestLanes = 4;
  return goal == Goal::fast && !kernels::in_rows(shape) && shape.out_channels / shape.groups >= kFewestLanes;
}

// Prepared weights, in order: those with batch-norm and the input normalisation in them and their biases
// (folded), a copy of the weights in force as [tap][output] (packed), and the gradients of biases that there
// are none of: those of folded weights depend on them, and they have no other place while gradients are added
// up.
std::size_t folded_floats(const Layer& layer, bool folded) {
  return folded ? (row_size(layer) + 1) * layer.out_features : 0;
}
std::size_t prepared_floats(const Layer& layer, bool folded, bool packed) {
  return folded_floats(layer, folded) + (packed ? row_size(layer) * layer.out_features : 0);
}
bool keeps_bias_gradients(const Layer& layer, const Step& step, bool accumulate) {
  return accumulate && step.has(kFolded) && step.has(kTrained) && layer.tensor(Slot::bias).empty();
}

OpMemory memory(const StepSketch& s) {
  OpMemory m;
  const bool pooled = s.step.pool != kNoIndex;
  const kernels::ConvShape shape = conv_shape(s.layer, s.pool, pooled, s.in, s.out);
  m.prepared = prepared_floats(s.layer, is_folded(s.step), is_packed(shape, s.options.goal)) * sizeof(float);
  if (keeps_bias_gradients(s.layer, s.step, s.options.accumulate))
    m.prepared += s.layer.out_features * sizeof(float);
  if (s.options.mode == Mode::infer) return m;
  if (s.step.dropout != kNoIndex) m.forward_workspace = s.out.channels * sizeof(float);
  if (!s.step.has(kBackward)) return m;
  if (pooled) m.saved = s.out.channels * kernels::argmax_plane_bytes(s.out.plane(), argmax_bits(s.pool));
  const bool in_place = s.step.has(kInPlace);
  m.backward_workspace = workspace_of(shape, gradient_row(s.layer, in_place), in_place, sizeof(float)).bytes;
  return m;
}

bool is_packed(const OpContext& ctx) { return is_packed(conv_shape(ctx), ctx.plan.goal); }
float* packed_weights(const OpContext& ctx) {
  return ctx.prepared() + folded_floats(ctx.layer, is_folded(ctx.step));
}
const float* weights(const OpContext& ctx) {
  return is_folded(ctx.step) ? ctx.prepared() : ctx.tensor(Slot::weight).data();
}
const float* biases(const OpContext& ctx) {
  if (is_folded(ctx.step)) return ctx.prepared() + row_size(ctx.layer) * ctx.out.channels;
  const auto bias = ctx.tensor(Slot::bias);
  return bias.empty() ? nullptr : bias.data();
}

// scale = 1 / (255 std), shift = mean / std: (p / 255 - mean) / std = p * scale - shift, per input channel.
struct FoldFactors {
  std::array<float, 4> scale, shift;
};
FoldFactors fold_factors(const OpContext& ctx, std::uint32_t output) {
  const std::uint32_t channels = ctx.layer.in_features / ctx.layer.groups;
  const std::uint32_t first = output / (ctx.layer.out_features / ctx.layer.groups) * channels;
  FoldFactors f{};
  for (std::uint32_t c = 0; c < channels; ++c) {
    f.scale[c] = pixel_scale(ctx.model, first + c);
    f.shift[c] = pixel_shift(ctx.model, first + c);
  }
  return f;
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
                              i32(ctx.layer.in_features / ctx.layer.groups),
                              i32(ctx.layer.kernel.height * ctx.layer.kernel.width)});
  }
}

void prepare(const OpContext& ctx) {
  if (is_folded(ctx.step)) fold(ctx);
  if (is_packed(ctx))
    transpose(weights(ctx), packed_weights(ctx), ctx.layer.out_features, row_size(ctx.layer));
}

std::uint8_t* argmax_of(const OpContext& ctx, std::uint32_t image, std::uint32_t channel) {
  const std::size_t plane = kernels::argmax_plane_bytes(ctx.out.plane(), argmax_bits(ctx.pool));
  return reinterpret_cast<std::uint8_t*>(ctx.saved()) +
         (image * std::size_t{ctx.out.channels} + channel) * plane;
}

void forward(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
  const bool relu = ctx.step.activation == kernels::Activation::relu;
  const bool drop = ctx.training && ctx.step.dropout != kNoIndex;
  const bool keep_argmax = ctx.training && ctx.step.saved != kNoOffset;
  float* factors = drop ? reinterpret_cast<float*>(ctx.forward_workspace(worker)) : nullptr;
  const kernels::ConvShape shape = conv_shape(ctx);
  const bool packed = is_packed(shape, ctx.plan.goal);
  for (std::uint32_t b = begin; b < end; ++b) {
    if (drop) channel_factors(ctx, ctx.step.dropout, b, factors, ctx.out.channels);
    ctx.kernels.conv2d_forward(
        {.y = ctx.y_of(b),
         .argmax = {keep_argmax ? argmax_of(ctx, b, 0) : nullptr, argmax_bits(ctx.pool)},
         .x = ctx.x_of(b),
         .weight = packed ? packed_weights(ctx) : weights(ctx),
         .bias = biases(ctx),
         .factor = factors,
         .shape = shape,
         .relu = relu,
         .packed = packed,
         .channel_begin = 0,
         .channel_end = i32(ctx.out.channels)});
    if (!relu) apply_epilogue(ctx, b);
  }
}

// The backward pass of one (image, output channel): its events, and what is made of them.
class ChannelEvents {
 public:
  ChannelEvents(const OpContext& ctx, std::uint32_t worker)
      : ctx_(ctx),
        shape_(conv_shape(ctx)),
        offsets_(workspace_of(shape_, gradient_row(ctx.layer, ctx.step.has(kInPlace)), ctx.step.has(kInPlace),
                              sizeof(float))),
        workspace_(ctx.backward_workspace(worker)) {}

  float* row() const { return reinterpret_cast<float*>(workspace_ + offsets_.row); }
  float* plane() const { return reinterpret_cast<float*>(workspace_ + offsets_.plane); }

  void list(std::uint32_t image, std::uint32_t channel) {
    channel_ = channel;
    image_ = image;
    count_ = ctx_.kernels.conv2d_events({.events = events(),
                                         .map = reinterpret_cast<float*>(workspace_ + offsets_.map),
                                         .dy = ctx_.dy_of(image) + channel * ctx_.out.plane(),
                                         .argmax = shape_.pooled ? argmax_of(ctx_, image, channel) : nullptr,
                                         .argmax_bits = argmax_bits(ctx_.pool),
                                         .map_size = shape_.map,
                                         .out = shape_.out,
                                         .pool = shape_.pool});
  }
  // Sum of the events' gradients: the image's share of db.
  float sum() const {
    float total = 0;
    for (std::int32_t e = 0; e < count_; ++e) total += events()[e].gradient;
    return total;
  }
  // Input channels [begin, end) are counted inside the group; dx is the plane of `begin`.
  void add_input_gradient(float* dx, std::uint32_t begin, std::uint32_t end) const {
    ctx_.kernels.conv2d_backward_input({dx, weights(ctx_) + channel_ * row_size(ctx_.layer), events(), count_,
                                        shape_, i32(begin), i32(end)});
  }
  void weight_gradient(float* row, std::uint32_t begin, std::uint32_t end, bool accumulate) const {
    const float* x = ctx_.x_of(image_) + (first_input() + begin) * ctx_.in.plane();
    ctx_.kernels.conv2d_backward_weight({row, x, events(), count_, shape_, i32(begin), i32(end), accumulate});
  }
  std::uint32_t first_input() const {
    return channel_ / (ctx_.layer.out_features / ctx_.layer.groups) *
           (ctx_.layer.in_features / ctx_.layer.groups);
  }

 private:
  kernels::ConvEvent* events() const { return reinterpret_cast<kernels::ConvEvent*>(workspace_); }

  const OpContext& ctx_;
  kernels::ConvShape shape_;
  Workspace offsets_;
  std::byte* workspace_;
  std::uint32_t channel_ = 0, image_ = 0;
  std::int32_t count_ = 0;
};

void backward_input(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
  ChannelEvents events(ctx, worker);
  const std::uint32_t group_inputs = ctx.layer.in_features / ctx.layer.groups;
  for (std::uint32_t b = begin; b < end; ++b) {
    for (std::size_t i = 0; i < ctx.in.count(); ++i) ctx.dx_of(b)[i] = 0;
    for (std::uint32_t o = 0; o < ctx.out.channels; ++o) {
      events.list(b, o);
      events.add_input_gradient(ctx.dx_of(b) + events.first_input() * ctx.in.plane(), 0, group_inputs);
    }
  }
}

// What a folded batch-norm makes of the gradients of the weights it has scaled.
void scale_gradient(const OpContext& ctx, std::uint32_t output, float* gradient, std::size_t count) {
  if (ctx.step.batch_norm == kNoIndex) return;
  const float scale = fixed_batch_norm(ctx.model.layer(ctx.step.batch_norm), output).scale;
  ctx.kernels.affine_forward({gradient, gradient, static_cast<std::int64_t>(count), scale, 0.0f});
}

// The gradient of the weights in the file from that of the folded ones, then the update.
void update_row(const OpContext& ctx, std::uint32_t output, float* gradient, float bias_gradient) {
  const std::size_t row = row_size(ctx.layer);
  if (!ctx.updates) return;
  if (ctx.step.has(kFolded)) {
    const FoldFactors f = fold_factors(ctx, output);
    ctx.kernels.fold_backward({gradient, bias_gradient, f.scale.data(), f.shift.data(),
                               i32(ctx.layer.in_features / ctx.layer.groups),
                               i32(ctx.layer.kernel.height * ctx.layer.kernel.width)});
  }
  scale_gradient(ctx, output, gradient, row);
  scale_gradient(ctx, output, &bias_gradient, 1);
  ctx.update(Slot::weight, output * row, row, gradient);
  if (!ctx.layer.tensor(Slot::bias).empty()) ctx.update(Slot::bias, output, 1, &bias_gradient);
}

float* bias_gradient_of(const OpContext& ctx, std::uint32_t output, float* workspace) {
  if (!ctx.layer.tensor(Slot::bias).empty()) return ctx.gradient(Slot::bias, output, workspace);
  if (!keeps_bias_gradients(ctx.layer, ctx.step, ctx.plan.accumulate)) return workspace;
  return ctx.prepared() + prepared_floats(ctx.layer, true, is_packed(ctx)) + output;
}

void backward_weight(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
  ChannelEvents events(ctx, worker);
  const std::uint32_t group_inputs = ctx.layer.in_features / ctx.layer.groups;
  for (std::uint32_t o = begin; o < end; ++o) {
    float* gradient = ctx.gradient(Slot::weight, o * row_size(ctx.layer), events.row());
    float workspace = 0;
    float& bias_gradient = *bias_gradient_of(ctx, o, &workspace);
    for (std::uint32_t b = 0; b < ctx.images; ++b) {
      const bool first = b == 0 && !ctx.continues;
      events.list(b, o);
      events.weight_gradient(gradient, 0, group_inputs, !first);
      bias_gradient = first ? events.sum() : bias_gradient + events.sum();
    }
    update_row(ctx, o, gradient, bias_gradient);
  }
}

// Batch of one: for each input channel the gradient is formed aside, the weights that read the channel are
// updated, and then the gradient takes the channel's place. No gradient of the weights is ever stored whole.
void backward_in_place(const OpContext& ctx) {
  ChannelEvents events(ctx, 0);
  const std::size_t plane = ctx.in.plane();
  const std::size_t taps = std::size_t{ctx.layer.kernel.height} * ctx.layer.kernel.width;
  const std::uint32_t group_inputs = ctx.layer.in_features / ctx.layer.groups;
  const std::uint32_t group_outputs = ctx.layer.out_features / ctx.layer.groups;
  for (std::uint32_t c = 0; c < ctx.in.channels; ++c) {
    const std::uint32_t inner = c % group_inputs;
    float* dx = events.plane();
    for (std::size_t i = 0; i < plane; ++i) dx[i] = 0;
    for (std::uint32_t o = c / group_inputs * group_outputs, end = o + group_outputs; o < end; ++o) {
      events.list(0, o);
      events.add_input_gradient(dx, inner, inner + 1);
      if (!ctx.step.has(kTrained)) continue;
      events.weight_gradient(events.row(), inner, inner + 1, false);
      scale_gradient(ctx, o, events.row(), taps);
      ctx.update(Slot::weight, o * row_size(ctx.layer) + inner * taps, taps, events.row());
      float bias_gradient = events.sum();
      scale_gradient(ctx, o, &bias_gradient, 1);
      if (inner == 0 && !ctx.layer.tensor(Slot::bias).empty()) ctx.update(Slot::bias, o, 1, &bias_gradient);
    }
    float* x = ctx.dx + c * plane;
    apply_epilogue_gradient(ctx, *ctx.producer, x, dx, 0, c * plane, plane);
    for (std::size_t i = 0; i < plane; ++i) x[i] = dx[i];
  }
}

}  // namespace

const OpDef kConv2d{.type = LayerType::conv2d,
                    .name = "Conv2d",
                    .reads_input = ReadsInput::when_trained,
                    .reads_planes = true,
                    .takes_epilogue = true,
                    .infer = infer,
                    .memory = memory,
                    .prepare = prepare,
                    .forward = forward,
                    .backward_input = backward_input,
                    .backward_weight = backward_weight,
                    .backward_in_place = backward_in_place};

}  // namespace lentil
