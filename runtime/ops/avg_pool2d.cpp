// AvgPool2d, and the mean of whole planes.
#include "runtime/epilogue.h"
#include "runtime/ops/ops.h"
#include "runtime/ops/window.h"

namespace lentil {
namespace {

// Bounds the time of one output. Counts of elements are exact in float32.
constexpr std::uint64_t kLargestWindow = 65536;

Result<Shape> infer(const Layer& layer, const Shape& in) {
  const Extent out = window_outputs(layer, in);
  const std::uint64_t window = std::uint64_t{layer.kernel.height} * layer.kernel.width;
  if (window > kLargestWindow) return Error{Status::unsupported_window, 0, kLargestWindow, window};
  // Without anything in a window there is nothing to divide by.
  if (out.height == 0 || out.width == 0 || !windows_see_input(layer, in, out))
    return Error{Status::empty_output};
  return Shape{in.channels, out.height, out.width};
}

Result<Shape> infer_global(const Layer&, const Shape& in) { return Shape{in.channels, 1, 1}; }

kernels::AvgPoolWindows windows_of(const OpContext& ctx) {
  return average_windows(ctx.layer, ctx.in, ctx.out);
}

void forward(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const kernels::AvgPoolWindows windows = windows_of(ctx);
  for (std::uint32_t b = begin; b < end; ++b) {
    for (std::uint32_t c = 0; c < ctx.out.channels; ++c) {
      ctx.kernels.avg_pool_forward(
          {ctx.y_of(b) + c * ctx.out.plane(), ctx.x_of(b) + c * ctx.in.plane(), windows});
    }
    apply_epilogue(ctx, b);
  }
}

void backward_input(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  const kernels::AvgPoolWindows windows = windows_of(ctx);
  for (std::uint32_t b = begin; b < end; ++b) {
    for (std::uint32_t c = 0; c < ctx.out.channels; ++c) {
      ctx.kernels.avg_pool_backward(
          {ctx.dx_of(b) + c * ctx.in.plane(), ctx.dy_of(b) + c * ctx.out.plane(), windows});
    }
  }
}

constexpr OpDef average(LayerType type, const char* name,
                        Result<Shape> (*infer_shape)(const Layer&, const Shape&)) {
  return {.type = type,
          .name = name,
          .reads_planes = true,
          .takes_epilogue = true,
          .infer = infer_shape,
          .forward = forward,
          .backward_input = backward_input};
}

}  // namespace

kernels::AvgPoolWindows average_windows(const Layer& layer, const Shape& in, const Shape& out) {
  kernels::AvgPoolWindows w{.in = plane_of(in), .out = plane_of(out), .window = {}};
  if (layer.type == LayerType::global_avg_pool2d) {
    w.window.height = w.in.height;
    w.window.width = w.in.width;
    return w;
  }
  w.window = kernel_window(layer);
  if (!layer.count_include_pad) return w;
  const Padding& p = layer.padding;
  w.count_top = static_cast<std::int32_t>(p.top);
  w.count_left = static_cast<std::int32_t>(p.left);
  w.count_bottom = static_cast<std::int32_t>(p.bottom);
  w.count_right = static_cast<std::int32_t>(p.right);
  return w;
}

const OpDef kAvgPool2d = average(LayerType::avg_pool2d, "AvgPool2d", infer);
const OpDef kGlobalAvgPool2d = average(LayerType::global_avg_pool2d, "AdaptiveAvgPool2d", infer_global);

}  // namespace lentil
