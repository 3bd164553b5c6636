// What the oracle does forward; network_backward.cpp has the rest.
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

}  // namespace

template <class T>
Network<T>::Network(const Model& model, InputType input, std::uint64_t seed)
    : model_(model),
      nodes_(graph(model, Mode::train, {})),
      inference_nodes_(graph(model, Mode::infer, {})),
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
void Network<T>::freeze(std::uint32_t layer) {
  frozen_.insert(layer);
  nodes_ = graph(model_, Mode::train, frozen_);
}

template <class T>
bool Network<T>::folds() const {
  std::size_t readers = 0;
  bool foldable = true;
  for (const Node& node : nodes_) {
    const auto reads = std::ranges::count(node.inputs, kNetworkInput);
    readers += static_cast<std::size_t>(reads);
    if (reads > 0)
      foldable = node.layer.type == LayerType::conv2d && node.layer.padding == Padding{} &&
                 node.layer.in_features <= 4;
  }
  return input_type_ == InputType::uint8 && foldable && readers == 1;
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
std::vector<T> Network<T>::dropped(const Node& node, const std::vector<T>& values, std::size_t image) const {
  const kernels::RandomKey key = mask(node, image);
  if (node.layer.type == LayerType::dropout) return dropout<T>(values, key, node.layer.rate);
  return dropout2d<T>(node.in[0], values, key, node.layer.rate);
}

template <class T>
auto Network<T>::input_of(const Pass& pass, const Node& node, std::size_t i) const -> const Batch& {
  const int input = node.inputs[i];
  return input == kNetworkInput ? pass.input : pass.outputs[static_cast<std::size_t>(input)];
}

template <class T>
Affine<T> Network<T>::fixed_batch_norm(const Node& node) const {
  return batch_norm_affine<T>(weight(node), bias(node), values(node, Slot::running_mean),
                              values(node, Slot::running_var), node.layer.epsilon);
}

// Batch-norm first: W' = W scale, b' = fma(b, scale, shift); then the normalisation of the input.
template <class T>
auto Network<T>::folded(const Run& run, const Node& node) const -> Folded {
  Folded f{weight(node), bias(node), {}};
  if (node.batch_norm >= 0) {
    const Affine<T> a = fixed_batch_norm(run.nodes[static_cast<std::size_t>(node.batch_norm)]);
    f.scale = a.scale;
    if (f.bias.empty()) f.bias.assign(a.scale.size(), T{0});
    f.weight = affine<T>(f.weight, a.scale, std::vector<T>(a.scale.size()));
    f.bias = affine<T>(f.bias, a.scale, a.shift);
  }
  if (!folds(node)) return f;
  const Conv2d conv = node.conv2d();
  f.bias = folded_bias<T>(conv, f.weight, f.bias, model_.normalization);
  f.weight = folded_weights<T>(conv, f.weight, model_.normalization);
  return f;
}

template <class T>
std::vector<T> Network<T>::forward_one(const Run& run, const Node& node, const std::vector<T>& x,
                                       std::size_t image, std::vector<std::size_t>& argmax) const {
  const Layer& layer = node.layer;
  const Shape& in = node.in[0];
  switch (layer.type) {
    case LayerType::linear:
      return linear_forward<T>(layer.out_features, x, weight(node), bias(node));
    case LayerType::max_pool2d: {
      Pooled<T> pooled = max_pool2d_forward<T>(Window::of(layer), in, x);
      argmax = std::move(pooled.argmax);
      return std::move(pooled.values);
    }
    case LayerType::avg_pool2d:
      return avg_pool2d_forward<T>(Window::of(layer), in, layer.count_include_pad, x);
    case LayerType::global_avg_pool2d:
      return avg_pool2d_forward<T>({.kernel = {in.height, in.width}}, in, true, x);
    case LayerType::relu:
      return relu<T>(x);
    case LayerType::leaky_relu:
      return leaky_relu<T>(x, layer.slope);
    case LayerType::elu:
      return elu<T>(x, layer.slope);
    case LayerType::prelu:
      return prelu<T>(x, weight(node));
    case LayerType::sigmoid:
      return sigmoid<T>(x);
    case LayerType::tanh:
      return reference::tanh<T>(x);
    case LayerType::softmax:
      return softmax<T>(x);
    case LayerType::log_softmax:
      return log_softmax<T>(x);
    case LayerType::dropout:
    case LayerType::dropout2d:
      return run.training ? dropped(node, x, image) : x;
    case LayerType::flatten:
      return flatten<T>(in, layer.order, x);
    default:
      return x;  // reshape
  }
}

template <class T>
std::vector<T> Network<T>::forward_join(const Node& node, const Pass& pass, std::size_t image) const {
  std::vector<T> y = input_of(pass, node)[image];
  if (node.inputs.size() == 1) return with_constant<T>(node.layer.type, y, weight(node));
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    const std::vector<T>& next = input_of(pass, node, i)[image];
    if (node.layer.type != LayerType::concat) return binary<T>(node.layer.type, y, next);
    y.insert(y.end(), next.begin(), next.end());
  }
  return y;
}

