#include "tests/reference/network.h"

#include <algorithm>
#include <bit>

namespace lentil::reference {
namespace {

template <class T>
std::vector<T> joined(const std::vector<std::vector<T>>& batch) {
  std::vector<T> all;
  for (const std::vector<T>& image : batch) all.insert(all.end(), image.begin(), image.end());
  return all;
}

template <class T>
std::vector<std::vector<T>> split(std::span<const T> all, std::size_t images) {
  const std::size_t size = all.size() / images;
  std::vector<std::vector<T>> batch;
  for (std::size_t b = 0; b < images; ++b) {
    const std::span<const T> image = all.subspan(b * size, size);
    batch.emplace_back(image.begin(), image.end());
  }
  return batch;
}

// hwc: as a network that keeps its channels last would flatten.
template <class T>
std::vector<T> flatten(const Shape& in, FlattenOrder order, const std::vector<T>& x) {
  if (order == FlattenOrder::chw) return x;
  std::vector<T> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) y[i % in.plane() * in.channels + i / in.plane()] = x[i];
  return y;
}

template <class T>
std::vector<T> flatten_backward(const Shape& in, FlattenOrder order, const std::vector<T>& g) {
  if (order == FlattenOrder::chw) return g;
  std::vector<T> dx(g.size());
  for (std::size_t i = 0; i < g.size(); ++i) dx[i] = g[i % in.plane() * in.channels + i / in.plane()];
  return dx;
}

}  // namespace

template <class T>
Network<T>::Network(const Model& model, InputType input, std::uint64_t seed)
    : nodes_(graph(model)),
      normalization_(model.normalization),
      input_size_(model.input.count()),
      input_type_(input),
      seed_(seed),
      weights_(model.layer_count),
      velocities_(model.layer_count) {
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      weights_[i][slot].assign(layer.tensors[slot].begin(), layer.tensors[slot].end());
      velocities_[i][slot].assign(weights_[i][slot].size(), T{0});
    }
  }
  folds_ = folds();
}

template <class T>
bool Network<T>::folds() const {
  return input_type_ == InputType::uint8 && std::ranges::all_of(nodes_, [](const Node& node) {
           return !node.reads_network_input() ||
                  (node.layer.type == LayerType::conv2d && node.layer.padding == Padding{} &&
                   node.layer.in_features <= 4);
         });
}

template <class T>
kernels::RandomKey Network<T>::mask(const Node& node, std::size_t image) const {
  return {.seed = seed_,
          .use = kernels::RandomUse::dropout,
          .layer = node.index,
          .step = step_,
          .position = static_cast<std::uint32_t>(image)};
}

template <class T>
auto Network<T>::input_of(const Pass& pass, const Node& node) const -> const Batch& {
  return node.reads_network_input() ? pass.input : pass.outputs[static_cast<std::size_t>(node.input)];
}

template <class T>
std::vector<T> Network<T>::forward_conv2d(const Node& node, const std::vector<T>& x) const {
  const Conv2d conv = node.conv2d();
  if (!folds(node)) return conv2d_forward<T>(conv, x, weight(node), bias(node));
  return conv2d_forward<T>(conv, x, folded_weights<T>(conv, weight(node), normalization_),
                           folded_bias<T>(conv, weight(node), bias(node), normalization_));
}

template <class T>
std::vector<T> Network<T>::forward_one(const Node& node, const std::vector<T>& x, std::size_t image,
                                       Mode mode, std::vector<std::size_t>& argmax) const {
  const Layer& layer = node.layer;
  switch (layer.type) {
    case LayerType::conv2d:
      return forward_conv2d(node, x);
    case LayerType::linear:
      return linear_forward<T>(layer.out_features, x, weight(node), bias(node));
    case LayerType::max_pool2d: {
      Pooled<T> pooled = max_pool2d_forward<T>(Window::of(layer), node.in, x);
      argmax = std::move(pooled.argmax);
      return std::move(pooled.values);
    }
    case LayerType::relu:
      return relu<T>(x);
    case LayerType::sigmoid:
      return sigmoid<T>(x);
    case LayerType::tanh:
      return reference::tanh<T>(x);
    case LayerType::softmax:
      return softmax<T>(x);
    case LayerType::log_softmax:
      return log_softmax<T>(x);
    case LayerType::dropout:
      return mode == Mode::infer ? x : dropout<T>(x, mask(node, image), layer.rate);
    case LayerType::dropout2d:
      return mode == Mode::infer ? x : dropout2d<T>(node.in, x, mask(node, image), layer.rate);
    default:
      return flatten(node.in, layer.order, x);
  }
}

