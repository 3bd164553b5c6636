// A seeded order, the same on every machine.
#pragma once
#include <cstdint>
#include <span>
#include <utility>

#include "kernels/philox.h"

namespace lentil {

// Fisher-Yates from the end, driven by the numbers of `key`: the definition of an order.
inline void shuffle_order(std::span<std::uint32_t> order, const kernels::RandomKey& key) {
  for (auto i = static_cast<std::uint32_t>(order.size()); i-- > 1;) {
    const std::uint64_t bits = kernels::random_bits(key, i);
    std::swap(order[i], order[static_cast<std::uint32_t>((bits * (std::uint64_t{i} + 1)) >> 32)]);
  }
}

}  // namespace lentil
