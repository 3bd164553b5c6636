#include "models/lenet.h"

#include <catch2/catch.hpp>

namespace lentil::models {
namespace {

std::size_t parameters(const formats::ModelFile& file) {
  std::size_t sum = 0;
  for (const auto& layer : file.layers) {
    for (const auto& tensor : layer.tensors) sum += tensor.size();
  }
  return sum;
}

TEST_CASE("lenet has the tutorial's parameters under the tutorial's names") {
  const formats::ModelFile file = lenet();
  CHECK(parameters(file) == 21840);
  struct Expected {
    std::string name;
    std::size_t weights, biases;
  };
  std::vector<Expected> expected{
      {"conv1", 250, 10}, {"conv2", 5000, 20}, {"fc1", 16000, 50}, {"fc2", 500, 10}};
  auto next = expected.begin();
  for (const auto& layer : file.layers) {
    if (layer.tensor(Slot::weight).empty()) continue;
    REQUIRE(next != expected.end());
    CHECK(layer.name == next->name);
    CHECK(layer.tensor(Slot::weight).size() == next->weights);
    CHECK(layer.tensor(Slot::bias).size() == next->biases);
    ++next;
  }
  CHECK(next == expected.end());
}

TEST_CASE("lenet runs its layers in the tutorial's order") {
  using enum LayerType;
  const std::vector order{conv2d,  max_pool2d, relu, conv2d,  dropout2d, max_pool2d, relu,
                          flatten, linear,     relu, dropout, linear,    log_softmax};
  const formats::ModelFile file = lenet();
  REQUIRE(file.layers.size() == order.size());
  for (std::size_t i = 0; i < order.size(); ++i) CHECK(file.layers[i].settings.type == order[i]);
  CHECK(file.layers[4].name == "conv2_drop");
  CHECK(file.layers[4].settings.rate == 0.5f);
  CHECK(file.layers[10].settings.rate == 0.5f);
}

}  // namespace
}  // namespace lentil::models
