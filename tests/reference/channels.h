// What runs channel by channel: batch-norm (docs/numerics.md 11), PReLU, and constants. Values of one image
// are [C][plane]; sums over the batch are per image one chain, then the images in order.
#pragma once
#include <cmath>
#include <cstddef>
#include <vector>

#include "tests/reference/scalar.h"

namespace lentil::reference {

template <class T>
using Images = std::vector<std::vector<T>>;

// body(element, channel) for every element of an image.
template <class Body>
void for_each_element(std::size_t count, std::size_t channels, Body&& body) {
  for (std::size_t e = 0; e < count; ++e) body(e, e / (count / channels));
}

// term(image, element, channel, sum) -> sum, for each channel.
template <class T, class Term>
std::vector<T> channel_sums(std::size_t images, std::size_t count, std::size_t channels, Term&& term) {
  std::vector<T> total;
  for (std::size_t b = 0; b < images; ++b) {
    std::vector<T> sum(channels);
    for_each_element(count, channels, [&](std::size_t e, std::size_t c) { sum[c] = term(b, e, c, sum[c]); });
    add_image(total, sum);
  }
  return total;
}

// One value per channel.
template <class T>
struct Statistics {
  std::vector<T> mean, variance, inverse;  // variance with n; inverse = 1 / sqrt(variance + epsilon)
};

template <class T>
std::vector<T> inverse_deviations(View<T> variance, float epsilon) {
  std::vector<T> inverse;
  for (const T v : variance) inverse.push_back(T{1} / std::sqrt(v + static_cast<T>(epsilon)));
  return inverse;
}

template <class T>
Statistics<T> batch_statistics(const Images<T>& x, std::size_t channels, float epsilon) {
  const std::size_t count = x[0].size();
  const T n = static_cast<T>(x.size() * (count / channels));
  Statistics<T> s;
  s.mean = channel_sums<T>(x.size(), count, channels,
                           [&](std::size_t b, std::size_t e, std::size_t, T sum) { return sum + x[b][e]; });
  for (T& mean : s.mean) mean = mean / n;
  s.variance =
      channel_sums<T>(x.size(), count, channels, [&](std::size_t b, std::size_t e, std::size_t c, T sum) {
        return std::fma(x[b][e] - s.mean[c], x[b][e] - s.mean[c], sum);
      });
  for (T& variance : s.variance) variance = variance / n;
  s.inverse = inverse_deviations<T>(s.variance, epsilon);
  return s;
}

// With the batch's own statistics; one image.
template <class T>
std::vector<T> batch_norm_forward(const Statistics<T>& s, View<T> x, View<T> weight, View<T> bias) {
  std::vector<T> y(x.size());
  for_each_element(x.size(), weight.size(), [&](std::size_t e, std::size_t c) {
    y[e] = std::fma((x[e] - s.mean[c]) * s.inverse[c], weight[c], bias[c]);
  });
  return y;
}

// y = fma(x, scale, shift) with one pair per channel: batch-norm with its running statistics. One image.
template <class T>
struct Affine {
  std::vector<T> scale, shift;
};
template <class T>
Affine<T> batch_norm_affine(View<T> weight, View<T> bias, View<T> mean, View<T> variance, float epsilon) {
  const std::vector<T> inverse = inverse_deviations<T>(variance, epsilon);
  Affine<T> a;
  for (std::size_t c = 0; c < weight.size(); ++c) {
    a.scale.push_back(weight[c] * inverse[c]);
    a.shift.push_back(std::fma(-mean[c], a.scale[c], bias[c]));
  }
  return a;
}
template <class T>
std::vector<T> affine(View<T> x, View<T> scale, View<T> shift) {
  std::vector<T> y(x.size());
  for_each_element(x.size(), scale.size(),
                   [&](std::size_t e, std::size_t c) { y[e] = std::fma(x[e], scale[c], shift[c]); });
  return y;
}

template <class T>
struct BatchNormGradients {
  Images<T> dx;
  std::vector<T> dweight, dbias;
};
// With the batch's own statistics.
template <class T>
BatchNormGradients<T> batch_norm_backward(const Statistics<T>& s, const Images<T>& x, const Images<T>& g,
                                          View<T> weight) {
  const std::size_t count = x[0].size(), channels = weight.size();
  const T n = static_cast<T>(x.size() * (count / channels));
  const auto normalized = [&](std::size_t b, std::size_t e, std::size_t c) {
    return (x[b][e] - s.mean[c]) * s.inverse[c];
  };
  BatchNormGradients<T> result;
  result.dbias =
      channel_sums<T>(x.size(), count, channels,
                      [&](std::size_t b, std::size_t e, std::size_t, T sum) { return sum + g[b][e]; });
  result.dweight =
      channel_sums<T>(x.size(), count, channels, [&](std::size_t b, std::size_t e, std::size_t c, T sum) {
        return std::fma(g[b][e], normalized(b, e, c), sum);
      });
  for (std::size_t b = 0; b < x.size(); ++b) {
    std::vector<T> dx(count);
    for_each_element(count, channels, [&](std::size_t e, std::size_t c) {
      dx[e] = weight[c] * s.inverse[c] *
              std::fma(-normalized(b, e, c), result.dweight[c] / n, g[b][e] - result.dbias[c] / n);
    });
    result.dx.push_back(std::move(dx));
  }
  return result;
}

// running = fma(momentum, value, (1 - momentum) * running); variances are those with n - 1.
template <class T>
void update_running(std::vector<T>& running, View<T> value, float momentum) {
  const T m = static_cast<T>(momentum);
  for (std::size_t c = 0; c < running.size(); ++c)
    running[c] = std::fma(m, value[c], (T{1} - m) * running[c]);
}
template <class T>
std::vector<T> unbiased(View<T> variance, std::size_t n) {
  std::vector<T> result;
  for (const T v : variance) result.push_back(v * (static_cast<T>(n) / static_cast<T>(n - 1)));
  return result;
}

// One slope per channel, or one for all. One image.
template <class T>
std::vector<T> prelu(View<T> x, View<T> slope) {
  std::vector<T> y(x.begin(), x.end());
  for_each_element(x.size(), slope.size(), [&](std::size_t e, std::size_t c) {
    if (!(x[e] > 0)) y[e] = slope[c] * x[e];
  });
  return y;
}
template <class T>
std::vector<T> prelu_backward(View<T> x, View<T> g, View<T> slope) {
  std::vector<T> dx(g.begin(), g.end());
  for_each_element(x.size(), slope.size(), [&](std::size_t e, std::size_t c) {
    if (!(x[e] > 0)) dx[e] = slope[c] * g[e];
  });
  return dx;
}
template <class T>
std::vector<T> prelu_slope_gradient(const Images<T>& x, const Images<T>& g, std::size_t slopes) {
  return channel_sums<T>(x.size(), x[0].size(), slopes,
                         [&](std::size_t b, std::size_t e, std::size_t, T sum) {
                           return x[b][e] > 0 ? sum : std::fma(g[b][e], x[b][e], sum);
                         });
}

}  // namespace lentil::reference
