// Choices that depend on a seed alone.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kernels/philox.h"

namespace lentil::test {

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : key_{seed, kernels::RandomUse::synth} {}

  std::uint32_t below(std::uint32_t n) { return kernels::random_bits(key_, thrown_++) % n; }
  std::uint32_t between(std::uint32_t low, std::uint32_t high) { return low + below(high - low + 1); }
  bool once_in(std::uint32_t n) { return below(n) == 0; }
  float uniform(float low, float high) {
    return low + (high - low) * kernels::random_uniform(key_, thrown_++);
  }
  void fill(std::span<float> values, float low, float high) {
    for (float& value : values) value = uniform(low, high);
  }

  std::string number(std::uint32_t low, std::uint32_t high) { return std::to_string(between(low, high)); }
  template <std::size_t N>
  std::string one_of(const std::array<const char*, N>& words) {
    return words[below(N)];
  }
  template <class T>
  const T& one_of(const std::vector<T>& things) {
    return things[below(static_cast<std::uint32_t>(things.size()))];
  }

 private:
  kernels::RandomKey key_;
  std::uint32_t thrown_ = 0;
};

}  // namespace lentil::test
