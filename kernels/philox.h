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
  tensor = 6,
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

constexpr std::array<std::uint32_t, 4> random_words(const RandomKey& key, std::uint32_t block) {
  return philox4x32({block, key.position, key.step, static_cast<std::uint32_t>(key.use) << 24 | key.layer},
                    static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32));
}
constexpr std::uint32_t random_bits(const RandomKey& key, std::uint32_t index) {
  return random_words(key, index / 4)[index % 4];
}

// Uniform in [0, 1), a multiple of 2^-24: exact in float32.
constexpr float uniform_of_bits(std::uint32_t bits) { return static_cast<float>(bits >> 8) * 0x1p-24f; }
constexpr float random_uniform(const RandomKey& key, std::uint32_t index) {
  return uniform_of_bits(random_bits(key, index));
}

// Factors of units or channels under dropout: 0 or 1 / (1 - rate). In order they cost a quarter of the words.
class DropoutFactors {
 public:
  constexpr DropoutFactors(const RandomKey& key, float rate)
      : key_(key), rate_(rate), kept_(1.0f / (1.0f - rate)), words_(random_words(key, 0)) {}
  constexpr float operator()(std::uint32_t index) {
    if (index / 4 != block_) words_ = random_words(key_, block_ = index / 4);
    return uniform_of_bits(words_[index % 4]) < rate_ ? 0.0f : kept_;
  }

 private:
  RandomKey key_;
  float rate_, kept_;
  std::uint32_t block_ = 0;
  std::array<std::uint32_t, 4> words_;
};
constexpr float dropout_factor(const RandomKey& key, std::uint32_t index, float rate) {
  return DropoutFactors(key, rate)(index);
}

}  // namespace lentil::kernels
