#include "tools/multiply_adds.h"

#include <catch2/catch.hpp>

#include "models/lenet.h"
#include "tests/support/networks.h"

using namespace lentil;
using namespace lentil::tools;

namespace {

formats::ModelFile network(const char* spec) { return test::network(spec); }

}  // namespace

TEST_CASE("LeNet is 480,500 multiply-adds, 1,297,500 in training") {
  const formats::ModelFile lenet = models::lenet();
  CHECK(multiply_adds(lenet.model()) == 480'500);
  CHECK(training_multiply_adds(lenet.model()) == 1'297'500);
  const auto counts = layer_multiply_adds(lenet.model());
  REQUIRE(counts.size() == lenet.layers.size());
  CHECK(counts[0] == 144'000);
  CHECK(counts[3] == 320'000);
}

TEST_CASE("strides, padding and groups of a convolution count") {
  CHECK(multiply_adds(network("conv 4 k3 p1").model()) == 28 * 28 * 4 * 9);
  CHECK(multiply_adds(network("conv 4 k3 p1 s2").model()) == 14 * 14 * 4 * 9);
  CHECK(multiply_adds(network("conv 4 k1, conv 4 k3 p1 g4").model()) == 28 * 28 * (4 + 4 * 9));
}

TEST_CASE("layers without a matrix are no multiply-adds") {
  CHECK(multiply_adds(network("maxpool 2, relu, flatten, softmax").model()) == 0);
  CHECK(multiply_adds(network("bn, relu, flatten, linear 3").model()) == 784 * 3);
}

TEST_CASE("the input's gradient counts where weights lie before it") {
  CHECK(training_multiply_adds(network("flatten, linear 10").model()) == 2 * 7'840);
  CHECK(training_multiply_adds(network("bn, flatten, linear 10").model()) == 3 * 7'840);
  CHECK(training_multiply_adds(network("flatten, linear 10, relu, linear 5").model()) == 2 * 7'840 + 3 * 50);
}
