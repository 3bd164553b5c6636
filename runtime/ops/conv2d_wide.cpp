// Conv2d backward with the input channels of a group side by side: each image's planes are laid out once for
// several rows of weights, and the gradients come back in the order of the file.
#include <algorithm>

#include "runtime/ops/conv2d_parts.h"

namespace lentil::conv2d {
namespace {

// The planes of the group that begins with input channel `first`.
kernels::Interleave planes_of(const ChannelEvents& events, const float* planes) {
  const kernels::ConvShape& s = events.shape();
  const std::int32_t plane = s.in.height * s.in.width;
  return {events.planes(), planes, s.in_channels / s.groups, plane, kernels::padded_channels(s)};
}

std::size_t wide_row(const OpContext& ctx, const kernels::ConvShape& shape) {
  return taps(ctx.layer) * static_cast<std::size_t>(kernels::padded_channels(shape));
}

// Rows [begin, end) of one group.
class Rows {
 public:
  Rows(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker)
      : ctx_(ctx), events_(ctx, worker), begin_(begin), end_(end), row_(wide_row(ctx, events_.shape())) {}

  void run() {
    const std::uint32_t first_input = begin_ / group_outputs(ctx_.layer) * group_inputs(ctx_.layer);
    for (std::uint32_t o = begin_; ctx_.continues && o < end_; ++o) load_row(o);
    for (std::uint32_t b = 0; b < ctx_.images; ++b) {
      ctx_.kernels.interleave(planes_of(events_, ctx_.x_of(b) + first_input * ctx_.in.plane()));
      for (std::uint32_t o = begin_; o < end_; ++o) add_image(b, o);
    }
    for (std::uint32_t o = begin_; o < end_; ++o) finish_row(o);
  }

 private:
  float* gradient(std::uint32_t o) const { return events_.gradients() + (o - begin_) * row_; }
  float& bias_gradient(std::uint32_t o) { return *bias_gradient_of(ctx_, o, &bias_gradients_[o - begin_]); }
  kernels::Interleave row_order(float* to, const float* from) const {
    return {to, from, i32(group_inputs(ctx_.layer)), i32(taps(ctx_.layer)),
            kernels::padded_channels(events_.shape())};
  }
  // What earlier calls have added up.
  void load_row(std::uint32_t o) {
    const float* stored = ctx_.gradient(Slot::weight, o * row_size(ctx_.layer), nullptr);
    ctx_.kernels.interleave(row_order(gradient(o), stored));
  }
  void add_image(std::uint32_t b, std::uint32_t o) {
    const bool first = b == 0 && !ctx_.continues;
    events_.list(b, o);
    ctx_.kernels.conv2d_backward_weight_wide(
        {gradient(o), events_.planes(), events_.events(), events_.count(), events_.shape(), !first});
    bias_gradient(o) = first ? events_.sum() : bias_gradient(o) + events_.sum();
  }
  // The planes are no longer needed: their place takes the row in the order of the file.
  void finish_row(std::uint32_t o) {
    float* row = ctx_.gradient(Slot::weight, o * row_size(ctx_.layer), events_.planes());
    ctx_.kernels.deinterleave(row_order(row, gradient(o)));
    update_row(ctx_, o, row, bias_gradient(o));
  }

  const OpContext& ctx_;
  ChannelEvents events_;
  std::uint32_t begin_, end_;
  std::size_t row_;
  std::array<float, kRowsTogether> bias_gradients_{};
};

}  // namespace

void backward_input_wide(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
  ChannelEvents events(ctx, worker);
  const kernels::ConvShape& shape = events.shape();
  const std::size_t row = wide_row(ctx, shape);
  const auto floats = ctx.in.plane() * static_cast<std::size_t>(kernels::padded_channels(shape));
  const float* weight = ctx.prepared() + prepared_of(ctx).wide;
  for (std::uint32_t b = begin; b < end; ++b) {
    for (std::uint32_t o = 0; o < ctx.out.channels;) {
      const std::uint32_t group_end = o + group_outputs(ctx.layer);
      std::fill_n(events.planes(), floats, 0.0f);
      for (; o < group_end; ++o) {
        events.list(b, o);
        ctx.kernels.conv2d_backward_input_wide(
            {events.planes(), weight + o * row, events.events(), events.count(), shape});
      }
      kernels::Interleave planes = planes_of(events, events.planes());
      planes.to = ctx.dx_of(b) + events.first_input() * ctx.in.plane();
      ctx.kernels.deinterleave(planes);
    }
  }
}

void backward_weight_wide(const OpContext& ctx, std::uint32_t begin, std::uint32_t end,
                          std::uint32_t worker) {
  const std::uint32_t outputs = group_outputs(ctx.layer);
  while (begin < end) {
    const std::uint32_t group_end = (begin / outputs + 1) * outputs;
    const std::uint32_t stop = std::min({begin + kRowsTogether, group_end, end});
    Rows(ctx, begin, stop, worker).run();
    begin = stop;
  }
}

}  // namespace lentil::conv2d
