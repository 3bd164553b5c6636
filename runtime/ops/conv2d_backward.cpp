// Conv2d backward where the input channels of a group are few, or bytes: plane by plane.
#include "runtime/epilogue.h"
#include "runtime/ops/conv2d_parts.h"

namespace lentil::conv2d {

void backward_input(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
  ChannelEvents events(ctx, worker);
  for (std::uint32_t b = begin; b < end; ++b) {
    for (std::size_t i = 0; i < ctx.in.count(); ++i) ctx.dx_of(b)[i] = 0;
    for (std::uint32_t o = 0; o < ctx.out.channels; ++o) {
      events.list(b, o);
      events.add_input_gradient(ctx.dx_of(b) + events.first_input() * ctx.in.plane(), 0,
                                group_inputs(ctx.layer));
    }
  }
}

void backward_weight(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
  ChannelEvents events(ctx, worker);
  for (std::uint32_t o = begin; o < end; ++o) {
    float* gradient = ctx.gradient(Slot::weight, o * row_size(ctx.layer), events.gradients());
    float workspace = 0;
    float& bias_gradient = *bias_gradient_of(ctx, o, &workspace);
    for (std::uint32_t b = 0; b < ctx.images; ++b) {
      const bool first = b == 0 && !ctx.continues;
      events.list(b, o);
      events.weight_gradient(gradient, 0, group_inputs(ctx.layer), !first);
      bias_gradient = first ? events.sum() : bias_gradient + events.sum();
    }
    update_row(ctx, o, gradient, bias_gradient);
  }
}

// Batch of one: for each input channel the gradient is formed aside, the weights that read the channel are
// updated, and then the gradient takes the channel's place. No gradient of the weights is ever stored whole.
void backward_in_place(const OpContext& ctx) {
  ChannelEvents events(ctx, 0);
  const std::size_t plane = ctx.in.plane(), kernel = taps(ctx.layer);
  const std::uint32_t inputs = group_inputs(ctx.layer), outputs = group_outputs(ctx.layer);
  for (std::uint32_t c = 0; c < ctx.in.channels; ++c) {
    const std::uint32_t inner = c % inputs;
    float* dx = events.planes();
    for (std::size_t i = 0; i < plane; ++i) dx[i] = 0;
    for (std::uint32_t o = c / inputs * outputs, end = o + outputs; o < end; ++o) {
      events.list(0, o);
      events.add_input_gradient(dx, inner, inner + 1);
      if (!ctx.step.has(kTrained)) continue;
      events.weight_gradient(events.gradients(), inner, inner + 1, false);
      scale_gradient(ctx, o, events.gradients(), kernel);
      ctx.update(Slot::weight, o * row_size(ctx.layer) + inner * kernel, kernel, events.gradients());
      float bias_gradient = events.sum();
      scale_gradient(ctx, o, &bias_gradient, 1);
      if (inner == 0 && !ctx.layer.tensor(Slot::bias).empty()) ctx.update(Slot::bias, o, 1, &bias_gradient);
    }
    float* x = ctx.dx + c * plane;
    apply_epilogue_gradient(ctx, *ctx.producer, x, dx, 0, c * plane, plane);
    for (std::size_t i = 0; i < plane; ++i) x[i] = dx[i];
  }
}

}  // namespace lentil::conv2d
