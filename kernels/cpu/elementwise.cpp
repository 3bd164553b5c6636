// Element by element: activations, pixels, sums and products, and the input normalisation moved into weights.
#include "kernels/cpu/table.h"
#include "kernels/cpu/vec.h"
#include "kernels/math.h"

namespace lentil::kernels::LENTIL_ISA {
namespace {

LENTIL_HD std::int32_t lanes_left(std::int64_t left) {
  return left < kLanes ? static_cast<std::int32_t>(left) : kLanes;
}

}  // namespace

void activation_forward(const ActivationForward& a) {
  switch (a.activation) {
    case Activation::none:
      break;
    case Activation::relu:
      for (std::int64_t i = 0; i < a.count; i += kLanes) {
        const std::int32_t n = lanes_left(a.count - i);
        const Vec y = load_n(a.y + i, n);
        store_n(a.y + i, select(y > Vec{}, y, Vec{}), n);
      }
      break;
    case Activation::sigmoid:
      for (std::int64_t i = 0; i < a.count; ++i) a.y[i] = kernels::sigmoid(a.y[i]);
      break;
    case Activation::tanh:
      for (std::int64_t i = 0; i < a.count; ++i) a.y[i] = kernels::tanh(a.y[i]);
      break;
    case Activation::leaky_relu:
      for (std::int64_t i = 0; i < a.count; i += kLanes) {
        const std::int32_t n = lanes_left(a.count - i);
        const Vec y = load_n(a.y + i, n);
        store_n(a.y + i, select(y > Vec{}, y, y * a.slope), n);
      }
      break;
    case Activation::elu:
      for (std::int64_t i = 0; i < a.count; ++i) {
        if (!(a.y[i] > 0)) a.y[i] = a.slope * kernels::exp_minus_one(a.y[i]);
      }
      break;
  }
}

void activation_backward(const ActivationBackward& a) {
  if (a.activation == Activation::none) return;
  for (std::int64_t i = 0; i < a.count; i += kLanes) {
    const std::int32_t n = lanes_left(a.count - i);
    const Vec y = load_n(a.y + i, n);
    const Vec d = load_n(a.d + i, n);
    Vec below{};  // of x <= 0
    if (a.activation == Activation::leaky_relu) below = d * a.slope;
    if (a.activation == Activation::elu) below = d * (y + a.slope);
    Vec result = select(y > Vec{}, d, below);
    if (a.activation == Activation::sigmoid) result = d * (y * (1.0f - y));
    if (a.activation == Activation::tanh) result = d * fma(-y, y, broadcast(1.0f));
    store_n(a.d + i, result, n);
  }
}

void affine_forward(const AffineForward& a) {
  for (std::int64_t i = 0; i < a.count; i += kLanes) {
    const std::int32_t n = lanes_left(a.count - i);
    store_n(a.y + i, fma(load_n(a.x + i, n), broadcast(a.scale), broadcast(a.shift)), n);
  }
}

void binary_forward(const BinaryForward& args) {
  for (std::int64_t i = 0; i < args.count; i += kLanes) {
    const std::int32_t n = lanes_left(args.count - i);
    const Vec a = load_n(args.a + i, n);
    const Vec b = load_n(args.b + i, n);
    const Vec y = args.operation == Binary::add ? a + b : args.operation == Binary::sub ? a - b : a * b;
    store_n(args.y + i, y, n);
  }
}

void pixels_forward(const PixelsForward& a) {
  for (std::int64_t i = 0; i < a.count; ++i) {
    a.y[i] = kernels::fma(static_cast<float>(a.pixels[i]), a.scale, a.shift);
  }
}

void fold_forward(const FoldForward& a) {
  float bias = a.from_bias;
  for (std::int32_t c = 0; c < a.channels; ++c) {
    for (std::int32_t k = 0; k < a.taps; ++k) {
      const float w = a.from_weight[c * a.taps + k];
      bias = kernels::fma(-a.shift[c], w, bias);
      a.weight[c * a.taps + k] = w * a.scale[c];
    }
  }
  *a.bias = bias;
}

void fold_backward(const FoldBackward& a) {
  for (std::int32_t c = 0; c < a.channels; ++c) {
    for (std::int32_t k = 0; k < a.taps; ++k) {
      float& dw = a.dweight[c * a.taps + k];
      dw = kernels::fma(-a.shift[c], a.dbias, a.scale[c] * dw);
    }
  }
}

}  // namespace lentil::kernels::LENTIL_ISA
