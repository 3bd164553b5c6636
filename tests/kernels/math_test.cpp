#include "kernels/math.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace lentil;

namespace {

// Distance in units of the last place of the exact value rounded to float32.
double ulps(float got, double exact) {
  const float rounded = std::max(std::abs(static_cast<float>(exact)), std::numeric_limits<float>::min());
  const double unit = static_cast<double>(std::nextafter(rounded, std::numeric_limits<float>::infinity())) -
                      static_cast<double>(rounded);
  return std::abs(static_cast<double>(got) - exact) / unit;
}

// The worst error over every 1009th float32 (a prime, so that all exponents and low bits occur).
template <class Ours, class Exact>
double worst_error(Ours ours, Exact exact) {
  double worst = 0;
  for (std::uint64_t bits = 0; bits < (1ull << 32); bits += 1009) {
    const float x = kernels::bits_float(static_cast<std::uint32_t>(bits));
    const double y = exact(static_cast<double>(x));
    if (std::isnan(y) || std::abs(y) > static_cast<double>(std::numeric_limits<float>::max())) continue;
    worst = std::max(worst, ulps(ours(x), y));
  }
  return worst;
}

}  // namespace

TEST_CASE("exp, log, tanh and sigmoid are within 2 units of the last place") {
  CHECK(worst_error([](float x) { return kernels::exp(x); }, [](double x) { return std::exp(x); }) < 2);
  CHECK(worst_error([](float x) { return kernels::log(x); }, [](double x) { return std::log(x); }) < 2);
  CHECK(worst_error([](float x) { return kernels::tanh(x); }, [](double x) { return std::tanh(x); }) < 2);
  CHECK(worst_error([](float x) { return kernels::sigmoid(x); },
                    [](double x) { return 1 / (1 + std::exp(-x)); }) < 2);
}

TEST_CASE("e^x - 1 is within 2 units of the last place for x <= 0") {
  double worst = 0;
  for (std::uint32_t bits = kernels::float_bits(-0.0f); bits < kernels::float_bits(-200.0f); bits += 101) {
    const float x = kernels::bits_float(bits);
    worst = std::max(worst, ulps(kernels::exp_minus_one(x), std::expm1(static_cast<double>(x))));
  }
  CHECK(worst < 2);
}

// A root in double has more than twice the digits of a float: rounding it once more gives the nearest float.
TEST_CASE("square roots are the nearest floats") {
  std::size_t wrong = 0;
  for (std::uint32_t bits = 0; bits < kernels::float_bits(std::numeric_limits<float>::infinity());
       bits += 1009) {
    const float x = kernels::bits_float(bits);
    wrong += kernels::sqrt(x) != static_cast<float>(std::sqrt(static_cast<double>(x)));
  }
  CHECK(wrong == 0);
}

TEST_CASE("the cosine of pi x is within 2 units of the last place on [0, 1]") {
  double worst = 0;
  for (std::uint32_t bits = 0; bits <= kernels::float_bits(1.0f); bits += 101) {
    const float x = kernels::bits_float(bits);
    const double from_middle = 0.5 - static_cast<double>(x);  // exact, and the sine is accurate at zero
    worst = std::max(worst, ulps(kernels::cos_pi(x), std::sin(std::acos(-1.0) * from_middle)));
  }
  CHECK(worst < 2);
  CHECK(kernels::cos_pi(0.0f) == 1.0f);
  CHECK(kernels::cos_pi(0.5f) == 0.0f);
  CHECK(kernels::cos_pi(1.0f) == -1.0f);
}

TEST_CASE("elementary functions end well at their ends") {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(kernels::exp(0.0f) == 1.0f);
  CHECK(kernels::exp(89.0f) == inf);
  CHECK(kernels::exp(-inf) == 0.0f);
  CHECK(std::isnan(kernels::exp(nan)));
  CHECK(kernels::exp_minus_one(0.0f) == 0.0f);
  CHECK(kernels::exp_minus_one(-0x1p-149f) == -0x1p-149f);
  CHECK(kernels::exp_minus_one(-200.0f) == -1.0f);
  CHECK(kernels::exp_minus_one(-inf) == -1.0f);
  CHECK(std::isnan(kernels::exp_minus_one(nan)));
  CHECK(kernels::sqrt(0.0f) == 0.0f);
  CHECK(kernels::sqrt(inf) == inf);
  CHECK(std::isnan(kernels::sqrt(-1.0f)));
  CHECK(kernels::log(1.0f) == 0.0f);
  CHECK(kernels::log(0.0f) == -inf);
  CHECK(kernels::log(inf) == inf);
  CHECK(std::isnan(kernels::log(-1.0f)));
  CHECK(kernels::tanh(inf) == 1.0f);
  CHECK(kernels::tanh(-inf) == -1.0f);
  CHECK(kernels::sigmoid(-200.0f) == 0.0f);
  CHECK(kernels::sigmoid(200.0f) == 1.0f);
  CHECK(std::isnan(kernels::tanh(nan)));
  CHECK(std::isnan(kernels::sigmoid(nan)));
}
