// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as
// easy as 1, 2, 3", SC 2011). A number depends on its key alone, so masks need no memory and no order.
#pragma once
#include <array>
#include <cstdint>

namespace lentil::kernels {

// What a number is for: keeps the streams of one seed apart.
enum class RandomUse : std::uint32_t {
  dropout = 0,
  initial_weights = 1,
  shuffle = 2,
  synth = 3,
  augment = 4,
  hold_out = 5,
};

// The address of a sequence of numbers: `index` counts channels, units or elements inside it.
struct RandomKey {
  std::uint64_t seed = 0;
  RandomUse use = RandomUse::dropout;
  std::uint32_t layer = 0;     // < 2^24
  std::uint32_t step = 0;      // dropout: training step; shuffle: epoch; synth: sample
  std::uint32_t position = 0;  // dropout: place in the batch; initial weights: Slot
};

constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::uint32_t key0,
                                                  std::uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = 0xD2511F53ull * counter[0];
    const std::uint64_t b = 0xCD9E8D57ull * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key0, static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key1, static_cast<std::uint32_t>(a)};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return counter;
}

constexpr std::uint32_t random_bits(const RandomKey& key, std::uint32_t index) {
  const auto words =
      philox4x32({index / 4, key.position, key.step, static_cast<std::uint32_t>(key.use) << 24 | key.layer},
                 static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32));
  return words[index % 4];
}

// Uniform in [0, 1), a multiple of 2^-24: exact in float32.
constexpr float random_uniform(const RandomKey& key, std::uint32_t index) {
  return static_cast<float>(random_bits(key, index) >> 8) * 0x1p-24f;
}

// Factor of one unit or channel under dropout: 0 or 1 / (1 - rate).
constexpr float dropout_factor(const RandomKey& key, std::uint32_t index, float rate) {
  return random_uniform(key, index) < rate ? 0.0f : 1.0f / (1.0f - rate);
}

}  // namespace lentil::kernels
