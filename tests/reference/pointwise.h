// Activations, softmax and dropout of one image (docs/numerics.md 2, 6 and 7). Backward functions take the
// forward result y, which is all they need, and the gradient g with respect to it.
#pragma once
#include <cmath>
#include <cstddef>
#include <vector>

#include "kernels/philox.h"
#include "runtime/shape.h"
#include "tests/reference/scalar.h"

namespace lentil::reference {

template <class T, class Function>
std::vector<T> each(View<T> x, Function&& function) {
  std::vector<T> y;
  for (const T value : x) y.push_back(function(value));
  return y;
}

template <class T, class Function>
std::vector<T> each(View<T> x, View<T> z, Function&& function) {
  std::vector<T> y;
  for (std::size_t i = 0; i < x.size(); ++i) y.push_back(function(x[i], z[i]));
  return y;
}

template <class T>
std::vector<T> relu(View<T> x) {
  return each<T>(x, [](T v) { return v > 0 ? v : T{0}; });
}
template <class T>
std::vector<T> relu_backward(View<T> y, View<T> g) {
  return each<T>(y, g, [](T v, T d) { return v > 0 ? d : T{0}; });
}

template <class T>
std::vector<T> sigmoid(View<T> x) {
  return each<T>(x, Functions<T>::sigmoid);
}
template <class T>
std::vector<T> sigmoid_backward(View<T> y, View<T> g) {
  return each<T>(y, g, [](T v, T d) { return d * (v * (1 - v)); });
}

template <class T>
std::vector<T> tanh(View<T> x) {
  return each<T>(x, Functions<T>::tanh);
}
template <class T>
std::vector<T> tanh_backward(View<T> y, View<T> g) {
  return each<T>(y, g, [](T v, T d) { return d * std::fma(-v, v, T{1}); });
}

// Slopes and alphas are not negative: the sign of y is that of x.
template <class T>
std::vector<T> leaky_relu(View<T> x, float slope) {
  return each<T>(x, [&](T v) { return v > 0 ? v : static_cast<T>(slope) * v; });
}
template <class T>
std::vector<T> leaky_relu_backward(View<T> y, View<T> g, float slope) {
  return each<T>(y, g, [&](T v, T d) { return v > 0 ? d : static_cast<T>(slope) * d; });
}

template <class T>
std::vector<T> elu(View<T> x, float alpha) {
  return each<T>(x, [&](T v) { return v > 0 ? v : static_cast<T>(alpha) * Functions<T>::exp_minus_one(v); });
}
template <class T>
std::vector<T> elu_backward(View<T> y, View<T> g, float alpha) {
  return each<T>(y, g, [&](T v, T d) { return v > 0 ? d : d * (v + static_cast<T>(alpha)); });
}

// What softmax and log-softmax share: x - max, and the sum of its exponentials in class order.
template <class T>
struct Shifted {
  std::vector<T> values;
  T sum = 0;
};
template <class T>
Shifted<T> shifted(View<T> x) {
  T max = x[0];
  for (const T v : x) max = v > max ? v : max;
  Shifted<T> s;
  for (const T v : x) {
    s.values.push_back(v - max);
    s.sum = s.sum + Functions<T>::exp(v - max);
  }
  return s;
}

template <class T>
std::vector<T> softmax(View<T> x) {
  const Shifted<T> s = shifted<T>(x);
  return each<T>(s.values, [&](T v) { return Functions<T>::exp(v) / s.sum; });
}
// y * (g - sum of g y)
template <class T>
std::vector<T> softmax_backward(View<T> y, View<T> g) {
  T dot = 0;
  for (std::size_t i = 0; i < y.size(); ++i) dot = std::fma(g[i], y[i], dot);
  return each<T>(y, g, [&](T v, T d) { return v * (d - dot); });
}

template <class T>
std::vector<T> log_softmax(View<T> x) {
  const Shifted<T> s = shifted<T>(x);
  const T log_sum = Functions<T>::log(s.sum);
  return each<T>(s.values, [&](T v) { return v - log_sum; });
}
// g - e^y (sum of g)
template <class T>
std::vector<T> log_softmax_backward(View<T> y, View<T> g) {
  T sum = 0;
  for (const T d : g) sum = sum + d;
  return each<T>(y, g, [&](T v, T d) { return std::fma(-Functions<T>::exp(v), sum, d); });
}

// Forward on x and backward on g are the same product with 0 or 1 / (1 - rate).
template <class T>
std::vector<T> dropout(View<T> x, const kernels::RandomKey& key, float rate) {
  std::vector<T> y;
  for (std::uint32_t i = 0; i < x.size(); ++i)
    y.push_back(x[i] * static_cast<T>(kernels::dropout_factor(key, i, rate)));
  return y;
}

// One factor for each channel.
template <class T>
std::vector<T> dropout2d(const Shape& shape, View<T> x, const kernels::RandomKey& key, float rate) {
  std::vector<T> y;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto channel = static_cast<std::uint32_t>(i / shape.plane());
    y.push_back(x[i] * static_cast<T>(kernels::dropout_factor(key, channel, rate)));
  }
  return y;
}

}  // namespace lentil::reference
