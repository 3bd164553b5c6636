// Softmax and LogSoftmax over all values of an image.
#include "runtime/ops/ops.h"

namespace lentil {
namespace {

std::int32_t classes(const OpContext& ctx) { return static_cast<std::int32_t>(ctx.out.count()); }
bool is_log(const OpContext& ctx) { return ctx.step.type == LayerType::log_softmax; }

void forward(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  for (std::uint32_t b = begin; b < end; ++b) {
    ctx.kernels.softmax_forward({ctx.y_of(b), ctx.x_of(b), classes(ctx), is_log(ctx)});
  }
}

void backward_input(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  for (std::uint32_t b = begin; b < end; ++b) {
    ctx.kernels.softmax_backward({ctx.dx_of(b), ctx.dy_of(b), ctx.y_of(b), classes(ctx), is_log(ctx)});
  }
}

constexpr OpDef softmax_op(LayerType type, const char* name) {
  return {.type = type, .name = name, .reads_output = true, .infer = same_shape, .forward = forward};
}
constexpr OpDef with_training(OpDef op) {
  op.backward_input = backward_input;
  return op;
}
constexpr OpDef kForward = softmax_op(LayerType::softmax, "Softmax");
constexpr OpDef kForwardLog = softmax_op(LayerType::log_softmax, "LogSoftmax");

}  // namespace

const OpDef inference::kSoftmax = kForward;
const OpDef inference::kLogSoftmax = kForwardLog;
const OpDef kSoftmax = with_training(kForward);
const OpDef kLogSoftmax = with_training(kForwardLog);

}  // namespace lentil
