#include "runtime/ops/conv2d_parts.h"

#include <algorithm>

namespace lentil::conv2d {

kernels::ConvShape conv_shape(const Layer& layer, const Layer& pool, bool pooled, const Shape& in,
                              const Shape& out) {
  const Extent map = window_outputs(layer, in);
  kernels::ConvShape s{.in_channels = i32(in.channels),
                       .out_channels = i32(out.channels),
                       .groups = i32(layer.groups),
                       .in = plane_of(in),
                       .map = {i32(map.height), i32(map.width)},
                       .out = plane_of(out),
                       .kernel = kernel_window(layer),
                       .pool = {},
                       .pooled = pooled};
  if (pooled) s.pool = kernel_window(pool);
  return s;
}

// Planes as high as the rows that are kept of them. The map begins with the first row that the output rows in
// memory need; what lies above and below the rows kept of the input is never asked for, or padding.
static kernels::ConvShape seen_from(const KeptRows& x, const KeptRows& y, kernels::ConvShape s) {
  const std::int32_t pooled = i32(y.first) * s.pool.stride_height;
  const std::int32_t skipped = std::max<std::int32_t>(pooled - s.pool.top, 0);
  s.pool.top += skipped - pooled;
  s.map.height -= skipped;
  s.kernel.top += i32(x.first) - skipped * s.kernel.stride_height;
  s.in.height = i32(x.count);
  s.out.height = i32(y.count);
  return s;
}

kernels::ConvShape conv_shape(const OpContext& ctx) {
  const kernels::ConvShape s = conv_shape(ctx.layer, ctx.pool, ctx.step.pool != kNoIndex, ctx.in, ctx.out);
  return rolls(ctx.step) ? seen_from(ctx.x_rows, ctx.y_rows, s) : s;
}

bool is_packed(const kernels::ConvShape& shape, Goal goal) {
  constexpr std::int32_t kFewestLanes = 4;
  return goal == Goal::fast && !kernels::in_rows(shape) && shape.out_channels / shape.groups >= kFewestLanes;
}

PreparedFloats prepared_of(const Layer& layer, const Step& step, const kernels::ConvShape& shape, Goal goal,
                           bool accumulate) {
  const std::size_t outputs = layer.out_features, weights = row_size(layer) * outputs;
  PreparedFloats p{.is_packed = is_packed(shape, goal),
                   .is_wide = is_wide(layer, goal) && step.has(kBackward),
                   .has_bias_gradients = accumulate && step.has(kFolded) && step.has(kTrained) &&
                                         layer.tensor(Slot::bias).empty()};
  p.packed = is_folded(step) ? weights + outputs : 0;
  p.wide = p.packed + (p.is_packed ? weights : 0);
  const auto padded = static_cast<std::size_t>(kernels::padded_channels(shape));
  p.bias_gradients = p.wide + (p.is_wide ? outputs * taps(layer) * padded : 0);
  p.count = p.bias_gradients + (p.has_bias_gradients ? outputs : 0);
  return p;
}
PreparedFloats prepared_of(const OpContext& ctx) {
  return prepared_of(ctx.layer, ctx.step, conv_shape(ctx), ctx.plan.goal, ctx.plan.accumulate);
}

const float* weights(const OpContext& ctx) {
  return is_folded(ctx.step) ? ctx.prepared() : ctx.tensor(Slot::weight).data();
}
const float* biases(const OpContext& ctx) {
  if (is_folded(ctx.step)) return ctx.prepared() + row_size(ctx.layer) * ctx.out.channels;
  const auto bias = ctx.tensor(Slot::bias);
  return bias.empty() ? nullptr : bias.data();
}

FoldFactors fold_factors(const OpContext& ctx, std::uint32_t output) {
  const std::uint32_t channels = group_inputs(ctx.layer);
  const std::uint32_t first = output / group_outputs(ctx.layer) * channels;
  FoldFactors f{};
  for (std::uint32_t c = 0; c < channels; ++c) {
    f.scale[c] = pixel_scale(ctx.model, first + c);
    f.shift[c] = pixel_shift(ctx.model, first + c);
  }
  return f;
}

std::uint8_t* argmax_of(const OpContext& ctx, std::uint32_t image, std::uint32_t channel) {
  const std::size_t plane = kernels::argmax_plane_bytes(ctx.out.plane(), argmax_bits(ctx.pool));
  return reinterpret_cast<std::uint8_t*>(ctx.saved()) +
         (image * std::size_t{ctx.out.channels} + channel) * plane;
}

Workspace workspace_of(const Layer& layer, const kernels::ConvShape& s, bool in_place, bool wide) {
  constexpr std::uint64_t kAlignment = 64;  // wide gradients are read and written in whole vectors
  const auto floats = [&](std::uint64_t count) {
    return wide ? round_up(count * sizeof(float), kAlignment) : count * sizeof(float);
  };
  const auto plane = [](const kernels::Plane& p) {
    return static_cast<std::uint64_t>(p.height) * static_cast<std::uint64_t>(p.width);
  };
  const bool overlap = s.pooled && kernels::windows_overlap(s.pool);
  const std::uint64_t events = plane(s.pooled && !overlap ? s.out : s.map) + 1;
  const auto padded = static_cast<std::uint64_t>(kernels::padded_channels(s));
  Workspace w{};
  w.map =
      wide ? round_up(events * sizeof(kernels::ConvEvent), kAlignment) : events * sizeof(kernels::ConvEvent);
  w.gradients = w.map + (overlap ? floats(plane(s.map)) : 0);
  const std::uint64_t gradients = wide       ? kRowsTogether * taps(layer) * padded
                                  : in_place ? taps(layer)
                                             : row_size(layer);
  w.planes = w.gradients + floats(gradients);
  // A finished row of gradients takes the place of the planes; with padding it may be the larger of the two.
  const std::uint64_t planes = wide       ? std::max<std::uint64_t>(plane(s.in) * padded, row_size(layer))
                               : in_place ? plane(s.in)
                                          : 0;
  w.bytes = w.planes + floats(planes);
  return w;
}

ChannelEvents::ChannelEvents(const OpContext& ctx, std::uint32_t worker)
    : ctx_(ctx),
      shape_(conv_shape(ctx)),
      offsets_(workspace_of(ctx.layer, shape_, ctx.step.has(kInPlace), is_wide(ctx.layer, ctx.plan.goal))),
      workspace_(ctx.backward_workspace(worker)) {}

void ChannelEvents::list(std::uint32_t image, std::uint32_t channel) {
  channel_ = channel;
  image_ = image;
  count_ = ctx_.kernels.conv2d_events({.events = reinterpret_cast<kernels::ConvEvent*>(workspace_),
                                       .map = reinterpret_cast<float*>(workspace_ + offsets_.map),
                                       .dy = ctx_.dy_of(image) + channel * ctx_.out.plane(),
                                       .argmax = shape_.pooled ? argmax_of(ctx_, image, channel) : nullptr,
                                       .argmax_bits = argmax_bits(ctx_.pool),
                                       .map_size = shape_.map,
                                       .out = shape_.out,
                                       .pool = shape_.pool});
}

float ChannelEvents::sum() const {
  float total = 0;
  for (std::int32_t e = 0; e < count_; ++e) total += events()[e].gradient;
  return total;
}

void ChannelEvents::add_input_gradient(float* dx, std::uint32_t begin, std::uint32_t end) const {
  ctx_.kernels.conv2d_backward_input(
      {dx, weights(ctx_) + channel_ * row_size(ctx_.layer), events(), count_, shape_, i32(begin), i32(end)});
}

void ChannelEvents::weight_gradient(float* row, std::uint32_t begin, std::uint32_t end,
                                    bool accumulate) const {
  const float* x = ctx_.x_of(image_) + (first_input() + begin) * ctx_.in.plane();
  ctx_.kernels.conv2d_backward_weight({row, x, events(), count_, shape_, i32(begin), i32(end), accumulate});
}

void scale_gradient(const OpContext& ctx, std::uint32_t output, float* gradient, std::size_t count) {
  if (ctx.step.batch_norm == kNoIndex) return;
  const float scale = fixed_batch_norm(ctx.model.layer(ctx.step.batch_norm), output).scale;
  ctx.kernels.affine_forward({gradient, gradient, static_cast<std::int64_t>(count), scale, 0.0f});
}

void update_row(const OpContext& ctx, std::uint32_t output, float* gradient, float bias_gradient) {
  const std::size_t row = row_size(ctx.layer);
  if (!ctx.updates) return;
  if (ctx.step.has(kFolded)) {
    const FoldFactors f = fold_factors(ctx, output);
    ctx.kernels.fold_backward({gradient, bias_gradient, f.scale.data(), f.shift.data(),
                               i32(group_inputs(ctx.layer)), i32(taps(ctx.layer))});
  }
  scale_gradient(ctx, output, gradient, row);
  scale_gradient(ctx, output, &bias_gradient, 1);
  ctx.update(Slot::weight, output * row, row, gradient);
  if (!ctx.layer.tensor(Slot::bias).empty()) ctx.update(Slot::bias, output, 1, &bias_gradient);
}

float* bias_gradient_of(const OpContext& ctx, std::uint32_t output, float* workspace) {
  if (!ctx.layer.tensor(Slot::bias).empty()) return ctx.gradient(Slot::bias, output, workspace);
  const PreparedFloats p = prepared_of(ctx);
  return p.has_bias_gradients ? ctx.prepared() + p.bias_gradients + output : workspace;
}

}  // namespace lentil::conv2d
