#include "formats/import/match.h"

#include <array>
#include <catch2/catch.hpp>

#include "models/lenet.h"
#include "models/lenet5.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;

namespace {

constexpr std::array kInputs{Shape{1, 28, 28}, Shape{1, 32, 32}};

NamedTensor tensor(std::string name, std::vector<std::uint32_t> shape) {
  std::size_t count = 1;
  for (const std::uint32_t side : shape) count *= side;
  return {std::move(name), std::move(shape), std::vector<float>(count, 0.5f), "float32"};
}

// Layers by name and shape of the weight; each has a bias.
using Layers = std::vector<std::pair<std::string, std::vector<std::uint32_t>>>;
WeightFile weights_of(const Layers& layers) {
  WeightFile weights;
  for (const auto& [name, shape] : layers) {
    weights.tensors.push_back(tensor(name + ".weight", shape));
    weights.tensors.push_back(tensor(name + ".bias", {shape[0]}));
  }
  return weights;
}

const Layers kLenet{
    {"conv1", {10, 1, 5, 5}}, {"conv2", {20, 10, 5, 5}}, {"fc1", {50, 320}}, {"fc2", {10, 50}}};
const Layers kLenet5{{"conv1", {6, 1, 5, 5}},
                     {"conv2", {16, 6, 5, 5}},
                     {"fc1", {120, 400}},
                     {"fc2", {84, 120}},
                     {"fc3", {10, 84}}};

ImportOptions options() {
  ImportOptions result;
  result.known = {{"lenet", models::lenet},
                  {"lenet_plain", models::lenet_plain},
                  {"lenet5", models::lenet5},
                  {"lenet5_tanh", models::lenet5_tanh}};
  return result;
}

Match matched(const WeightFile& weights, const ImportOptions& said = options()) {
  auto match = match_network(weights, said, kInputs);
  INFO((match ? "" : match.error().message));
  REQUIRE(match);
  return std::move(*match);
}

std::string refusal(const WeightFile& weights, const ImportOptions& said = options()) {
  const auto match = match_network(weights, said, kInputs);
  REQUIRE_FALSE(match);
  return match.error().message;
}

std::string all(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += sentence + "\n";
  return text;
}

std::size_t count(const ModelFile& file, LayerType type) {
  std::size_t layers = 0;
  for (const LayerData& layer : file.layers) layers += layer.settings.type == type;
  return layers;
}

}  // namespace

TEST_CASE("a network that Lentil knows is recognised by names and shapes") {
  const Match match = matched(weights_of(kLenet));
  CHECK_THAT(match.how, Contains("lenet, by the names and shapes"));
  CHECK(match.input_known);
  CHECK(match.network.file.layers.size() == models::lenet().layers.size());
  CHECK_THAT(all(match.assumed), !Contains("could as well"));  // dropout makes no difference
}

TEST_CASE("an ambiguity that changes results is said aloud") {
  CHECK_THAT(all(matched(weights_of(kLenet5)).assumed), Contains("lenet5_tanh"));
}

TEST_CASE("a prefix of all names does not hide a network, and other beginnings can be named") {
  Layers wrapped = kLenet;
  for (auto& layer : wrapped) layer.first = "module." + layer.first;
  CHECK_THAT(matched(weights_of(wrapped)).how, Contains("lenet"));
  ImportOptions said = options();
  said.renames = {{"c", "conv"}, {"f", "fc"}};
  const Layers shorter{
      {"c1", kLenet[0].second}, {"c2", kLenet[1].second}, {"f1", kLenet[2].second}, {"f2", kLenet[3].second}};
  CHECK_THAT(matched(weights_of(shorter), said).how, Contains("by the names and shapes"));
}

TEST_CASE("options say the network, by a line or by example") {
  ImportOptions said = options();
  said.arch = "conv:conv1 tanh avgpool2 conv:conv2 tanh avgpool2 fc:fc1 tanh fc:fc2";
  CHECK(count(matched(weights_of(kLenet), said).network.file, LayerType::tanh) == 3);
  const ModelFile like = models::lenet_plain();
  ImportOptions by_example = options();
  by_example.like = &like;
  CHECK(count(matched(weights_of(kLenet), by_example).network.file, LayerType::dropout) == 0);
  said.arch = "conv:conv1 fc:fc7";
  CHECK_THAT(refusal(weights_of(kLenet), said), Contains("fc7") && Contains("conv2 20x10x5x5"));
}

