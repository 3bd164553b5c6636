// What a plan moves or folds, as the oracle sees it.
#include "tests/reference/graph.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/golden/formula.h"
#include "tests/reference/memory_model.h"
#include "tests/reference/network_error.h"
#include "tests/support/networks.h"

namespace lentil::reference {
namespace {

using Floats = std::vector<float>;
constexpr std::uint32_t kConv = 0, kNorm = 1;

char letter(LayerType type) {
  switch (type) {
    case LayerType::conv2d:
      return 'C';
    case LayerType::batch_norm2d:
      return 'N';
    case LayerType::relu:
      return 'R';
    case LayerType::dropout2d:
      return 'D';
    case LayerType::max_pool2d:
      return 'M';
    default:
      return '?';
  }
}
std::string order(std::string_view spec, Mode planned, const std::set<std::uint32_t>& frozen = {}) {
  const auto file = test::network(spec);
  std::string letters;
  for (const Node& node : graph(file.model(), planned, frozen)) letters += letter(node.layer.type);
  return letters;
}

// A 1x1 convolution with a batch-norm whose running statistics are no round numbers.
template <class T>
struct Normed {
  explicit Normed(Floats bias) {
    Layer norm = layer_of(LayerType::batch_norm2d);
    norm.out_features = 1;
    norm.epsilon = 1e-3f;
    model.add(conv2d_layer(1, 1, {1, 1}), "conv", {0.3f}, std::move(bias));
    model.add(norm, "norm", {0.7f}, {0.2f});
  }
  Network<T> network() const {
    Network<T> result(model.model());
    result.tensor(kNorm, Slot::running_mean) = {static_cast<T>(0.6f)};
    result.tensor(kNorm, Slot::running_var) = {static_cast<T>(0.9f)};
    return result;
  }
  MemoryModel model{Shape{.channels = 1, .height = 1, .width = 2}};
};

}  // namespace

TEST_CASE("in training a dropout2d between a convolution and a max-pool acts behind the pool") {
  const auto ordered = [](std::string_view spec) { return order(spec, Mode::train); };
  CHECK(ordered("conv 2 k1, dropout2d 0.5, maxpool 2") == "CMD");
  CHECK(ordered("conv 2 k1, dropout2d 0.5, relu, maxpool 2") == "CRMD");
  CHECK(ordered("conv 2 k1, relu, dropout2d 0.5, maxpool 2") == "CRMD");
  CHECK(ordered("conv 2 k1, dropout2d 0.5, maxpool 2, relu") == "CMDR");
}

TEST_CASE("a dropout2d keeps its place where it may not be swapped with what lies before the max-pool") {
  const auto ordered = [](std::string_view spec) { return order(spec, Mode::train); };
  CHECK(ordered("conv 2 k1, dropout2d 0.5, tanh, maxpool 2") == "CD?M");
  CHECK(ordered("conv 2 k1, dropout2d 0.5, avgpool 2") == "CD?");
  CHECK(ordered("conv 2 k1, dropout2d 0.5, relu") == "CDR");
  CHECK(ordered("conv 2 k1, tanh, dropout2d 0.5, maxpool 2") == "C?DM");
  CHECK(ordered("relu, dropout2d 0.5, maxpool 2") == "RDM");
  CHECK(ordered("conv 2 k1, dropout2d 0.5, dropout2d 0.5, maxpool 2") == "CDDM");
  CHECK(ordered("conv 2 k1, bn, dropout2d 0.5, maxpool 2") == "CNDM");
  CHECK(order("conv 2 k1, bn, dropout2d 0.5, maxpool 2", Mode::train, {kNorm}) == "CNMD");
  CHECK(order("conv 2 k1, dropout2d 0.5, maxpool 2", Mode::infer) == "CDM");
}

TEST_CASE("a dropout2d moves with the number that keys its masks") {
  const auto file = test::network("conv 2 k1, dropout2d 0.5, relu, maxpool 2");
  const auto nodes = graph(file.model(), Mode::train, {});
  REQUIRE(nodes.size() == 4);
  CHECK(nodes[1].index == 2);
  CHECK(nodes[2].index == 3);
  CHECK(nodes[3].index == 1);
}

TEST_CASE(
    "batch-norm is folded for inference and where it is frozen, into a convolution that it alone reads") {
  const auto folds = [](std::string_view spec, Mode planned, const std::set<std::uint32_t>& frozen) {
    const auto file = test::network(spec);
    bool any = false;
    for (const Node& node : graph(file.model(), planned, frozen)) any = any || node.folded;
    return any;
  };
  CHECK(folds("conv 2 k1, bn", Mode::infer, {}));
  CHECK(folds("conv 2 k1, bn", Mode::train, {kNorm}));
  CHECK_FALSE(folds("conv 2 k1, bn", Mode::train, {}));
  CHECK_FALSE(folds("conv 2 k1, bn", Mode::train, {kConv}));
  CHECK_FALSE(folds("conv 2 k1, relu, bn", Mode::infer, {}));
  CHECK(folds("conv 2 k1, dropout 0.5, bn", Mode::infer, {}));
  CHECK_FALSE(folds("conv 2 k1, dropout 0.5, bn", Mode::train, {2}));
  Normed<float> twice({});
  twice.model.add(layer_of(LayerType::add), "twice", {}, {}, {0, 1});
  for (const Node& node : graph(twice.model.model(), Mode::infer, {})) CHECK_FALSE(node.folded);
}

TEST_CASE("a folded batch-norm scales the weights, and the bias with one fma") {
  const bool with_bias = GENERATE(false, true);
  const Normed<float> normed(with_bias ? Floats{0.4f} : Floats{});
  const auto a = batch_norm_affine<float>(Floats{0.7f}, Floats{0.2f}, Floats{0.6f}, Floats{0.9f}, 1e-3f);
  const float weight = 0.3f * a.scale[0], bias = std::fma(with_bias ? 0.4f : 0.0f, a.scale[0], a.shift[0]);
  const auto unfolded = [&](float x) {
    return std::fma(std::fma(x, 0.3f, with_bias ? 0.4f : 0.0f), a.scale[0], a.shift[0]);
  };
  const Floats x{0.3f, 0.7f};
  const auto y = normed.network().infer(x);
  REQUIRE(y != Floats{unfolded(x[0]), unfolded(x[1])});
  CHECK(y == Floats{std::fma(x[0], weight, bias), std::fma(x[1], weight, bias)});
  CHECK(normed.network().infer(x, Mode::train) == Floats{unfolded(x[0]), unfolded(x[1])});
}

TEST_CASE("gradients through a folded batch-norm are those of the original weights") {
  const Normed<double> normed({0.4f});
  auto network = normed.network();
  network.freeze(kNorm);
  const std::vector<double> x{0.1, 0.7, -0.3, 0.2};
  const Targets<double> targets{.loss = Loss::mse, .values = {0.3, -0.5, 0.2, 0.9}};
  REQUIRE(network.gradients(x, targets).parameters[kConv][1].size() == 1);
  CHECK(network_error(network, x, targets) < 1e-6);
}

}  // namespace lentil::reference
