#include <catch2/catch.hpp>

#include "tests/golden/formula.h"
#include "tests/reference/differences.h"
#include "tests/reference/reference.h"

namespace lentil::reference {
namespace {

constexpr double kTolerance = 1e-6;
using Values = std::vector<double>;
using golden::formula_values;

Conv2d odd_conv() {
  return {.input = {.channels = 4, .height = 7, .width = 6},
          .outputs = 6,
          .window = {.kernel = {3, 2},
                     .stride = {2, 1},
                     .dilation = {1, 2},
                     .padding = {.top = 1, .left = 2, .bottom = 0, .right = 1}},
          .groups = 2};
}

TEST_CASE("conv2d gradients agree with central differences") {
  const Conv2d conv =
      GENERATE(Conv2d{.input = {2, 5, 4}, .outputs = 3, .window = {.kernel = {2, 3}}}, odd_conv());
  Values x = formula_values<double>(1, conv.input.count());
  Values weight = formula_values<double>(2, conv.weight_count());
  Values bias = formula_values<double>(3, conv.outputs);
  const Values g = formula_values<double>(4, conv.output().count());
  const auto loss = [&] { return weighted_sum(conv2d_forward<double>(conv, x, weight, bias), g); };
  CHECK(gradient_error(x, conv2d_input_gradient<double>(conv, g, weight), loss) < kTolerance);
  CHECK(gradient_error(weight, conv2d_weight_gradient<double>(conv, x, g), loss) < kTolerance);
  CHECK(gradient_error(bias, conv2d_bias_gradient<double>(conv, g), loss) < kTolerance);
}

TEST_CASE("linear gradients agree with central differences") {
  constexpr std::size_t kInputs = 5, kOutputs = 3, kImages = 2;
  Values x = formula_values<double>(1, kImages * kInputs);
  Values weight = formula_values<double>(2, kOutputs * kInputs);
  Values bias = formula_values<double>(3, kOutputs);
  const Values g = formula_values<double>(4, kImages * kOutputs);
  const auto image = [&](const Values& all, std::size_t b) {
    return View<double>(all).subspan(b * all.size() / 2, all.size() / 2);
  };
  const auto loss = [&] {
    Values y;
    for (std::size_t b = 0; b < kImages; ++b)
      for (const double v : linear_forward<double>(kOutputs, image(x, b), weight, bias)) y.push_back(v);
    return weighted_sum(y, g);
  };
  Values dx = linear_input_gradient<double>(kInputs, image(g, 0), weight);
  for (const double v : linear_input_gradient<double>(kInputs, image(g, 1), weight)) dx.push_back(v);
  CHECK(gradient_error(x, dx, loss) < kTolerance);
  CHECK(gradient_error(weight, linear_weight_gradient<double>(kImages, x, g), loss) < kTolerance);
  CHECK(gradient_error(bias, linear_bias_gradient<double>(kImages, g), loss) < kTolerance);
}

TEST_CASE("max-pool gradients agree with central differences where windows overlap and lie in padding") {
  const Shape in{.channels = 2, .height = 7, .width = 6};
  const Window window{.kernel = {3, 2}, .stride = {2, 1}, .dilation = {1, 2}, .padding = {1, 1, 1, 0}};
  Values x = formula_values<double>(1, in.count());
  const Pooled<double> pooled = max_pool2d_forward<double>(window, in, x);
  const Values g = formula_values<double>(2, pooled.values.size());
  const auto loss = [&] { return weighted_sum(max_pool2d_forward<double>(window, in, x).values, g); };
  CHECK(gradient_error(x, max_pool2d_backward<double>(in, g, pooled.argmax), loss) < kTolerance);
}

using Forward = Values (*)(View<double>);
using Backward = Values (*)(View<double>, View<double>);
struct Pointwise {
  const char* name;
  Forward forward;
  Backward backward;
};

TEST_CASE("gradients of activations and of softmax agree with central differences") {
  const auto op = GENERATE(
      Pointwise{"relu", relu<double>, relu_backward<double>},
      Pointwise{"sigmoid", sigmoid<double>, sigmoid_backward<double>},
      Pointwise{"tanh", reference::tanh<double>, tanh_backward<double>},
      Pointwise{"leaky_relu", [](View<double> x) { return leaky_relu<double>(x, 0.2f); },
                [](View<double> y, View<double> g) { return leaky_relu_backward<double>(y, g, 0.2f); }},
      Pointwise{"elu", [](View<double> x) { return elu<double>(x, 0.7f); },
                [](View<double> y, View<double> g) { return elu_backward<double>(y, g, 0.7f); }},
      Pointwise{"softmax", softmax<double>, softmax_backward<double>},
      Pointwise{"log_softmax", log_softmax<double>, log_softmax_backward<double>});
  CAPTURE(op.name);
  Values x = formula_values<double>(1, 11, 3.0f);
  const Values g = formula_values<double>(2, 11);
  CHECK(gradient_error(x, op.backward(op.forward(x), g), [&] { return weighted_sum(op.forward(x), g); }) <
        kTolerance);
}

TEST_CASE("dropout is its own gradient and drops whole channels when two-dimensional") {
  const Shape shape{.channels = 8, .height = 2, .width = 3};
  const kernels::RandomKey key{.seed = 7, .layer = 2, .step = 3, .position = 1};
  Values x = formula_values<double>(1, shape.count());
  const Values g = formula_values<double>(2, shape.count());
  CHECK(gradient_error(x, dropout<double>(g, key, 0.5f),
                       [&] { return weighted_sum(dropout<double>(x, key, 0.5f), g); }) < kTolerance);
  const Values y = dropout2d<double>(shape, x, key, 0.5f);
  CHECK(gradient_error(x, dropout2d<double>(shape, g, key, 0.5f),
                       [&] { return weighted_sum(dropout2d<double>(shape, x, key, 0.5f), g); }) < kTolerance);
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const bool zero = y[i] == 0;
    dropped += zero;
    CHECK(zero == (y[i / shape.plane() * shape.plane()] == 0));
    if (!zero) CHECK(y[i] == x[i] * 2);
  }
  CHECK(dropped > 0);
  CHECK(dropped < y.size());
}

TEST_CASE("loss gradients agree with central differences") {
  constexpr std::size_t kImages = 3;
  const std::vector<std::uint8_t> labels{2, 0, 4};
  Values y = formula_values<double>(1, 5 * kImages, 2.0f);
  const Values targets = formula_values<double>(2, 5 * kImages);
  for (const double smoothing : {0.0, 0.1, 0.75}) {
    CHECK(gradient_error(y, cross_entropy<double>(y, labels, smoothing).gradient,
                         [&] { return cross_entropy<double>(y, labels, smoothing).mean; }) < kTolerance);
    CHECK(gradient_error(y, nll<double>(y, labels, smoothing).gradient,
                         [&] { return nll<double>(y, labels, smoothing).mean; }) < kTolerance);
  }
  Values soft = formula_values<double>(3, 5 * kImages);
  for (std::size_t b = 0; b < kImages; ++b) {
    const Values p = softmax<double>(View<double>(soft).subspan(5 * b, 5));
    std::copy(p.begin(), p.end(), soft.begin() + static_cast<std::ptrdiff_t>(5 * b));
  }
  CHECK(gradient_error(y, soft_cross_entropy<double>(kImages, y, soft).gradient,
                       [&] { return soft_cross_entropy<double>(kImages, y, soft).mean; }) < kTolerance);
  CHECK(gradient_error(y, mse<double>(kImages, y, targets).gradient,
                       [&] { return mse<double>(kImages, y, targets).mean; }) < kTolerance);
}

TEST_CASE("gradients through a folded normalisation are those of the original weights") {
  const Conv2d conv{.input = {4, 6, 5}, .outputs = 6, .window = {.kernel = {3, 2}}, .groups = 2};
  const Normalization n{.mean = {0.1f, 0.2f, 0.5f, 0.4f}, .std = {0.3f, 0.25f, 0.5f, 1.0f}};
  Values pixels = formula_values<double>(1, conv.input.count());
  for (double& p : pixels) p = std::floor(128 + 127 * p);
  Values weight = formula_values<double>(2, conv.weight_count());
  Values bias = formula_values<double>(3, conv.outputs);
  const Values g = formula_values<double>(4, conv.output().count());
  const auto folded = [&] {
    return conv2d_forward<double>(conv, pixels, folded_weights<double>(conv, weight, n),
                                  folded_bias<double>(conv, weight, bias, n));
  };
  const Values plain = conv2d_forward<double>(conv, normalize<double>(conv.input, n, pixels), weight, bias);
  for (std::size_t i = 0; i < plain.size(); ++i) CHECK(folded()[i] == Approx(plain[i]).margin(1e-12));
  const Values dw = folded_weight_gradient<double>(conv, conv2d_weight_gradient<double>(conv, pixels, g),
                                                   conv2d_bias_gradient<double>(conv, g), n);
  const auto loss = [&] { return weighted_sum(folded(), g); };
  CHECK(gradient_error(weight, dw, loss) < kTolerance);
  CHECK(gradient_error(bias, conv2d_bias_gradient<double>(conv, g), loss) < kTolerance);
}

}  // namespace
}  // namespace lentil::reference
