// The layers of a Model in the order in which the oracle runs them, with their shapes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "runtime/model.h"
#include "runtime/plan.h"
#include "tests/reference/conv2d.h"

namespace lentil::reference {

struct Node {
  Layer layer;              // its inputs are those below
  std::uint32_t index = 0;  // of the layer in the model: keys its dropout masks and its parameters
  std::vector<int> inputs;  // the nodes whose outputs this one reads, or kNetworkInput
  std::vector<Shape> in;    // of the inputs
  Shape out{};
  int batch_norm = -1;  // conv2d: the node whose frozen statistics are folded into the weights
  bool folded = false;  // batch-norm: the convolution before it does its work

  bool reads_network_input() const { return inputs[0] == kNetworkInput; }
  Conv2d conv2d() const { return {in[0], layer.out_features, Window::of(layer), layer.groups}; }
  bool is_batch_norm() const { return lentil::is_batch_norm(layer.type); }
};

// As a plan of this mode runs them: a plan for inference folds batch-norm into the convolution before it, one
// for training only that of `frozen` layers (docs/numerics.md 4).
std::vector<Node> graph(const Model& model, Mode planned, const std::set<std::uint32_t>& frozen);

}  // namespace lentil::reference