template <class T>
auto Network<T>::forward(std::span<const T> images, Mode mode) const -> Pass {
  Pass pass;
  pass.input = split(images, images.size() / input_size_);
  if (input_type_ == InputType::uint8 && !folds_)
    for (std::vector<T>& image : pass.input) image = normalize<T>(nodes_[0].in, normalization_, image);
  for (const Node& node : nodes_) {
    const Batch& x = input_of(pass, node);
    Batch y(x.size());
    std::vector<std::vector<std::size_t>> argmax(x.size());
    for (std::size_t b = 0; b < x.size(); ++b) y[b] = forward_one(node, x[b], b, mode, argmax[b]);
    pass.outputs.push_back(std::move(y));
    pass.argmax.push_back(std::move(argmax));
  }
  return pass;
}

template <class T>
std::vector<T> Network<T>::infer(std::span<const T> images) const {
  return joined(forward(images, Mode::infer).outputs.back());
}

template <class T>
bool Network<T>::loss_takes_last_layer(const Targets<T>& targets) const {
  const LayerType last = nodes_.back().layer.type;
  if (last == LayerType::softmax) return targets.loss == Loss::cross_entropy;
  return targets.loss != Loss::mse && last == LayerType::log_softmax;
}

template <class T>
BatchLoss<T> Network<T>::loss_of(const Pass& pass, const Targets<T>& targets) const {
  const Batch& outputs = pass.outputs.back();
  if (loss_takes_last_layer(targets))
    return cross_entropy<T>(joined(input_of(pass, nodes_.back())), targets.labels, targets.label_smoothing);
  if (targets.loss == Loss::cross_entropy)
    return cross_entropy<T>(joined(outputs), targets.labels, targets.label_smoothing);
  if (targets.loss == Loss::nll) return nll<T>(joined(outputs), targets.labels, targets.label_smoothing);
  return mse<T>(outputs.size(), joined(outputs), targets.values);
}

template <class T>
BatchLoss<T> Network<T>::loss(std::span<const T> images, const Targets<T>& targets) const {
  return loss_of(forward(images, Mode::train), targets);
}

template <class T>
std::uint32_t Network<T>::count_correct(const Batch& outputs, const Targets<T>& targets) const {
  std::uint32_t correct = 0;
  for (std::size_t b = 0; b < targets.labels.size(); ++b)
    if (std::ranges::max_element(outputs[b]) - outputs[b].begin() == targets.labels[b]) ++correct;
  return correct;
}

template <class T>
void Network<T>::conv2d_parameters(const Node& node, const Batch& x, const Batch& g,
                                   Parameters<T>& out) const {
  const Conv2d conv = node.conv2d();
  std::vector<T> dw, db;
  for (std::size_t b = 0; b < x.size(); ++b) {
    add_image(dw, conv2d_weight_gradient<T>(conv, x[b], g[b]));
    add_image(db, conv2d_bias_gradient<T>(conv, g[b]));
  }
  if (folds(node)) dw = folded_weight_gradient<T>(conv, dw, db, normalization_);
  out[node.index][at(Slot::weight)] = std::move(dw);
  if (!bias(node).empty()) out[node.index][at(Slot::bias)] = std::move(db);
}

