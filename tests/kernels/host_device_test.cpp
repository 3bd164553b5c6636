#include "kernels/host_device.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "kernels/philox.h"

using namespace lentil;

namespace {

// Random bits with all exponents, with nearby ones (where sums cancel), or with tiny ones (subnormal
// results).
float random_float(std::uint32_t bits, std::uint32_t kind) {
  if (kind == 1) bits = (bits & 0x80ffffffu) | 0x3f000000u;
  if (kind == 2) bits &= 0x83ffffffu;
  return __builtin_bit_cast(float, bits);
}

}  // namespace

TEST_CASE("the fma made of doubles rounds once, as the hardware's does") {
  const kernels::RandomKey key{42, kernels::RandomUse::synth};
  std::uint32_t wrong = 0;
  for (std::uint32_t i = 0; i < 3'000'000; i += 3) {
    const std::uint32_t kind = i / 3 % 3;
    const float a = random_float(kernels::random_bits(key, i), kind);
    const float b = random_float(kernels::random_bits(key, i + 1), kind);
    const float c = random_float(kernels::random_bits(key, i + 2), kind);
    const float ours = kernels::soft_fma(a, b, c);
    const float exact = std::fma(a, b, c);
    if (ours != exact && !(std::isnan(ours) && std::isnan(exact))) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("fma of the tie that double rounding gets wrong") {
  // The exact sum lies just above half way between 1 and 1 + 2^-23; through double it would lie on it.
  const float a = 1.0f + 0x1p-12f, b = 0x1p-12f * (1.0f - 0x1p-12f);
  CHECK(kernels::soft_fma(a, b, 1.0f) == std::fma(a, b, 1.0f));
  CHECK(kernels::soft_fma(0x1p-60f, 0x1p-60f, 1.0f + 0x1p-23f) == 1.0f + 0x1p-23f);
}
