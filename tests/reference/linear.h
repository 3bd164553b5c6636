// Linear layers (docs/numerics.md 3 and 9): weights are [outputs][inputs].
#pragma once
#include <cmath>
#include <cstddef>
#include <vector>

#include "tests/reference/scalar.h"

namespace lentil::reference {

// One image. An empty bias is none.
template <class T>
std::vector<T> linear_forward(std::size_t outputs, View<T> x, View<T> weight, View<T> bias) {
  std::vector<T> y(outputs);
  for (std::size_t o = 0; o < outputs; ++o) {
    T sum = bias.empty() ? T{0} : bias[o];
    for (std::size_t i = 0; i < x.size(); ++i) sum = std::fma(x[i], weight[o * x.size() + i], sum);
    y[o] = sum;
  }
  return y;
}

// One image.
template <class T>
std::vector<T> linear_input_gradient(std::size_t inputs, View<T> g, View<T> weight) {
  std::vector<T> dx(inputs);
  for (std::size_t i = 0; i < inputs; ++i)
    for (std::size_t o = 0; o < g.size(); ++o) dx[i] = std::fma(g[o], weight[o * inputs + i], dx[i]);
  return dx;
}

// Of the batch: x is [n][inputs], g is [n][outputs]; one chain over the images.
template <class T>
std::vector<T> linear_weight_gradient(std::size_t n, View<T> x, View<T> g) {
  const std::size_t inputs = x.size() / n;
  const std::size_t outputs = g.size() / n;
  std::vector<T> dw(outputs * inputs);
  for (std::size_t o = 0; o < outputs; ++o)
    for (std::size_t i = 0; i < inputs; ++i)
      for (std::size_t b = 0; b < n; ++b)
        dw[o * inputs + i] = std::fma(g[b * outputs + o], x[b * inputs + i], dw[o * inputs + i]);
  return dw;
}

// Of the batch.
template <class T>
std::vector<T> linear_bias_gradient(std::size_t n, View<T> g) {
  const std::size_t outputs = g.size() / n;
  std::vector<T> db(outputs);
  for (std::size_t o = 0; o < outputs; ++o)
    for (std::size_t b = 0; b < n; ++b) db[o] = db[o] + g[b * outputs + o];
  return db;
}

}  // namespace lentil::reference
