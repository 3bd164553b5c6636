// ReLU, Sigmoid, Tanh, LeakyReLU, ELU, Dropout and Dropout2d as steps of their own: nothing but an epilogue.
// (Plans for inference have no step for dropout; a plan for training that is run without training copies.)
#include <algorithm>

#include "runtime/epilogue.h"
#include "runtime/ops/ops.h"

namespace lentil {

Result<Shape> same_shape(const Layer&, const Shape& in) { return in; }

void copy_forward(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  for (std::uint32_t b = begin; b < end; ++b) {
    std::copy_n(ctx.x_of(b), ctx.in.count(), ctx.y_of(b));
    apply_epilogue(ctx, b);
  }
}

void copy_backward(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t) {
  for (std::uint32_t b = begin; b < end; ++b) std::copy_n(ctx.dy_of(b), ctx.in.count(), ctx.dx_of(b));
}

namespace {

constexpr OpDef elementwise(LayerType type, const char* name) {
  return {.type = type,
          .name = name,
          .infer = same_shape,
          .forward = copy_forward,
          .backward_input = copy_backward};
}

}  // namespace

const OpDef kRelu = elementwise(LayerType::relu, "ReLU");
const OpDef kSigmoid = elementwise(LayerType::sigmoid, "Sigmoid");
const OpDef kTanh = elementwise(LayerType::tanh, "Tanh");
const OpDef kLeakyRelu = elementwise(LayerType::leaky_relu, "LeakyReLU");
const OpDef kElu = elementwise(LayerType::elu, "ELU");
const OpDef kDropout = elementwise(LayerType::dropout, "Dropout");
const OpDef kDropout2d = elementwise(LayerType::dropout2d, "Dropout2d");

}  // namespace lentil
