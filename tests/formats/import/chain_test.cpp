#include "formats/import/chain.h"

#include <catch2/catch.hpp>
#include <numeric>

#include "formats/import/parameter_groups.h"
#include "models/lenet.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;

namespace {

constexpr Shape kDigit{1, 28, 28};

NamedTensor tensor(std::string name, std::vector<std::uint32_t> shape) {
  std::size_t count = 1;
  for (const std::uint32_t side : shape) count *= side;
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 1.0f);
  return {std::move(name), std::move(shape), std::move(values), "float32"};
}

WeightFile lenet_weights(const std::string& prefix = "") {
  return {.tensors = {tensor(prefix + "conv1.weight", {10, 1, 5, 5}), tensor(prefix + "conv1.bias", {10}),
                      tensor(prefix + "conv2.weight", {20, 10, 5, 5}), tensor(prefix + "conv2.bias", {20}),
                      tensor(prefix + "fc1.weight", {50, 320}), tensor(prefix + "fc1.bias", {50}),
                      tensor(prefix + "fc2.weight", {10, 50}), tensor(prefix + "fc2.bias", {10})},
          .modules = {}};
}

BoundNetwork bound(std::string_view line, const WeightFile& weights, const Shape& input = kDigit) {
  const auto chain = parse_chain(line);
  INFO((chain ? "" : chain.error().message));
  REQUIRE(chain);
  auto network = bind_chain(*chain, weights, input);
  INFO((network ? "" : network.error().message));
  REQUIRE(network);
  return std::move(*network);
}

std::string refusal(std::string_view line, const WeightFile& weights) {
  const auto chain = parse_chain(line);
  if (!chain) return chain.error().message;
  const auto network = bind_chain(*chain, weights, kDigit);
  REQUIRE_FALSE(network);
  return network.error().message;
}

std::vector<LayerType> types_of(const ModelFile& file) {
  std::vector<LayerType> types;
  for (const LayerData& layer : file.layers) types.push_back(layer.settings.type);
  return types;
}

}  // namespace

TEST_CASE("a chain in either spelling takes its sizes from the weights") {
  const auto line = GENERATE(
      "conv:conv1 maxpool2 relu conv:conv2 dropout maxpool2 relu flatten fc:fc1 relu dropout fc:fc2 "
      "logsoftmax",
      "conv @conv1, maxpool 2, relu, conv @conv2, dropout, maxpool 2, relu, linear @fc1, relu, dropout, "
      "linear @fc2, "
      "logsoftmax",
      "conv 10 k5, maxpool 2, relu, conv 20 k5, dropout, maxpool 2, relu, flatten, linear 50, relu, dropout, "
      "linear "
      "10, logsoftmax");
  const BoundNetwork network = bound(line, lenet_weights());
  REQUIRE(network.file.layers.size() == 13);
  CHECK(network.file.layers[3].tensor(Slot::weight) == tensor("", {20, 10, 5, 5}).values);
  CHECK(network.file.layers[11].name == "fc2");
  CHECK(network.used.size() == 8);
}

TEST_CASE("the short spelling knows pools, slopes and paddings") {
  const WeightFile weights{.tensors = {tensor("a.weight", {4, 1, 3, 3}), tensor("b.weight", {4, 1, 3, 3}),
                                       tensor("act.weight", {4}), tensor("head.weight", {2, 676})},
                           .modules = {}};
  const BoundNetwork network = bound(
      "conv:a:p1:s1 leakyrelu(0.2) maxpool3s1 conv:b:g4:p1 prelu:act avgpool2s2 elu tanh sigmoid fc:head "
      "softmax",
      weights);
  CHECK(types_of(network.file) ==
        std::vector<LayerType>{LayerType::conv2d, LayerType::leaky_relu, LayerType::max_pool2d,
                               LayerType::conv2d, LayerType::prelu, LayerType::avg_pool2d, LayerType::elu,
                               LayerType::tanh, LayerType::sigmoid, LayerType::flatten, LayerType::linear,
                               LayerType::softmax});
  CHECK(network.file.layers[1].settings.slope == 0.2f);
  CHECK(network.file.layers[2].settings.stride == Extent{1, 1});
  CHECK(network.file.layers[3].settings.groups == 4);
  CHECK(network.file.layers[0].tensor(Slot::bias).empty());
}

