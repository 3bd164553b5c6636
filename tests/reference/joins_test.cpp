// Networks that branch: derivatives, and the order in which the gradients of a shared value are added.
#include "tests/reference/joins.h"

#include <catch2/catch.hpp>

#include "tests/golden/formula.h"
#include "tests/reference/memory_model.h"
#include "tests/reference/network_error.h"
#include "tests/support/networks.h"

namespace lentil::reference {
namespace {

constexpr float kBig = 0x1p24f;  // kBig + 1 rounds back to kBig
using Floats = std::vector<float>;

double error_of(const Model& model, std::size_t outputs) {
  constexpr std::size_t kImages = 3;
  Network<double> network(model);
  const auto images = golden::formula_values<double>(11, kImages * model.input.count());
  const auto values = golden::formula_values<double>(12, kImages * outputs);
  return network_error(network, images, {.loss = Loss::mse, .values = values});
}

// The gradient of the weight of a first layer that makes 1 from 1, which all that follows reads.
float gradient_of_shared(const MemoryModel& m, float target) {
  Network<float> network(m.model());
  return network.gradients(Floats{1}, {.loss = Loss::mse, .values = {target}}).parameters[0][0][0];
}

}  // namespace

TEST_CASE("flattening goes through the channels last or first") {
  const Shape in{.channels = 2, .height = 1, .width = 3};
  const Floats x{1, 2, 3, 4, 5, 6}, channels_last{1, 4, 2, 5, 3, 6};
  CHECK(flatten<float>(in, FlattenOrder::chw, x) == x);
  CHECK(flatten<float>(in, FlattenOrder::hwc, x) == channels_last);
  CHECK(flatten_backward<float>(in, FlattenOrder::hwc, channels_last) == x);
}

TEST_CASE("a constant has one value for all, for each channel or for each element") {
  const Floats x{1, 2, 3, 4};
  CHECK(with_constant<float>(LayerType::add, x, Floats{10}) == Floats{11, 12, 13, 14});
  CHECK(with_constant<float>(LayerType::sub, x, Floats{10, 20}) == Floats{-9, -8, -17, -16});
  CHECK(with_constant<float>(LayerType::mul, x, Floats{1, 0, -1, 2}) == Floats{1, 0, -3, 8});
}

TEST_CASE("gradients through joins and constants agree with central differences") {
  MemoryModel m({.channels = 2, .height = 3, .width = 3});
  const auto values = [](std::uint32_t stream, std::size_t count) {
    return golden::formula_values(stream, count);
  };
  const auto a = m.add(conv2d_layer(2, 2, {2, 2}), "a", values(1, 16), values(2, 2), {kNetworkInput});
  const auto b = m.add(conv2d_layer(2, 2, {2, 2}), "b", values(3, 16), {}, {kNetworkInput});
  const auto sum = m.add(layer_of(LayerType::add), "sum", {}, {}, {a, b});
  const auto difference = m.add(layer_of(LayerType::sub), "difference", {}, {}, {a, b});
  const auto product = m.add(layer_of(LayerType::mul), "product", {}, {}, {sum, b});
  const auto square = m.add(layer_of(LayerType::mul), "square", {}, {}, {difference, difference});
  const auto one = m.add(layer_of(LayerType::mul), "one", values(4, 1), {}, {product});
  const auto each_channel = m.add(layer_of(LayerType::sub), "each channel", values(5, 2), {}, {one});
  const auto each_element = m.add(layer_of(LayerType::mul), "each element", values(6, 8), {}, {square});
  m.add(layer_of(LayerType::concat), "all", {}, {}, {each_channel, a, each_element});
  Layer flatten = layer_of(LayerType::flatten);
  flatten.order = FlattenOrder::hwc;
  m.add(flatten, "flatten");
  m.add(linear_layer(24, 3), "last", values(7, 72), values(8, 3));
  CHECK(error_of(m.model(), 3) < 1e-6);
}

TEST_CASE(
    "gradients through pools, batch-norms and activations of a network agree with central differences") {
  // No bias before a batch-norm, which would take it away again: its gradient is 0.
  const auto file = test::network(
      "input 2x6x5, conv 3 k2 nobias, bn, prelu channels, avgpool 2 p1 s2 ceil nopad, elu 0.7, flatten hwc, "
      "linear 4 nobias, bn, leakyrelu 0.2, linear 3");
  CHECK(error_of(file.model(), 3) < 1e-6);
}

TEST_CASE("gradients of a value are added from the last of its readers to the first") {
  MemoryModel m({.channels = 1});
  const auto shared = m.add(linear_layer(1, 1), "shared", {1});
  const auto first = m.add(layer_of(LayerType::mul), "first", {kBig}, {}, {shared});
  const auto second = m.add(layer_of(LayerType::mul), "second", {1}, {}, {shared});
  const auto third = m.add(layer_of(LayerType::mul), "third", {-kBig}, {}, {shared});
  const auto sum = m.add(layer_of(LayerType::add), "sum", {}, {}, {first, second});
  m.add(layer_of(LayerType::add), "all", {}, {}, {sum, third});
  // The output is 0, and the gradient of the loss at it 1.
  CHECK(gradient_of_shared(m, -0.5f) == 1.0f);  // 0 from the first to the last
}

TEST_CASE("within a layer gradients are added from its last input to its first") {
  MemoryModel m({.channels = 1});
  const auto shared = m.add(linear_layer(1, 1), "shared", {1});
  m.add(layer_of(LayerType::concat), "three times", {}, {}, {shared, shared, shared});
  m.add(linear_layer(3, 1), "all", {kBig, 1, -kBig});
  CHECK(gradient_of_shared(m, -0.5f) == 1.0f);  // 0 from the first to the last
}

}  // namespace lentil::reference