template <class T>
auto Network<T>::forward_batch(const Run& run, const Node& node, Pass& pass) const -> Batch {
  const Batch& x = input_of(pass, node);
  Batch y(x.size());
  std::vector<std::vector<std::size_t>> argmax(x.size());
  Statistics<T> statistics;
  if (node.is_batch_norm() && run.training && learns(node))
    statistics = batch_statistics<T>(x, weight(node).size(), node.layer.epsilon);
  for (std::size_t b = 0; b < x.size(); ++b) {
    if (node.layer.type == LayerType::conv2d) {
      const Folded f = folded(run, node);
      y[b] = conv2d_forward<T>(node.conv2d(), x[b], f.weight, f.bias);
    } else if (is_join(node.layer.type)) {
      y[b] = forward_join(node, pass, b);
    } else if (!node.is_batch_norm() || node.folded) {
      y[b] = forward_one(run, node, x[b], b, argmax[b]);
    } else if (!statistics.mean.empty()) {
      y[b] = batch_norm_forward<T>(statistics, x[b], weight(node), bias(node));
    } else {
      const Affine<T> a = fixed_batch_norm(node);
      y[b] = affine<T>(x[b], a.scale, a.shift);
    }
  }
  pass.argmax.push_back(std::move(argmax));
  pass.statistics.push_back(std::move(statistics));
  return y;
}

template <class T>
auto Network<T>::forward(std::span<const T> images, const Run& run) const -> Pass {
  Pass pass;
  pass.input = split(images, images.size() / model_.input.count());
  if (input_type_ == InputType::uint8 && !folds_)
    for (std::vector<T>& image : pass.input) image = normalize<T>(model_.input, model_.normalization, image);
  for (const Node& node : run.nodes) {
    Batch y = forward_batch(run, node, pass);
    pass.outputs.push_back(std::move(y));
  }
  return pass;
}

template <class T>
std::vector<T> Network<T>::infer(std::span<const T> images, Mode planned) const {
  return joined(forward(images, {planned == Mode::infer ? inference_nodes_ : nodes_, false}).outputs.back());
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
  return loss_of(forward(images, {nodes_, true}), targets);
}

template <class T>
std::uint32_t Network<T>::count_correct(const Batch& outputs, const Targets<T>& targets) const {
  std::uint32_t correct = 0;
  for (std::size_t b = 0; b < targets.labels.size(); ++b)
    if (std::ranges::max_element(outputs[b]) - outputs[b].begin() == targets.labels[b]) ++correct;
  return correct;
}

// A chain of nodes leads back from the last one; gradients of a value that several layers read are added from
// the last of its readers to the first, and within a layer from its last input to its first.
template <class T>
Gradients<T> Network<T>::gradients(std::span<const T> images, const Targets<T>& targets) const {
  const Pass pass = forward(images, {nodes_, true});
  const std::size_t n = pass.input.size();
  Gradients<T> result{.loss = loss_of(pass, targets),
                      .correct = count_correct(pass.outputs.back(), targets),
                      .parameters = Parameters<T>(weights_.size()),
                      .statistics = Parameters<T>(weights_.size())};
  std::vector<Batch> g(nodes_.size());
  const bool taken = loss_takes_last_layer(targets);
  const int first = taken ? nodes_.back().inputs[0] : static_cast<int>(nodes_.size()) - 1;
  if (first != kNetworkInput) g[static_cast<std::size_t>(first)] = split<T>(result.loss.gradient, n);
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    const Node& node = nodes_[i];
    if (g[i].empty()) continue;
    parameter_gradients(node, pass, g[i], result);
    for (std::size_t k = node.inputs.size(); k-- > 0;) {
      if (node.inputs[k] == kNetworkInput) continue;
      Batch& sum = g[static_cast<std::size_t>(node.inputs[k])];
      const Batch part = backward_batch(node, pass, g[i], k);
      if (sum.empty()) sum.resize(n);
      for (std::size_t b = 0; b < n; ++b) add_image(sum[b], part[b]);
    }
  }
  return result;
}

template <class T>
Gradients<T> Network<T>::step(std::span<const T> images, const Targets<T>& targets, const Sgd& sgd) {
  Gradients<T> result = gradients(images, targets);
  for (std::uint32_t layer = 0; layer < weights_.size(); ++layer) {
    if (frozen_.contains(layer)) continue;
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      if (const std::vector<T>& g = result.parameters[layer][slot]; !g.empty())
        sgd_update<T>(weights_[layer][slot], velocities_[layer][slot], g, sgd);
      if (const std::vector<T>& s = result.statistics[layer][slot]; !s.empty())
        update_running<T>(weights_[layer][slot], s, nodes_[layer].layer.momentum);
    }
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
