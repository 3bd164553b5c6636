// Memory, numbers and hashes for the cases of the contract.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/math.h"
#include "kernels/philox.h"
#include "runtime/hash.h"

namespace lentil::contract {

// Hands out pieces of the caller's memory, aligned to 64; traps when it is used up.
class Pieces {
 public:
  explicit Pieces(std::span<std::byte> memory) : memory_(memory) {}

  std::span<std::byte> bytes(std::size_t count) {
    const std::size_t rounded = (count + 63) / 64 * 64;
    if (rounded > memory_.size()) __builtin_trap();
    const auto piece = memory_.first(count);
    memory_ = memory_.subspan(rounded);
    return piece;
  }
  template <class T>
  std::span<T> of(std::size_t count) {
    return {reinterpret_cast<T*>(bytes(count * sizeof(T)).data()), count};
  }
  // Numbers in [-1, 1) that depend on `stream` alone.
  std::span<const float> random(std::size_t count, std::uint32_t stream) {
    return random_in(of<float>(count), stream);
  }
  // The same with two zeros out of three, as gradients have them.
  std::span<const float> sparse(std::size_t count, std::uint32_t stream) {
    const auto values = random_in(of<float>(count), stream);
    for (std::size_t i = 0; i < count; ++i) {
      if (kernels::random_bits(key(stream + 1000), static_cast<std::uint32_t>(i)) % 3 != 0) values[i] = 0;
    }
    return values;
  }
  // Multiples of 1/4: full of equal neighbours.
  std::span<const float> coarse(std::size_t count, std::uint32_t stream) {
    const auto values = of<float>(count);
    for (std::size_t i = 0; i < count; ++i) {
      values[i] =
          static_cast<float>(kernels::random_bits(key(stream), static_cast<std::uint32_t>(i)) % 8) * 0.25f -
          1.0f;
    }
    return values;
  }
  // Of every size from 2^low to 2^high, subnormal ones and zeros of both signs included.
  std::span<float> wide(std::size_t count, std::uint32_t stream, std::int32_t low, std::int32_t high) {
    const auto values = random_in(of<float>(count), stream);
    for (std::size_t i = 0; i < count; ++i) {
      const std::int32_t exponent = low + static_cast<std::int32_t>(i) % (high - low + 1);
      values[i] *= i % 61 == 5 ? 0.0f : kernels::power_of_two(exponent);
    }
    return values;
  }
  // For results: every value NaN, so that one that is left out shows.
  std::span<float> results(std::size_t count) {
    const auto values = of<float>(count);
    for (float& value : values) value = __builtin_nanf("");
    return values;
  }

 private:
  static kernels::RandomKey key(std::uint32_t stream) { return {stream, kernels::RandomUse::synth, 0, 0, 0}; }
  static std::span<float> random_in(std::span<float> values, std::uint32_t stream) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = 2.0f * kernels::random_uniform(key(stream), static_cast<std::uint32_t>(i)) - 1.0f;
    }
    return values;
  }

  std::span<std::byte> memory_;
};

// body(begin, end) for [0, count) in two pieces, as two threads would share the work.
template <class Body>
void in_two_calls(std::int32_t middle, std::int32_t count, Body body) {
  body(0, middle);
  if (middle < count) body(middle, count);
}

class Hash {
 public:
  void add(std::span<const float> values) { value_ = hash_floats(value_, values); }
  void add(float value) { add({&value, 1}); }
  void add(std::span<const std::uint8_t> bytes) {
    for (const std::uint8_t byte : bytes) add(static_cast<float>(byte));
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = kHashStart;
};

}  // namespace lentil::contract
