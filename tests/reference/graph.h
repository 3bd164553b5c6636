// The layers of a Model in the order in which the oracle runs them, with their shapes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "runtime/model.h"
#include "tests/reference/conv2d.h"

namespace lentil::reference {

struct Node {
  Layer layer;
  std::uint32_t index = 0;    // of the layer in the model: keys its dropout masks and its parameters
  int input = kNetworkInput;  // the node whose output this one reads
  Shape in, out;

  bool reads_network_input() const { return input == kNetworkInput; }
  Conv2d conv2d() const { return {in, layer.out_features, Window::of(layer), layer.groups}; }
};

inline Shape output_shape(const Layer& layer, const Shape& in) {
  switch (layer.type) {
    case LayerType::conv2d:
      return windows(Window::of(layer), in, layer.out_features);
    case LayerType::max_pool2d:
      return windows(Window::of(layer), in, in.channels);
    case LayerType::linear:
      return {.channels = layer.out_features};
    case LayerType::flatten:
      return {.channels = static_cast<std::uint32_t>(in.count())};
    case LayerType::relu:
    case LayerType::sigmoid:
    case LayerType::tanh:
    case LayerType::softmax:
    case LayerType::log_softmax:
    case LayerType::dropout:
    case LayerType::dropout2d:
      return in;
    default:
      throw std::invalid_argument("the oracle does not know layer " + std::string(layer.name));
  }
}

// The argmax is taken before dropout's scaling (docs/numerics.md 5): a Dropout2d that alone feeds a MaxPool2d
// trades places with it.
inline void put_dropout2d_behind_pools(std::vector<Node>& nodes) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].layer.type != LayerType::dropout2d) continue;
    std::size_t readers = 0, reader = 0;
    for (std::size_t j = i + 1; j < nodes.size(); ++j) {
      if (nodes[j].input != static_cast<int>(i)) continue;
      ++readers;
      reader = j;
    }
    if (readers != 1 || nodes[reader].layer.type != LayerType::max_pool2d) continue;
    std::swap(nodes[i].layer, nodes[reader].layer);
    std::swap(nodes[i].index, nodes[reader].index);
  }
}

inline std::vector<Node> graph(const Model& model) {
  std::vector<Node> nodes;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    Node node{.layer = model.layer(i), .index = i, .input = static_cast<int>(i) - 1, .in = {}, .out = {}};
    if (node.layer.inputs.size() > 1) throw std::invalid_argument("the oracle's layers have one input");
    if (!node.layer.inputs.empty()) node.input = node.layer.inputs[0];
    nodes.push_back(node);
  }
  put_dropout2d_behind_pools(nodes);
  for (Node& node : nodes) {
    node.in = node.reads_network_input() ? model.input : nodes[static_cast<std::size_t>(node.input)].out;
    node.out = output_shape(node.layer, node.in);
  }
  return nodes;
}

}  // namespace lentil::reference
