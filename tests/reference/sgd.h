// The update of the weights (docs/numerics.md 10).
#pragma once
#include <cmath>
#include <cstddef>
#include <span>

#include "runtime/trainer.h"
#include "tests/reference/scalar.h"

namespace lentil::reference {

// A velocity of zeros makes the first step.
template <class T>
void sgd_update(std::span<T> weights, std::span<T> velocity, View<T> gradient, const Sgd& sgd) {
  const T rate = static_cast<T>(sgd.rate);
  const T momentum = static_cast<T>(sgd.momentum);
  const T decay = static_cast<T>(sgd.weight_decay);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    T& w = weights[i];
    T& v = velocity[i];
    const T g = std::fma(decay, w, gradient[i]);
    v = std::fma(momentum, v, g);
    if (std::abs(v) < T{0x1p-126f}) v = 0;  // subnormal numbers are slow on many machines
    w = std::fma(-rate, sgd.nesterov ? std::fma(momentum, v, g) : v, w);
  }
}

}  // namespace lentil::reference