TEST_CASE("transposed weights and whole tensors are turned and named") {
  const WeightFile weights{
      .tensors = {tensor("k", {2, 1, 1, 3}), tensor("W", {2352, 2}), tensor("b", {1, 2})}, .modules = {}};
  const BoundNetwork network =
      bound("convT:k fcT:W+b",
            {.tensors = {tensor("k", {1, 1, 1, 3}), weights.tensors[1], weights.tensors[2]}, .modules = {}});
  const LayerData& linear = network.file.layers.back();
  CHECK(linear.tensor(Slot::weight)[1] == 3);     // [in, out] = [2352, 2]: row 1, column 0
  CHECK(linear.tensor(Slot::weight)[2352] == 2);  // row 0, column 1
  CHECK(linear.tensor(Slot::bias) == std::vector<float>{1, 2});
  const BoundNetwork tall = bound("convT:k", weights);
  CHECK(tall.file.layers[0].settings.kernel == Extent{2, 1});
  CHECK(tall.file.layers[0].tensor(Slot::weight) == std::vector<float>{1, 4, 2, 5, 3, 6});
}

TEST_CASE("batch-norm comes with statistics, with or without scale") {
  const WeightFile weights{.tensors = {tensor("bn.running_mean", {1}), tensor("bn.running_var", {1}),
                                       tensor("fc.weight", {2, 784})},
                           .modules = {}};
  const BoundNetwork network = bound("bn:bn:eps0.001 fc:fc", weights);
  CHECK(network.file.layers[0].settings.epsilon == 0.001f);
  CHECK(network.file.layers[0].tensor(Slot::weight) == std::vector<float>{1});
  CHECK(network.file.layers[0].tensor(Slot::running_var) == std::vector<float>{1});
}

TEST_CASE("what does not fit together is named") {
  CHECK_THAT(refusal("conv:conv9 fc:fc1", lenet_weights()),
             Contains("conv9") && Contains("conv1, conv2, fc1, fc2"));
  CHECK_THAT(refusal("conv:conv1 fc:fc1", lenet_weights()), Contains("fc1") && Contains("50x320"));
  CHECK_THAT(refusal("conv:fc1", lenet_weights()), Contains("50x320"));
  CHECK_THAT(refusal("conv 11 k5 @conv1", lenet_weights()), Contains("10x1x5x5") && Contains("11x1x5x5"));
  CHECK_THAT(refusal("dense:fc1", lenet_weights()), Contains("dense:fc1") && Contains("fc:NAME"));
  CHECK_THAT(refusal("conv:conv1 swish fc:fc1", lenet_weights()), Contains("swish"));
  CHECK_THAT(refusal("fc:", lenet_weights()), Contains("fc:"));
  CHECK_THAT(refusal("linear 5, linear 5, linear 5", lenet_weights()), Contains("no weights left"));
}

TEST_CASE("a known network takes weights by name, else by order and shape") {
  CHECK(bind_network(models::lenet(), lenet_weights()));
  WeightFile renamed = lenet_weights();
  const std::vector<std::string> names{"a", "b", "c", "d"};
  for (std::size_t i = 0; i < 8; ++i)
    renamed.tensors[i].name = names[i / 2] + (i % 2 == 0 ? ".weight" : ".bias");
  const auto by_order = bind_network(models::lenet(), renamed);
  REQUIRE(by_order);
  CHECK(by_order->used.size() == 8);
  renamed.tensors[4].shape = {320, 50};
  CHECK_FALSE(bind_network(models::lenet(), renamed));
}

TEST_CASE("tensors are grouped by layer, whatever their endings") {
  const WeightFile weights{.tensors = {tensor("net.0.weight", {2, 2}), tensor("net.0.bias", {2}),
                                       tensor("net.bn.running_mean", {2}), tensor("net.scale_factor", {1}),
                                       tensor("net.dense/kernel", {2, 2}), tensor("net.lonely.bias", {2})},
                           .modules = {}};
  const ParameterGroups groups = parameter_groups(weights);
  REQUIRE(groups.groups.size() == 3);
  CHECK(groups.groups[0].name == "net.0");
  CHECK(groups.groups[1].running_mean != nullptr);
  CHECK(groups.groups[2].name == "net.dense");
  CHECK(groups.others == std::vector<std::string>{"net.scale_factor", "net.lonely.bias"});
}

TEST_CASE("a prefix that all names share is found, a layer's own name is none") {
  CHECK(common_prefix(lenet_weights()).empty());
  CHECK(common_prefix(lenet_weights("module.")) == "module.");
  CHECK(common_prefix(lenet_weights("model.net.")) == "model.net.");
  CHECK(common_prefix({.tensors = {tensor("fc.weight", {1, 1}), tensor("fc.bias", {1})}, .modules = {}})
            .empty());
  CHECK(common_prefix({}).empty());
}
