#include "tools/timing.h"

#include <catch2/catch.hpp>

using namespace lentil::tools;

TEST_CASE("quantiles are values that occurred, whatever the order they came in") {
  CHECK(quantile({7}, 0.5) == 7);
  CHECK(quantile({7}, 0.99) == 7);
  CHECK(quantile({3, 1, 2}, 0.5) == 2);
  CHECK(quantile({4, 1, 3, 2}, 0.5) == 2);
  CHECK(quantile({4, 1, 3, 2}, 1) == 4);
  CHECK(quantile({4, 1, 3, 2}, 0) == 1);
}

TEST_CASE("one slow call in a hundred is not yet in the 99th percentile, two are") {
  std::vector<float> calls(100, 1.0f);
  calls[17] = 50;
  CHECK(quantile(calls, 0.99) == 1);
  calls[63] = 60;
  CHECK(quantile(calls, 0.99) == 50);
}
