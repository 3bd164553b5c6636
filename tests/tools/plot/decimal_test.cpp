#include "tools/plot/decimal.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace lentil::plot;

TEST_CASE("decimals are rounded half away from zero") {
  CHECK(decimal(1.25, 1) == "1.3");
  CHECK(decimal(-1.25, 1) == "-1.3");
  CHECK(decimal(0, 2) == "0.00");
  CHECK(decimal(-0.5403, 4) == "-0.5403");
  CHECK(decimal(42.3, 0) == "42");
  CHECK(decimal(99.96, 1) == "100.0");
}

TEST_CASE("numbers that do not fit their digits get an exponent") {
  CHECK(decimal(1.5e-9, 2) == "1.50e-9");
  CHECK(decimal(-0.004, 2) == "-4.00e-3");
  CHECK(decimal(3e20, 2) == "3.00e20");
  CHECK(decimal(std::numeric_limits<double>::infinity(), 2) == "inf");
  CHECK(decimal(std::numeric_limits<double>::quiet_NaN(), 2) == "nan");
}

TEST_CASE("units and a power of ten are written exactly") {
  CHECK(scaled_decimal(25, -2) == "0.25");
  CHECK(scaled_decimal(-5, -1) == "-0.5");
  CHECK(scaled_decimal(10, -1) == "1");
  CHECK(scaled_decimal(0, 3) == "0");
  CHECK(scaled_decimal(15, 2) == "1500");
  CHECK(scaled_decimal(3, 7) == "3e7");
  CHECK(scaled_decimal(2, -9) == "2e-9");
}

TEST_CASE("coordinates are tenths without needless zeros") {
  CHECK(coordinate(12.34) == "12.3");
  CHECK(coordinate(-0.04) == "0");
  CHECK(coordinate(-2.5) == "-2.5");
  CHECK(coordinate(7) == "7");
}