template <class T>
void Network<T>::linear_parameters(const Node& node, const Batch& x, const Batch& g,
                                   Parameters<T>& out) const {
  out[node.index][at(Slot::weight)] = linear_weight_gradient<T>(x.size(), joined(x), joined(g));
  if (!bias(node).empty()) out[node.index][at(Slot::bias)] = linear_bias_gradient<T>(x.size(), joined(g));
}

template <class T>
std::vector<T> Network<T>::backward_one(const Node& node, const std::vector<T>& y, const std::vector<T>& g,
                                        std::size_t image, const std::vector<std::size_t>& argmax) const {
  const Layer& layer = node.layer;
  switch (layer.type) {
    case LayerType::conv2d:
      return conv2d_input_gradient<T>(node.conv2d(), g, weight(node));
    case LayerType::linear:
      return linear_input_gradient<T>(node.in.count(), g, weight(node));
    case LayerType::max_pool2d:
      return max_pool2d_backward<T>(node.in, g, argmax);
    case LayerType::relu:
      return relu_backward<T>(y, g);
    case LayerType::sigmoid:
      return sigmoid_backward<T>(y, g);
    case LayerType::tanh:
      return tanh_backward<T>(y, g);
    case LayerType::softmax:
      return softmax_backward<T>(y, g);
    case LayerType::log_softmax:
      return log_softmax_backward<T>(y, g);
    case LayerType::dropout:
      return dropout<T>(g, mask(node, image), layer.rate);
    case LayerType::dropout2d:
      return dropout2d<T>(node.in, g, mask(node, image), layer.rate);
    default:
      return flatten_backward(node.in, layer.order, g);
  }
}

template <class T>
Gradients<T> Network<T>::gradients(std::span<const T> images, const Targets<T>& targets) const {
  const Pass pass = forward(images, Mode::train);
  const std::size_t n = pass.input.size();
  Gradients<T> result{.loss = loss_of(pass, targets),
                      .correct = count_correct(pass.outputs.back(), targets),
                      .parameters = Parameters<T>(weights_.size())};
  // A chain of nodes leads from the last one to the network's input; no other can have a gradient.
  Batch g = split<T>(result.loss.gradient, n);
  int i = static_cast<int>(nodes_.size()) - 1;
  if (loss_takes_last_layer(targets)) i = nodes_.back().input;
  while (i != kNetworkInput) {
    const auto at_i = static_cast<std::size_t>(i);
    const Node& node = nodes_[at_i];
    const Batch& x = input_of(pass, node);
    if (node.layer.type == LayerType::conv2d) conv2d_parameters(node, x, g, result.parameters);
    if (node.layer.type == LayerType::linear) linear_parameters(node, x, g, result.parameters);
    if (!node.reads_network_input())
      for (std::size_t b = 0; b < n; ++b)
        g[b] = backward_one(node, pass.outputs[at_i][b], g[b], b, pass.argmax[at_i][b]);
    i = node.input;
  }
  return result;
}

template <class T>
Gradients<T> Network<T>::step(std::span<const T> images, const Targets<T>& targets, const Sgd& sgd) {
  Gradients<T> result = gradients(images, targets);
  for (std::uint32_t layer = 0; layer < weights_.size(); ++layer) {
    if (frozen_.contains(layer)) continue;
    for (std::size_t slot = 0; slot < kSlots; ++slot)
      if (const std::vector<T>& g = result.parameters[layer][slot]; !g.empty())
        sgd_update<T>(weights_[layer][slot], velocities_[layer][slot], g, sgd);
  }
  ++step_;
  return result;
}

template class Network<float>;
template class Network<double>;

std::uint64_t parameters_hash(const Parameters<float>& parameters) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const auto& layer : parameters)
    for (const std::vector<float>& tensor : layer)
      for (const float value : tensor) {
        const auto bits = std::bit_cast<std::uint32_t>(value + 0.0f);
        for (int shift = 0; shift < 32; shift += 8) {
          hash ^= bits >> shift & 0xff;
          hash *= 0x100000001b3u;
        }
      }
  return hash;
}

}  // namespace lentil::reference
