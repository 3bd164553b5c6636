#include "tools/multiply_adds.h"

#include <numeric>

#include "runtime/graph.h"
#include "runtime/op.h"
#include "tools/stop.h"

namespace lentil::tools {
namespace {

std::uint64_t of_layer(const Layer& layer, const Shape& out) {
  if (layer.type == LayerType::linear) return std::uint64_t{layer.in_features} * layer.out_features;
  if (layer.type != LayerType::conv2d) return 0;
  const std::uint64_t taps = std::uint64_t{layer.kernel.height} * layer.kernel.width;
  return out.count() * taps * (layer.in_features / layer.groups);
}

// Whether any of the inputs comes from a layer for which `flags` holds.
bool any_input(const Layer& layer, std::uint32_t index, const std::vector<bool>& flags) {
  for (std::size_t k = 0; k < input_count(layer); ++k) {
    const std::int32_t from = layer_input(layer, index, k);
    if (from != kNetworkInput && flags[static_cast<std::size_t>(from)]) return true;
  }
  return false;
}

}  // namespace

std::vector<std::uint64_t> layer_multiply_adds(const Model& model) {
  std::vector<Shape> shapes;
  std::vector<std::uint64_t> counts;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    shapes.push_back(need(infer_shape(layer,
                                      [&](std::size_t k) {
                                        const std::int32_t from = layer_input(layer, i, k);
                                        return from == kNetworkInput ? model.input
                                                                     : shapes[static_cast<std::size_t>(from)];
                                      }),
                          "this network cannot be run"));
    counts.push_back(of_layer(layer, shapes.back()));
  }
  return counts;
}

std::uint64_t multiply_adds(const Model& model) {
  const std::vector<std::uint64_t> counts = layer_multiply_adds(model);
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::uint64_t training_multiply_adds(const Model& model) {
  const std::vector<std::uint64_t> counts = layer_multiply_adds(model);
  std::vector<bool> depends;  // on weights
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    const bool input_depends = any_input(layer, i, depends);
    total += counts[i] * (input_depends ? 3 : 2);
    depends.push_back(input_depends || layer.has_parameters());
  }
  return total;
}

}  // namespace lentil::tools
