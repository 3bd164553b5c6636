// MaxPool2d as a step of its own.
#include "runtime/epilogue.h"
#include "runtime/ops/ops.h"
#include "runtime/ops/window.h"

namespace lentil {
namespace {

constexpr std::uint64_t kLargestWindow = 256;  // an argmax has at most 8 bits

Result<Shape> infer(const Layer& layer, const Shape& in) {
  const Extent out = window_outputs(layer, in);
  // The backward pass needs a position to send each gradient to.
  if (out.height == 0 || out.width == 0 || !windows_see_input(layer, in, out))
    return Error{Status::empty_output};
  const std::uint64_t window = std::uint64_t{layer.kernel.height} * layer.kernel.width;
  if (window > kLargestWindow) return Error{Status::unsupported_window, 0, kLargestWindow, window};
  return Shape{in.channels, out.height, out.width};
}

std::size_t argmax_bytes(const Layer& layer, const Shape& out) {
  return out.channels * kernels::argmax_plane_bytes(out.plane(), argmax_bits(layer));
}

OpMemory memory(const StepSketch& s) {
  OpMemory m;
  if (s.step.has(kBackward)) m.saved = argmax_bytes(s.layer, s.out);
  return m;
}

std::uint8_t* argmax_of(const OpContext& ctx, std::uint32_t image, std::uint32_t channel) {
  return reinterpret_cast<std::uint8_t*>(ctx.saved()) + image * argmax_bytes(ctx.layer, ctx.out) +
         channel * kernels::argmax_plane_bytes(ctx.out.plane(), argmax_bits(ctx.layer));
}

void forward(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const bool keep = ctx.training && ctx.step.saved != kNoOffset;
  for (std::uint32_t b = begin; b < end; ++b) {
    for (std::uint32_t c = 0; c < ctx.out.channels; ++c) {
      ctx.kernels.max_pool_forward({ctx.y_of(b) + c * ctx.out.plane(),
                                    {keep ? argmax_of(ctx, b, c) : nullptr, argmax_bits(ctx.layer)},
                                    ctx.x_of(b) + c * ctx.in.plane(),
                                    plane_of(ctx.in),
                                    plane_of(ctx.out),
                                    kernel_window(ctx.layer)});
    }
    apply_epilogue(ctx, b);
  }
}

void backward_input(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  for (std::uint32_t b = begin; b < end; ++b) {
    for (std::uint32_t c = 0; c < ctx.out.channels; ++c) {
      ctx.kernels.max_pool_backward({ctx.dx_of(b) + c * ctx.in.plane(), ctx.dy_of(b) + c * ctx.out.plane(),
                                     argmax_of(ctx, b, c), argmax_bits(ctx.layer), plane_of(ctx.in),
                                     plane_of(ctx.out), kernel_window(ctx.layer)});
    }
  }
}

constexpr OpDef kForward{.type = LayerType::max_pool2d,
                         .name = "MaxPool2d",
                         .reads_planes = true,
                         .takes_epilogue = true,
                         .infer = infer,
                         .memory = memory,
                         .forward = forward};

constexpr OpDef with_training(OpDef op) {
  op.backward_input = backward_input;
  return op;
}

}  // namespace

const OpDef inference::kMaxPool2d = kForward;
const OpDef kMaxPool2d = with_training(kForward);

}  // namespace lentil
