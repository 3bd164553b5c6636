// Random numbers one after the other, for what is drawn or distorted: a key gives the same ones everywhere.
#pragma once
#include <array>
#include <cstdint>

#include "kernels/philox.h"

namespace lentil::formats {

class RandomStream {
 public:
  explicit RandomStream(const kernels::RandomKey& key) : key_(key) {}

  std::uint32_t bits() {
    if (next_ % 4 == 0) words_ = kernels::random_words(key_, next_ / 4);
    return words_[next_++ % 4];
  }
  std::uint32_t below(std::uint32_t limit) {
    return static_cast<std::uint32_t>(std::uint64_t{bits()} * limit >> 32);
  }
  double uniform(double low, double high) {
    return low + (high - low) * double{kernels::uniform_of_bits(bits())};
  }
  // Bell-shaped around 0 with the standard deviation given: the sum of three uniforms.
  double bell(double deviation) {
    double sum = 0;
    for (int i = 0; i < 3; ++i) sum += uniform(-1, 1);
    return sum * deviation;
  }

 private:
  kernels::RandomKey key_;
  std::uint32_t next_ = 0;
  std::array<std::uint32_t, 4> words_{};
};

}  // namespace lentil::formats
