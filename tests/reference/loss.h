// Losses of a batch (docs/numerics.md 8). Each function returns the loss of every image, the mean, and the
// gradient of the mean with respect to the outputs.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/reference/pointwise.h"

namespace lentil::reference {

template <class T>
struct BatchLoss {
  std::vector<T> images;
  T mean = 0;
  std::vector<T> gradient;  // [n][outputs]
};

template <class T>
void close_loss(BatchLoss<T>& loss) {
  T sum = 0;
  for (const T image : loss.images) sum = sum + image;
  loss.mean = sum / static_cast<T>(loss.images.size());
}

// Log-softmax and negative log-likelihood in one; `logits` is [n][classes].
template <class T>
BatchLoss<T> cross_entropy(View<T> logits, std::span<const std::uint8_t> labels) {
  const std::size_t classes = logits.size() / labels.size();
  const T share = T{1} / static_cast<T>(labels.size());
  BatchLoss<T> loss;
  for (std::size_t b = 0; b < labels.size(); ++b) {
    const View<T> x = logits.subspan(b * classes, classes);
    loss.images.push_back(-log_softmax<T>(x)[labels[b]]);
    const std::vector<T> p = softmax<T>(x);
    for (std::size_t c = 0; c < classes; ++c)
      loss.gradient.push_back((p[c] - (c == labels[b] ? T{1} : T{0})) * share);
  }
  close_loss(loss);
  return loss;
}

// Of log-probabilities [n][classes] that something other than a last log-softmax made.
template <class T>
BatchLoss<T> nll(View<T> log_probabilities, std::span<const std::uint8_t> labels) {
  const std::size_t classes = log_probabilities.size() / labels.size();
  const T share = T{1} / static_cast<T>(labels.size());
  BatchLoss<T> loss;
  loss.gradient.resize(log_probabilities.size());
  for (std::size_t b = 0; b < labels.size(); ++b) {
    loss.images.push_back(-log_probabilities[b * classes + labels[b]]);
    loss.gradient[b * classes + labels[b]] = -share;
  }
  close_loss(loss);
  return loss;
}

// Mean over the elements of outputs and targets, both [n][values]: an image's loss is the chain of squares
// in order, divided by the number of values; the gradient is (y - t) * (2 / elements).
template <class T>
BatchLoss<T> mse(std::size_t n, View<T> outputs, View<T> targets) {
  const std::size_t values = outputs.size() / n;
  const T share = T{2} / static_cast<T>(outputs.size());
  BatchLoss<T> loss;
  for (std::size_t b = 0; b < n; ++b) {
    T sum = 0;
    for (std::size_t i = b * values; i < (b + 1) * values; ++i) {
      const T difference = outputs[i] - targets[i];
      sum = std::fma(difference, difference, sum);
      loss.gradient.push_back(difference * share);
    }
    loss.images.push_back(sum / static_cast<T>(values));
  }
  close_loss(loss);
  return loss;
}

}  // namespace lentil::reference
