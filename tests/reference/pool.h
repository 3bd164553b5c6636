// Max-pooling of one image (docs/numerics.md 5).
#pragma once
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/reference/conv2d.h"

namespace lentil::reference {

template <class T>
struct Pooled {
  std::vector<T> values;
  std::vector<std::size_t> argmax;  // of each output: the input element, counted in the whole image
};

// Padding is never chosen; a window that lies in the padding altogether is the caller's mistake.
template <class T>
Pooled<T> max_pool2d_forward(const Window& w, const Shape& in, View<T> x) {
  const Shape out = windows(w, in, in.channels);
  Pooled<T> pooled{std::vector<T>(out.count()), std::vector<std::size_t>(out.count())};
  for_each_output(out, [&](std::size_t i, std::uint32_t c, std::uint32_t oy, std::uint32_t ox) {
    bool found = false;
    for (std::uint32_t ky = 0; ky < w.kernel.height; ++ky)
      for (std::uint32_t kx = 0; kx < w.kernel.width; ++kx) {
        const auto place = tap(w, in, oy, ox, ky, kx);
        if (!place) continue;
        const std::size_t e = c * in.plane() + *place;
        if (found && !(x[e] > pooled.values[i])) continue;
        found = true;
        pooled.values[i] = x[e];
        pooled.argmax[i] = e;
      }
    assert(found);
  });
  return pooled;
}

// Where windows overlap, their gradients are added from +0 in (row, column) order of the outputs.
template <class T>
std::vector<T> max_pool2d_backward(const Shape& in, View<T> g, std::span<const std::size_t> argmax) {
  std::vector<T> dx(in.count());
  for (std::size_t i = 0; i < g.size(); ++i) dx[argmax[i]] = dx[argmax[i]] + g[i];
  return dx;
}

}  // namespace lentil::reference
