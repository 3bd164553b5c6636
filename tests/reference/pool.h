// Pooling of one image (docs/numerics.md 5).
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

// How many elements of a window count: all in the input, and those in the padding if it is to be included.
// What ceil mode adds beyond the padding never counts.
inline std::size_t counted_elements(const Window& w, const Shape& in, bool include_pad, std::uint32_t oy,
                                    std::uint32_t ox) {
  const Padding none{};
  const Padding& p = include_pad ? w.padding : none;
  const auto counted = [](std::uint32_t start, std::uint32_t kernel, std::uint32_t dilation,
                          std::uint32_t begin, std::uint32_t end) {
    std::size_t n = 0;
    for (std::uint32_t k = 0; k < kernel; ++k)
      n += start + k * dilation >= begin && start + k * dilation < end;
    return n;
  };
  // Counted from the edge of the padding, as tap() does.
  const std::uint32_t top = w.padding.top - p.top, left = w.padding.left - p.left;
  return counted(oy * w.stride.height, w.kernel.height, w.dilation.height, top,
                 w.padding.top + in.height + p.bottom) *
         counted(ox * w.stride.width, w.kernel.width, w.dilation.width, left,
                 w.padding.left + in.width + p.right);
}

// body(output element, input element, elements that count) for the elements of every window, in order.
template <class Body>
void for_each_pooled(const Window& w, const Shape& in, bool include_pad, Body&& body) {
  for_each_output(windows(w, in, in.channels),
                  [&](std::size_t i, std::uint32_t c, std::uint32_t oy, std::uint32_t ox) {
                    const std::size_t counted = counted_elements(w, in, include_pad, oy, ox);
                    for (std::uint32_t ky = 0; ky < w.kernel.height; ++ky)
                      for (std::uint32_t kx = 0; kx < w.kernel.width; ++kx)
                        if (const auto place = tap(w, in, oy, ox, ky, kx))
                          body(i, c * in.plane() + *place, counted);
                  });
}

template <class T>
std::vector<T> avg_pool2d_forward(const Window& w, const Shape& in, bool include_pad, View<T> x) {
  std::vector<T> y(windows(w, in, in.channels).count());
  std::vector<T> counts(y.size(), T{1});
  for_each_pooled(w, in, include_pad, [&](std::size_t i, std::size_t e, std::size_t counted) {
    y[i] = y[i] + x[e];
    counts[i] = static_cast<T>(counted);
  });
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = y[i] / counts[i];
  return y;
}

// Each window's share, one division, is added to its elements in (row, column) order of the outputs.
template <class T>
std::vector<T> avg_pool2d_backward(const Window& w, const Shape& in, bool include_pad, View<T> g) {
  std::vector<T> dx(in.count());
  for_each_pooled(w, in, include_pad, [&](std::size_t i, std::size_t e, std::size_t counted) {
    dx[e] = dx[e] + g[i] / static_cast<T>(counted);
  });
  return dx;
}

}  // namespace lentil::reference
