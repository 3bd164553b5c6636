// (pixel / 255 - mean) / std of the network's input: as it stands, or folded into a first convolution
// without padding (docs/numerics.md 4). Pixels are given as numbers 0 to 255 of the scalar type.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/reference/conv2d.h"

namespace lentil::reference {

// normalised = scale * pixel - offset
template <class T>
struct ChannelNormalization {
  T scale, offset;
};
template <class T>
ChannelNormalization<T> channel_normalization(const Normalization& n, std::uint32_t channel) {
  const T mean = static_cast<T>(n.mean[channel]);
  const T std = static_cast<T>(n.std[channel]);
  return {.scale = T{1} / (T{255} * std), .offset = mean / std};
}

// Not folded: one image.
template <class T>
std::vector<T> normalize(const Shape& shape, const Normalization& n, View<T> pixels) {
  std::vector<T> x;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    // More than four channels (a flat input) share the first one's numbers.
    const std::size_t channel = shape.channels <= 4 ? i / shape.plane() : 0;
    const auto c = channel_normalization<T>(n, static_cast<std::uint32_t>(channel));
    x.push_back(std::fma(pixels[i], c.scale, -c.offset));
  }
  return x;
}

template <class Body>
void for_each_weight(const Conv2d& conv, Body&& body) {
  for (std::uint32_t o = 0; o < conv.outputs; ++o)
    for (std::uint32_t c = 0; c < conv.group_inputs(); ++c)
      for (std::uint32_t ky = 0; ky < conv.window.kernel.height; ++ky)
        for (std::uint32_t kx = 0; kx < conv.window.kernel.width; ++kx)
          body(conv.weight(o, c, ky, kx), o, conv.channel(o, c));
}

template <class T>
std::vector<T> folded_weights(const Conv2d& conv, View<T> weight, const Normalization& n) {
  std::vector<T> folded(weight.size());
  for_each_weight(conv, [&](std::size_t i, std::uint32_t, std::uint32_t channel) {
    folded[i] = weight[i] * channel_normalization<T>(n, channel).scale;
  });
  return folded;
}

template <class T>
std::vector<T> folded_bias(const Conv2d& conv, View<T> weight, View<T> bias, const Normalization& n) {
  std::vector<T> folded(conv.outputs);
  if (!bias.empty()) folded.assign(bias.begin(), bias.end());
  for_each_weight(conv, [&](std::size_t i, std::uint32_t o, std::uint32_t channel) {
    folded[o] = std::fma(-channel_normalization<T>(n, channel).offset, weight[i], folded[o]);
  });
  return folded;
}

// `pixel_gradient`: the weight gradient of the batch with the pixels themselves as input.
template <class T>
std::vector<T> folded_weight_gradient(const Conv2d& conv, View<T> pixel_gradient, View<T> bias_gradient,
                                      const Normalization& n) {
  std::vector<T> dw(pixel_gradient.size());
  for_each_weight(conv, [&](std::size_t i, std::uint32_t o, std::uint32_t channel) {
    const ChannelNormalization<T> c = channel_normalization<T>(n, channel);
    dw[i] = std::fma(-c.offset, bias_gradient[o], c.scale * pixel_gradient[i]);
  });
  return dw;
}

}  // namespace lentil::reference
