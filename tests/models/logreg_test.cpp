#include "models/logreg.h"

#include <catch2/catch.hpp>

namespace lentil::models {
namespace {

TEST_CASE("logreg is one linear layer on the pixels") {
  const formats::ModelFile file = logreg();
  REQUIRE(file.layers.size() == 3);
  CHECK(file.layers[1].settings.type == LayerType::linear);
  CHECK(file.layers[1].tensor(Slot::weight).size() == 7840);
  CHECK(file.layers[1].tensor(Slot::bias).size() == 10);
}

}  // namespace
}  // namespace lentil::models
