// The oracle against PyTorch, operation by operation.
#include "tests/golden/ops_golden.h"

#include <cstdint>
#include <functional>

#include "tests/golden/check_close.h"
#include "tests/golden/formula.h"

namespace lentil::golden {
namespace {

using namespace reference;

TEMPLATE_TEST_CASE("conv2d gives PyTorch's values and gradients", "", float, double) {
  using T = TestType;
  for (const ConvCase& c : kConvCases) {
    const auto x = formula_values<T>(1, kImages * c.conv.input.count());
    const auto weight = formula_values<T>(2, c.conv.weight_count());
    const auto bias = formula_values<T>(3, c.dbias.size());
    const auto g = formula_values<T>(4, kImages * c.conv.output().count());
    std::vector<T> dw, db;
    for (std::size_t b = 0; b < kImages; ++b) {
      add_image(dw, conv2d_weight_gradient<T>(c.conv, image(x, b), image(g, b)));
      add_image(db, conv2d_bias_gradient<T>(c.conv, image(g, b)));
    }
    check_close(for_images<T>([&](auto b) { return conv2d_forward<T>(c.conv, image(x, b), weight, bias); }),
                c.y);
    check_close(for_images<T>([&](auto b) { return conv2d_input_gradient<T>(c.conv, image(g, b), weight); }),
                c.dx);
    check_close(dw, c.dweight);
    if (!bias.empty()) check_close(db, c.dbias);
  }
}

TEMPLATE_TEST_CASE("max-pool gives PyTorch's values and gradients", "", float, double) {
  using T = TestType;
  for (const PoolCase& c : kPoolCases) {
    const auto x = formula_values<T>(1, kImages * c.input.count());
    const auto g = formula_values<T>(4, c.y.size());
    const auto pool = [&](std::size_t b) { return max_pool2d_forward<T>(c.window, c.input, image(x, b)); };
    check_close(for_images<T>([&](auto b) { return pool(b).values; }), c.y);
    check_close(
        for_images<T>([&](auto b) { return max_pool2d_backward<T>(c.input, image(g, b), pool(b).argmax); }),
        c.dx);
  }
}

TEMPLATE_TEST_CASE("average pools give PyTorch's values and gradients", "", float, double) {
  using T = TestType;
  for (const AvgPoolCase& c : kAvgPoolCases) {
    const auto x = formula_values<T>(1, kImages * c.input.count());
    const auto g = formula_values<T>(4, c.y.size());
    check_close(for_images<T>([&](auto b) {
                  return avg_pool2d_forward<T>(c.window, c.input, c.include_pad, image(x, b));
                }),
                c.y);
    check_close(for_images<T>([&](auto b) {
                  return avg_pool2d_backward<T>(c.window, c.input, c.include_pad, image(g, b));
                }),
                c.dx);
  }
}

TEMPLATE_TEST_CASE("linear gives PyTorch's values and gradients", "", float, double) {
  using T = TestType;
  for (const LinearCase& c : kLinearCases) {
    const auto x = formula_values<T>(1, kImages * 5);
    const auto weight = formula_values<T>(2, 15);
    const auto bias = formula_values<T>(3, 3);
    const auto g = formula_values<T>(4, kImages * 3);
    check_close(for_images<T>([&](auto b) { return linear_forward<T>(3, image(x, b), weight, bias); }), c.y);
    check_close(for_images<T>([&](auto b) { return linear_input_gradient<T>(5, image(g, b), weight); }),
                c.dx);
    check_close(linear_weight_gradient<T>(kImages, x, g), c.dweight);
    check_close(linear_bias_gradient<T>(kImages, g), c.dbias);
  }
}

template <class T>
struct Function {
  std::function<std::vector<T>(View<T>)> forward;
  std::function<std::vector<T>(View<T>, View<T>)> backward;
};
template <class T>
Function<T> function_of(LayerType type, float slope) {
  switch (type) {
    case LayerType::leaky_relu:
      return {[=](View<T> x) { return leaky_relu<T>(x, slope); },
              [=](View<T> y, View<T> g) { return leaky_relu_backward<T>(y, g, slope); }};
    case LayerType::elu:
      return {[=](View<T> x) { return elu<T>(x, slope); },
              [=](View<T> y, View<T> g) { return elu_backward<T>(y, g, slope); }};
    case LayerType::relu:
      return {relu<T>, relu_backward<T>};
    case LayerType::sigmoid:
      return {sigmoid<T>, sigmoid_backward<T>};
    case LayerType::tanh:
      return {reference::tanh<T>, tanh_backward<T>};
    case LayerType::softmax:
      return {softmax<T>, softmax_backward<T>};
    default:
      return {log_softmax<T>, log_softmax_backward<T>};
  }
}

TEMPLATE_TEST_CASE("activations and softmax give PyTorch's values and gradients", "", float, double) {
  using T = TestType;
  for (const PointwiseCase& c : kPointwiseCases) {
    CAPTURE(static_cast<int>(c.type));
    const Function<T> function = function_of<T>(c.type, c.slope);
    auto x = formula_values<T>(1, 7);
    for (T& v : x) v *= 3;
    const auto y = function.forward(x);
    check_close(y, c.y);
    check_close(function.backward(y, formula_values<T>(4, 7)), c.dx);
  }
}

TEMPLATE_TEST_CASE("losses give PyTorch's values and gradients", "", float, double) {
  using T = TestType;
  const auto y = formula_values<T>(1, 15);
  const std::vector<std::uint8_t> labels{2, 0, 4};
  for (const LossCase& c : kLossCases) {
    CAPTURE(static_cast<int>(c.loss));
    const BatchLoss<T> loss = c.loss == Loss::cross_entropy
                                  ? cross_entropy<T>(y, labels, static_cast<T>(c.label_smoothing))
                              : c.loss == Loss::nll ? nll<T>(y, labels)
                                                    : mse<T>(3, y, formula_values<T>(4, 15));
    check_close(std::vector<T>{loss.mean}, {c.mean});
    check_close(loss.gradient, c.gradient);
  }
}

TEMPLATE_TEST_CASE("SGD moves weights as PyTorch does", "", float, double) {
  using T = TestType;
  for (const SgdCase& c : kSgdCases) {
    auto w = formula_values<T>(2, 6);
    std::vector<T> v(6);
    for (std::uint32_t step = 0; step < 3; ++step) sgd_update<T>(w, v, formula_values<T>(4 + step, 6), c.sgd);
    check_close(w, c.weights);
  }
}

}  // namespace
}  // namespace lentil::golden
