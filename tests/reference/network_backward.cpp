// What the oracle does backward, node by node.
#include "tests/reference/network.h"

namespace lentil::reference {

template <class T>
void Network<T>::conv2d_parameters(const Node& node, const Batch& x, const Batch& g,
                                   Parameters<T>& out) const {
  const Conv2d conv = node.conv2d();
  std::vector<T> dw, db;
  for (std::size_t b = 0; b < x.size(); ++b) {
    add_image(dw, conv2d_weight_gradient<T>(conv, x[b], g[b]));
    add_image(db, conv2d_bias_gradient<T>(conv, g[b]));
  }
  const Folded f = folded({nodes_, true}, node);
  if (folds(node)) dw = folded_weight_gradient<T>(conv, dw, db, model_.normalization);
  if (!f.scale.empty()) {
    const std::vector<T> none(f.scale.size());
    dw = affine<T>(dw, f.scale, none);
    db = affine<T>(db, f.scale, none);
  }
  out[node.index][at(Slot::weight)] = std::move(dw);
  if (!bias(node).empty()) out[node.index][at(Slot::bias)] = std::move(db);
}

template <class T>
void Network<T>::linear_parameters(const Node& node, const Batch& x, const Batch& g,
                                   Parameters<T>& out) const {
  std::vector<T> all_x, all_g;
  for (std::size_t b = 0; b < x.size(); ++b) {
    all_x.insert(all_x.end(), x[b].begin(), x[b].end());
    all_g.insert(all_g.end(), g[b].begin(), g[b].end());
  }
  out[node.index][at(Slot::weight)] = linear_weight_gradient<T>(x.size(), all_x, all_g);
  if (!bias(node).empty()) out[node.index][at(Slot::bias)] = linear_bias_gradient<T>(x.size(), all_g);
}

template <class T>
void Network<T>::parameter_gradients(const Node& node, const Pass& pass, const Batch& g,
                                     Gradients<T>& out) const {
  const Batch& x = input_of(pass, node);
  auto& slots = out.parameters[node.index];
  if (node.layer.type == LayerType::conv2d) conv2d_parameters(node, x, g, out.parameters);
  if (node.layer.type == LayerType::linear) linear_parameters(node, x, g, out.parameters);
  if (node.layer.type == LayerType::prelu)
    slots[at(Slot::weight)] = prelu_slope_gradient<T>(x, g, weight(node).size());
  const Statistics<T>& s = pass.statistics[static_cast<std::size_t>(&node - nodes_.data())];
  if (s.mean.empty()) return;
  BatchNormGradients<T> batch_norm = batch_norm_backward<T>(s, x, g, weight(node));
  slots[at(Slot::weight)] = std::move(batch_norm.dweight);
  slots[at(Slot::bias)] = std::move(batch_norm.dbias);
  out.statistics[node.index][at(Slot::running_mean)] = s.mean;
  out.statistics[node.index][at(Slot::running_var)] =
      unbiased<T>(s.variance, x.size() * (x[0].size() / s.mean.size()));
}

template <class T>
std::vector<T> Network<T>::backward_one(const Node& node, const Pass& pass, const std::vector<T>& g,
                                        std::size_t image) const {
  const Layer& layer = node.layer;
  const Shape& in = node.in[0];
  const auto index = static_cast<std::size_t>(&node - nodes_.data());
  const std::vector<T>& y = pass.outputs[index][image];
  switch (layer.type) {
    case LayerType::conv2d:
      return conv2d_input_gradient<T>(node.conv2d(), g, folded({nodes_, true}, node).weight);
    case LayerType::linear:
      return linear_input_gradient<T>(in.count(), g, weight(node));
    case LayerType::max_pool2d:
      return max_pool2d_backward<T>(in, g, pass.argmax[index][image]);
    case LayerType::avg_pool2d:
      return avg_pool2d_backward<T>(Window::of(layer), in, layer.count_include_pad, g);
    case LayerType::global_avg_pool2d:
      return avg_pool2d_backward<T>({.kernel = {in.height, in.width}}, in, true, g);
    case LayerType::relu:
      return relu_backward<T>(y, g);
    case LayerType::leaky_relu:
      return leaky_relu_backward<T>(y, g, layer.slope);
    case LayerType::elu:
      return elu_backward<T>(y, g, layer.slope);
    case LayerType::prelu:
      return prelu_backward<T>(input_of(pass, node)[image], g, weight(node));
    case LayerType::sigmoid:
      return sigmoid_backward<T>(y, g);
    case LayerType::tanh:
      return tanh_backward<T>(y, g);
    case LayerType::softmax:
      return softmax_backward<T>(y, g);
    case LayerType::log_softmax:
      return log_softmax_backward<T>(y, g);
    case LayerType::dropout:
    case LayerType::dropout2d:
      return dropped(node, g, image);
    case LayerType::flatten:
      return flatten_backward<T>(in, layer.order, g);
    default:
      return g;  // reshape
  }
}

template <class T>
std::vector<T> Network<T>::backward_join(const Node& node, const Pass& pass, const std::vector<T>& g,
                                         std::size_t image, std::size_t i) const {
  const LayerType type = node.layer.type;
  if (node.inputs.size() == 1) {
    return type == LayerType::mul ? with_constant<T>(type, g, weight(node)) : g;
  }
  if (type == LayerType::concat) {
    std::size_t begin = 0;
    for (std::size_t k = 0; k < i; ++k) begin += node.in[k].count();
    const auto from = g.begin() + static_cast<std::ptrdiff_t>(begin);
    return {from, from + static_cast<std::ptrdiff_t>(node.in[i].count())};
  }
  if (type == LayerType::mul) return binary<T>(type, g, input_of(pass, node, 1 - i)[image]);
  return type == LayerType::sub && i == 1 ? each<T>(g, [](T d) { return -d; }) : g;
}

template <class T>
auto Network<T>::backward_batch(const Node& node, const Pass& pass, const Batch& g, std::size_t i) const
    -> Batch {
  if (node.folded) return g;
  const Statistics<T>& s = pass.statistics[static_cast<std::size_t>(&node - nodes_.data())];
  if (!s.mean.empty()) return batch_norm_backward<T>(s, input_of(pass, node), g, weight(node)).dx;
  Batch dx(g.size());
  for (std::size_t b = 0; b < g.size(); ++b) {
    if (node.is_batch_norm()) {
      const Affine<T> a = fixed_batch_norm(node);
      dx[b] = affine<T>(g[b], a.scale, std::vector<T>(a.scale.size()));
    } else if (is_join(node.layer.type)) {
      dx[b] = backward_join(node, pass, g[b], b, i);
    } else {
      dx[b] = backward_one(node, pass, g[b], b);
    }
  }
  return dx;
}

template class Network<float>;
template class Network<double>;

}  // namespace lentil::reference
