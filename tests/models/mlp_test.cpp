#include "models/mlp.h"

#include <catch2/catch.hpp>

namespace lentil::models {
namespace {

TEST_CASE("mlp has the sizes 784-128-64-10") {
  const formats::ModelFile file = mlp();
  REQUIRE(file.layers.size() == 7);
  CHECK(file.layers[1].tensor(Slot::weight).size() == 784 * 128);
  CHECK(file.layers[3].tensor(Slot::weight).size() == 128 * 64);
  CHECK(file.layers[5].tensor(Slot::weight).size() == 64 * 10);
  CHECK(file.layers[6].settings.type == LayerType::log_softmax);
}

}  // namespace
}  // namespace lentil::models
