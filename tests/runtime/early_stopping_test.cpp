#include "runtime/early_stopping.h"

#include <catch2/catch.hpp>
#include <limits>

using lentil::EarlyStopping;

TEST_CASE("early stopping waits so many epochs for a better loss") {
  EarlyStopping stopping{.patience = 2};
  CHECK(stopping.improved(1.0f));
  CHECK_FALSE(stopping.improved(1.0f));
  CHECK_FALSE(stopping.should_stop());
  CHECK(stopping.improved(0.5f));
  CHECK_FALSE(stopping.improved(0.75f));
  CHECK_FALSE(stopping.should_stop());
  CHECK_FALSE(stopping.improved(0.625f));
  CHECK(stopping.should_stop());
  CHECK(stopping.best == 0.5f);
  CHECK(stopping.waited == 2);
}

TEST_CASE("a loss that is hardly better does not count, nor does one that is no number") {
  EarlyStopping stopping{.patience = 9, .min_delta = 0.25f};
  CHECK(stopping.improved(1.0f));
  CHECK_FALSE(stopping.improved(0.75f));
  CHECK_FALSE(stopping.improved(std::numeric_limits<float>::quiet_NaN()));
  CHECK(stopping.improved(0.5f));
  CHECK(stopping.best == 0.5f);
}

TEST_CASE("without patience nothing is ever stopped") {
  EarlyStopping stopping;
  stopping.improved(0);
  for (int epoch = 0; epoch < 100; ++epoch) CHECK_FALSE(stopping.improved(1));
  CHECK_FALSE(stopping.should_stop());
}
