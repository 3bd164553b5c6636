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

// What an image should have given: 1 at the label, but for a share that all classes get alike.
template <class T>
std::vector<T> smoothed_target(std::size_t classes, std::uint8_t label, T smoothing) {
  std::vector<T> target(classes, smoothing / static_cast<T>(classes));
  target[label] = (T{1} - smoothing) + target[label];
  return target;
}

// From -log p at the label and the sum of -log p over the classes.
template <class T>
T smoothed_loss(T at_label, T sum, T smoothing, std::size_t classes) {
  if (smoothing == 0) return at_label;
  return std::fma(smoothing / static_cast<T>(classes), sum, (T{1} - smoothing) * at_label);
}

// Log-softmax and negative log-likelihood in one; `logits` is [n][classes]. With m the largest logit, the sum
// of -log p is fma(classes, log(sum of e^(x - m)), -(sum of x - m)).
template <class T>
BatchLoss<T> cross_entropy(View<T> logits, std::span<const std::uint8_t> labels, T smoothing = 0) {
  const std::size_t classes = logits.size() / labels.size();
  const T share = T{1} / static_cast<T>(labels.size());
  BatchLoss<T> loss;
  for (std::size_t b = 0; b < labels.size(); ++b) {
    const View<T> x = logits.subspan(b * classes, classes);
    const Shifted<T> s = shifted<T>(x);
    T below_max = 0;
    for (const T value : s.values) below_max = below_max + value;
    const T minus_log = std::fma(static_cast<T>(classes), Functions<T>::log(s.sum), -below_max);
    loss.images.push_back(smoothed_loss(-log_softmax<T>(x)[labels[b]], minus_log, smoothing, classes));
    const std::vector<T> p = softmax<T>(x), target = smoothed_target(classes, labels[b], smoothing);
    for (std::size_t c = 0; c < classes; ++c) loss.gradient.push_back((p[c] - target[c]) * share);
  }
  close_loss(loss);
  return loss;
}

// Of probabilities, `targets` [n][classes], instead of labels: the chain of -t log p in class order; the
// gradient takes e^(log p) for the softmax.
template <class T>
BatchLoss<T> soft_cross_entropy(std::size_t n, View<T> logits, View<T> targets) {
  const std::size_t classes = logits.size() / n;
  const T share = T{1} / static_cast<T>(n);
  BatchLoss<T> loss;
  for (std::size_t b = 0; b < n; ++b) {
    const std::vector<T> log_p = log_softmax<T>(logits.subspan(b * classes, classes));
    T sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      const T target = targets[b * classes + c];
      sum = std::fma(-target, log_p[c], sum);
      loss.gradient.push_back((Functions<T>::exp(log_p[c]) - target) * share);
    }
    loss.images.push_back(sum);
  }
  close_loss(loss);
  return loss;
}

// Of log-probabilities [n][classes] that something other than a last log-softmax made.
template <class T>
BatchLoss<T> nll(View<T> log_probabilities, std::span<const std::uint8_t> labels, T smoothing = 0) {
  const std::size_t classes = log_probabilities.size() / labels.size();
  const T share = T{1} / static_cast<T>(labels.size());
  BatchLoss<T> loss;
  for (std::size_t b = 0; b < labels.size(); ++b) {
    const View<T> x = log_probabilities.subspan(b * classes, classes);
    T minus_log = 0;
    for (const T value : x) minus_log = minus_log - value;
    loss.images.push_back(smoothed_loss(-x[labels[b]], minus_log, smoothing, classes));
    for (const T t : smoothed_target(classes, labels[b], smoothing)) loss.gradient.push_back(-t * share);
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
