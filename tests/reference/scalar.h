// What the oracle's arithmetic is made of. With float every formula is one sequence of IEEE operations
// (docs/numerics.md); with double the same formulas serve central differences.
#pragma once
#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "kernels/math.h"

namespace lentil::reference {

// Arguments are never deduced from: callers name the scalar, relu<float>(x), and may pass any container.
template <class T>
using View = std::span<const std::type_identity_t<T>>;

// The elementary functions. Those of float32 are part of the contract and have one definition.
template <class T>
struct Functions;

template <>
struct Functions<float> {
  static float exp(float x) { return kernels::exp(x); }
  static float exp_minus_one(float x) { return kernels::exp_minus_one(x); }
  static float log(float x) { return kernels::log(x); }
  static float tanh(float x) { return kernels::tanh(x); }
  static float sigmoid(float x) { return kernels::sigmoid(x); }
};

template <>
struct Functions<double> {
  static double exp(double x) { return std::exp(x); }
  static double exp_minus_one(double x) { return std::expm1(x); }
  static double log(double x) { return std::log(x); }
  static double tanh(double x) { return std::tanh(x); }
  static double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }
};

// The images' values added element by element, in order, from those of image 0: how per-image gradients
// become the batch's (docs/numerics.md 9).
template <class T>
void add_image(std::vector<T>& sum, const std::vector<T>& image) {
  if (sum.empty()) {
    sum = image;
    return;
  }
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = sum[i] + image[i];
}

}  // namespace lentil::reference
