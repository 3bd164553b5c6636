#include "tests/reference/graph.h"

#include <optional>
#include <utility>

namespace lentil::reference {
namespace {

Shape joined(const Node& node) {
  Shape out = node.in[0];
  for (std::size_t i = 1; i < node.in.size(); ++i)
    if (node.layer.type == LayerType::concat) out.channels += node.in[i].channels;
  return out;
}

Shape output_shape(const Node& node) {
  const Layer& layer = node.layer;
  const Shape& in = node.in[0];
  switch (layer.type) {
    case LayerType::conv2d:
      return windows(Window::of(layer), in, layer.out_features);
    case LayerType::max_pool2d:
    case LayerType::avg_pool2d:
      return windows(Window::of(layer), in, in.channels);
    case LayerType::global_avg_pool2d:
      return {.channels = in.channels};
    case LayerType::linear:
      return {.channels = layer.out_features};
    case LayerType::flatten:
      return {.channels = static_cast<std::uint32_t>(in.count())};
    case LayerType::reshape:
      return {layer.out_features, layer.kernel.height, layer.kernel.width};
    default:
      return joined(node);
  }
}

// The only node that reads node i, if it is the only one.
std::optional<std::size_t> only_reader(const std::vector<Node>& nodes, std::size_t i) {
  std::size_t reads = 0, reader = 0;
  for (std::size_t j = i + 1; j < nodes.size(); ++j)
    for (const int input : nodes[j].inputs)
      if (input == static_cast<int>(i)) {
        ++reads;
        reader = j;
      }
  return reads == 1 ? std::optional(reader) : std::nullopt;
}

// What follows a convolution in a chain of only readers, up to the first layer that ends it.
struct Chain {
  const std::vector<Node>& nodes;
  Mode planned;
  const std::set<std::uint32_t>& frozen;

  bool skips(const Node& node) const {
    return planned == Mode::infer &&
           (node.layer.type == LayerType::dropout || node.layer.type == LayerType::dropout2d);
  }
  std::optional<std::size_t> next(std::size_t i) const {
    auto reader = only_reader(nodes, i);
    while (reader && skips(nodes[*reader])) reader = only_reader(nodes, *reader);
    return reader;
  }
  // The batch-norm right behind convolution i, if it does not learn.
  std::optional<std::size_t> fixed_batch_norm(std::size_t i) const {
    const auto reader = next(i);
    if (!reader || !nodes[*reader].is_batch_norm()) return std::nullopt;
    const bool learns = planned == Mode::train && !frozen.contains(nodes[*reader].index);
    return learns ? std::nullopt : reader;
  }
};

void fold_batch_norms(std::vector<Node>& nodes, Mode planned, const std::set<std::uint32_t>& frozen) {
  const Chain chain{nodes, planned, frozen};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].layer.type != LayerType::conv2d) continue;
    const auto batch_norm = chain.fixed_batch_norm(i);
    if (!batch_norm) continue;
    nodes[i].batch_norm = static_cast<int>(*batch_norm);
    nodes[*batch_norm].folded = true;
  }
}

// The argmax is taken before dropout's scaling (docs/numerics.md 5): behind a convolution, a Dropout2d that a
// max-pool follows, at once or after a ReLU, acts behind the pool.
void put_dropout2d_behind_pool(std::vector<Node>& nodes, const Chain& chain, std::size_t conv) {
  bool relu = false;
  std::vector<std::size_t> moved;  // the dropout and what follows it
  const std::size_t last_folded = chain.fixed_batch_norm(conv).value_or(conv);
  for (auto at = chain.next(last_folded); at; at = chain.next(*at)) {
    const LayerType type = nodes[*at].layer.type;
    const bool second_dropout = type == LayerType::dropout2d && !moved.empty();
    const bool second_relu = type == LayerType::relu && std::exchange(relu, true);
    const bool known =
        type == LayerType::dropout2d || type == LayerType::relu || type == LayerType::max_pool2d;
    if (second_dropout || second_relu || !known) return;
    if (type == LayerType::dropout2d || !moved.empty()) moved.push_back(*at);
    if (type == LayerType::max_pool2d) break;
  }
  if (moved.empty() || nodes[moved.back()].layer.type != LayerType::max_pool2d) return;
  for (std::size_t k = 0; k + 1 < moved.size(); ++k) {
    std::swap(nodes[moved[k]].layer, nodes[moved[k + 1]].layer);
    std::swap(nodes[moved[k]].index, nodes[moved[k + 1]].index);
  }
}

// The same values in the same order.
bool is_view(const Node& node) {
  const Shape& in = node.in[0];
  const bool same_order = node.layer.order == FlattenOrder::chw || in.channels == 1 || in.plane() == 1;
  return node.layer.type == LayerType::reshape || (node.layer.type == LayerType::flatten && same_order);
}

}  // namespace

std::vector<Node> graph(const Model& model, Mode planned, const std::set<std::uint32_t>& frozen) {
  std::vector<Node> nodes;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    Node node;
    node.layer = model.layer(i);
    node.index = i;
    node.inputs.assign(node.layer.inputs.begin(), node.layer.inputs.end());
    if (node.inputs.empty()) node.inputs = {static_cast<int>(i) - 1};
    nodes.push_back(std::move(node));
  }
  if (planned == Mode::train)
    for (std::size_t i = 0; i < nodes.size(); ++i)
      if (nodes[i].layer.type == LayerType::conv2d)
        put_dropout2d_behind_pool(nodes, {nodes, planned, frozen}, i);
  fold_batch_norms(nodes, planned, frozen);
  for (Node& node : nodes) {
    for (int& input : node.inputs) {
      node.in.push_back(input == kNetworkInput ? model.input : nodes[static_cast<std::size_t>(input)].out);
      // Gradients of a value are added in the order of those who use it, by whatever shape they see.
      while (input != kNetworkInput && is_view(nodes[static_cast<std::size_t>(input)]))
        input = nodes[static_cast<std::size_t>(input)].inputs[0];
    }
    node.out = output_shape(node);
  }
  return nodes;
}

}  // namespace lentil::reference