TEST_CASE("tensors that no layer takes are named") {
  ImportOptions said = options();
  said.arch = "conv:conv1 conv:conv2";
  CHECK_THAT(all(matched(weights_of(kLenet), said).assumed),
             Contains("not used: fc1.weight, fc1.bias, fc2.weight, fc2.bias"));
}

TEST_CASE("unknown names leave the shapes, if they fit together in one way only") {
  const Match match = matched(weights_of({{"a", {8, 1, 3, 3}}, {"b", {16, 8, 3, 3}}, {"head", {10, 400}}}));
  CHECK(count(match.network.file, LayerType::max_pool2d) == 2);
  CHECK(count(match.network.file, LayerType::relu) == 2);
  CHECK_FALSE(match.input_known);
  CHECK_THAT(all(match.assumed), Contains("ReLU and 2x2 maxima") && Contains("--arch"));
  CHECK_THAT(all(matched(weights_of({{"in", {30, 784}}, {"out", {10, 30}}})).assumed), !Contains("maxima"));
}

TEST_CASE("pictures of 32x32 are thought of where 28x28 does not work out") {
  CHECK(matched(weights_of({{"in", {30, 1024}}, {"out", {10, 30}}})).network.file.input == Shape{1, 32, 32});
}

TEST_CASE("numbers in names tell where nothing stands between two layers") {
  const Match dense = matched(weights_of({{"0", {30, 784}}, {"1", {20, 30}}, {"3", {10, 20}}}));
  CHECK(count(dense.network.file, LayerType::relu) == 1);
  const Match padded = matched(
      weights_of({{"f.0", {4, 1, 3, 3}}, {"f.2", {4, 4, 3, 3}}, {"f.5", {4, 4, 3, 3}}, {"f.7", {10, 784}}}));
  CHECK(count(padded.network.file, LayerType::max_pool2d) == 1);
}

TEST_CASE("several arrangements, or none, are refused with lines to choose from") {
  const WeightFile several = weights_of({{"a", {4, 1, 3, 3}}, {"b", {4, 4, 3, 3}}, {"head", {10, 784}}});
  CHECK_THAT(refusal(several), Contains("several would fit") && Contains("--arch 'conv @a p1"));
  CHECK_THAT(refusal(weights_of({{"a", {4, 1, 5, 5}}, {"head", {10, 23}}})),
             Contains("'head.weight' (10x23)"));
  CHECK_THAT(refusal({.tensors = {tensor("x", {3})}, .modules = {}}), Contains("its tensors: x 3"));
  CHECK_THAT(refusal({}), Contains("no tensors"));
  const WeightFile recurrent{.tensors = {tensor("gru.weight_ih_l0", {30, 10})}, .modules = {}};
  CHECK_THAT(refusal(recurrent), Contains("recurrent"));
}

TEST_CASE("a hundred convolutions do not make the search endless") {
  Layers many;
  for (int i = 0; i < 100; ++i) many.push_back({"c" + std::to_string(i), {1, 1, 3, 3}});
  many.push_back({"head", {10, 7}});
  CHECK_THAT(refusal(weights_of(many)), Contains("--arch"));
}

TEST_CASE("pickled modules in Sequentials tell their order, others only if they have their activations") {
  WeightFile weights = weights_of({{"net.0", {4, 1, 5, 5}}, {"net.4", {10, 144}}});
  weights.modules = {{"", "Sequential", {}},
                     {"net", "Sequential", {}},
                     {"net.0", "Conv2d", {{"stride", {2, 2}}, {"padding", {0, 0}}, {"kernel_size", {5, 5}}}},
                     {"net.1", "Tanh", {}},
                     {"net.2", "AvgPool2d", {{"kernel_size", {2}}, {"stride", {2}}}},
                     {"net.3", "Flatten", {}},
                     {"net.4", "Linear", {}}};
  const Match exact = matched(weights);
  CHECK_THAT(exact.how, Contains("Sequential"));
  CHECK(exact.network.file.layers[1].settings.type == LayerType::tanh);
  CHECK(exact.network.file.layers[0].settings.stride == Extent{2, 2});
  weights.modules[0].type = "Net";
  CHECK_THAT(all(matched(weights).assumed), Contains("registered"));
  std::erase_if(weights.modules,
                [](const ModuleNote& m) { return m.type == "Tanh" || m.type == "AvgPool2d"; });
  const Match guessed = matched(weights);
  CHECK_THAT(guessed.how, Contains("shapes"));
  CHECK(guessed.network.file.layers[0].settings.stride == Extent{2, 2});
}
