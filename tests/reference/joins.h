// Sums, differences and products of one image's values, and the order in which they are laid out.
#pragma once
#include <cstddef>
#include <vector>

#include "runtime/model.h"
#include "tests/reference/channels.h"
#include "tests/reference/pointwise.h"

namespace lentil::reference {

inline bool is_join(LayerType type) { return is_arithmetic(type) || type == LayerType::concat; }

template <class T>
std::vector<T> binary(LayerType type, View<T> a, View<T> b) {
  return each<T>(a, b, [&](T x, T z) {
    return type == LayerType::add ? x + z : type == LayerType::sub ? x - z : x * z;
  });
}

// One constant for all, one per channel, or one per element.
template <class T>
std::vector<T> with_constant(LayerType type, View<T> x, View<T> constant) {
  std::vector<T> spread(x.size());
  for_each_element(x.size(), constant.size(), [&](std::size_t e, std::size_t c) { spread[e] = constant[c]; });
  return binary<T>(type, x, spread);
}

// hwc: as a network that keeps its channels last would flatten.
template <class T>
std::vector<T> flatten(const Shape& in, FlattenOrder order, View<T> x) {
  std::vector<T> y(x.begin(), x.end());
  if (order == FlattenOrder::chw) return y;
  for (std::size_t i = 0; i < x.size(); ++i) y[i % in.plane() * in.channels + i / in.plane()] = x[i];
  return y;
}
template <class T>
std::vector<T> flatten_backward(const Shape& in, FlattenOrder order, View<T> g) {
  std::vector<T> dx(g.begin(), g.end());
  if (order == FlattenOrder::chw) return dx;
  for (std::size_t i = 0; i < g.size(); ++i) dx[i] = g[i % in.plane() * in.channels + i / in.plane()];
  return dx;
}

}  // namespace lentil::reference
