#include "kernels/philox.h"

#include <catch2/catch.hpp>

using namespace lentil::kernels;

TEST_CASE("Philox4x32-10 gives the known answers of its authors") {
  // From kat_vectors of the Random123 library.
  CHECK(philox4x32({0, 0, 0, 0}, 0, 0) ==
        std::array<std::uint32_t, 4>{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u});
  CHECK(philox4x32({~0u, ~0u, ~0u, ~0u}, ~0u, ~0u) ==
        std::array<std::uint32_t, 4>{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu});
  CHECK(philox4x32({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u}, 0xa4093822u, 0x299f31d0u) ==
        std::array<std::uint32_t, 4>{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u});
}

TEST_CASE("every part of a random key makes a stream of its own") {
  const RandomKey key{.seed = 1, .use = RandomUse::dropout, .layer = 2, .step = 3, .position = 4};
  RandomKey other = key;
  other.seed = 1ull << 32 | 1;
  CHECK(random_bits(key, 5) != random_bits(other, 5));
  other = key;
  other.use = RandomUse::shuffle;
  CHECK(random_bits(key, 5) != random_bits(other, 5));
  other = key;
  other.layer = 3;
  CHECK(random_bits(key, 5) != random_bits(other, 5));
  other = key;
  other.step = 4;
  CHECK(random_bits(key, 5) != random_bits(other, 5));
  other = key;
  other.position = 5;
  CHECK(random_bits(key, 5) != random_bits(other, 5));
  CHECK(random_bits(key, 5) != random_bits(key, 6));
}

TEST_CASE("dropout keeps the share of units that it should, scaled") {
  const RandomKey key{.seed = 9, .layer = 1, .step = 1};
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    const float factor = dropout_factor(key, i, 0.3f);
    CHECK((factor == 0 || factor == 1.0f / (1.0f - 0.3f)));
    if (factor != 0) ++kept;
  }
  CHECK(kept > 69'000);
  CHECK(kept < 71'000);
}
