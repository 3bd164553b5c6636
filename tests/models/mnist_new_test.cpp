#include "models/mnist_new.h"

#include <catch2/catch.hpp>

namespace lentil::models {
namespace {

TEST_CASE("mnist_new drops single values under the names of pytorch/examples") {
  const formats::ModelFile file = mnist_new();
  std::vector<std::string> names;
  for (const auto& layer : file.layers) {
    if (layer.settings.type == LayerType::dropout) names.push_back(layer.name);
    CHECK(layer.settings.type != LayerType::dropout2d);
  }
  CHECK(names == std::vector<std::string>{"dropout1", "dropout2"});
}

}  // namespace
}  // namespace lentil::models
