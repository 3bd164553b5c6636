#include "formats/initial_weights.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "kernels/philox.h"
#include "models/lenet.h"

namespace lentil::formats {
namespace {

TEST_CASE("initial weights lie in PyTorch's interval and fill it") {
  ModelFile file = models::lenet();
  initialize(file, 4);
  for (const auto& [index, inputs] : {std::pair{0, 25}, {3, 250}, {8, 320}, {11, 50}}) {
    const auto& weights = file.layers[static_cast<std::size_t>(index)].tensor(Slot::weight);
    const float bound = 1 / std::sqrt(static_cast<float>(inputs));
    const auto [least, most] = std::minmax_element(weights.begin(), weights.end());
    CHECK(*least >= -bound);
    CHECK(*most < bound);
    CHECK(*least < -0.9f * bound);
    CHECK(*most > 0.9f * bound);
    for (const float bias : file.layers[static_cast<std::size_t>(index)].tensor(Slot::bias)) {
      CHECK(std::abs(bias) <= bound);
    }
  }
}

TEST_CASE("an initial weight is a function of seed, layer, slot and place") {
  ModelFile file = models::lenet();
  initialize(file, 0x123456789);
  const kernels::RandomKey key{0x123456789, kernels::RandomUse::initial_weights, 8, 0, 1};
  const float bound = 1.0f / std::sqrt(320.0f);
  CHECK(file.layers[8].tensor(Slot::bias)[7] == (2 * kernels::random_uniform(key, 7) - 1) * bound);
}

TEST_CASE("another seed gives other weights, the same seed the same") {
  ModelFile a = models::lenet(), b = models::lenet(), c = models::lenet();
  initialize(a, 1);
  initialize(b, 1);
  initialize(c, 2);
  CHECK(weights_hash(a.model()) == weights_hash(b.model()));
  CHECK(weights_hash(a.model()) != weights_hash(c.model()));
}

}  // namespace
}  // namespace lentil::formats
