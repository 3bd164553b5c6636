#include "tests/kernels/support.h"

using namespace lentil::test;

TEST_CASE("the chains of fma do as many multiply-adds as they say") {
  for (const std::int64_t rounds : {1, 7, 100}) {
    float none = 0, one = 1, two = 2;
    const std::int64_t count = kernel_table().fma_chains(rounds, &none);
    CHECK(count == kernel_table().fma_chains(rounds, &one));
    kernel_table().fma_chains(rounds, &two);
    CHECK(count % rounds == 0);
    // Small whole numbers: exact.
    CHECK(one - none == static_cast<float>(count));
    CHECK(two - none == static_cast<float>(4 * count));
  }
}

TEST_CASE("chains of no rounds do nothing") {
  float value = 3;
  CHECK(kernel_table().fma_chains(0, &value) == 0);
}
