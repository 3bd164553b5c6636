// Convolution (docs/numerics.md 3 and 9), one image at a time: x is [C][H][W], weights are [O][C /
// groups][KH][KW].
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/reference/scalar.h"
#include "tests/reference/window.h"

namespace lentil::reference {

struct Conv2d {
  Shape input{};
  std::uint32_t outputs = 1;
  Window window{};
  std::uint32_t groups = 1;

  Shape output() const { return windows(window, input, outputs); }
  std::uint32_t group_inputs() const { return input.channels / groups; }
  // The input channel behind channel c of the weights of output channel o.
  std::uint32_t channel(std::uint32_t o, std::uint32_t c) const {
    return o / (outputs / groups) * group_inputs() + c;
  }
  std::size_t weight_count() const { return weight(outputs, 0, 0, 0); }
  std::size_t weight(std::uint32_t o, std::uint32_t c, std::uint32_t ky, std::uint32_t kx) const {
    const Extent k = window.kernel;
    return ((std::size_t{o} * group_inputs() + c) * k.height + ky) * k.width + kx;
  }
};

// Calls body(weight, input element) for the taps of one output in (channel, row, column) order.
template <class Body>
void for_each_tap(const Conv2d& conv, std::uint32_t o, std::uint32_t oy, std::uint32_t ox, Body&& body) {
  for (std::uint32_t c = 0; c < conv.group_inputs(); ++c)
    for (std::uint32_t ky = 0; ky < conv.window.kernel.height; ++ky)
      for (std::uint32_t kx = 0; kx < conv.window.kernel.width; ++kx)
        if (const auto place = tap(conv.window, conv.input, oy, ox, ky, kx))
          body(conv.weight(o, c, ky, kx), conv.channel(o, c) * conv.input.plane() + *place);
}

// Calls body(output element, o, oy, ox) in (output channel, output row, output column) order.
template <class Body>
void for_each_output(const Shape& out, Body&& body) {
  std::size_t i = 0;
  for (std::uint32_t o = 0; o < out.channels; ++o)
    for (std::uint32_t oy = 0; oy < out.height; ++oy)
      for (std::uint32_t ox = 0; ox < out.width; ++ox) body(i++, o, oy, ox);
}

// An empty bias is none.
template <class T>
std::vector<T> conv2d_forward(const Conv2d& conv, View<T> x, View<T> weight, View<T> bias) {
  std::vector<T> y(conv.output().count());
  for_each_output(conv.output(), [&](std::size_t i, std::uint32_t o, std::uint32_t oy, std::uint32_t ox) {
    T sum = bias.empty() ? T{0} : bias[o];
    for_each_tap(conv, o, oy, ox,
                 [&](std::size_t w, std::size_t e) { sum = std::fma(x[e], weight[w], sum); });
    y[i] = sum;
  });
  return y;
}

// The outputs are visited in the order of the contract, and each meets an input element at most once: so
// each element's chain has that order too.
template <class T>
std::vector<T> conv2d_input_gradient(const Conv2d& conv, View<T> g, View<T> weight) {
  std::vector<T> dx(conv.input.count());
  for_each_output(conv.output(), [&](std::size_t i, std::uint32_t o, std::uint32_t oy, std::uint32_t ox) {
    for_each_tap(conv, o, oy, ox,
                 [&](std::size_t w, std::size_t e) { dx[e] = std::fma(g[i], weight[w], dx[e]); });
  });
  return dx;
}

// Of one image; add_image makes the batch's.
template <class T>
std::vector<T> conv2d_weight_gradient(const Conv2d& conv, View<T> x, View<T> g) {
  std::vector<T> dw(conv.weight_count());
  for_each_output(conv.output(), [&](std::size_t i, std::uint32_t o, std::uint32_t oy, std::uint32_t ox) {
    for_each_tap(conv, o, oy, ox, [&](std::size_t w, std::size_t e) { dw[w] = std::fma(g[i], x[e], dw[w]); });
  });
  return dw;
}

// Of one image; add_image makes the batch's.
template <class T>
std::vector<T> conv2d_bias_gradient(const Conv2d& conv, View<T> g) {
  std::vector<T> db(conv.outputs);
  for_each_output(conv.output(), [&](std::size_t i, std::uint32_t o, std::uint32_t, std::uint32_t) {
    db[o] = db[o] + g[i];
  });
  return db;
}

}  // namespace lentil::reference
