#include "runtime/graph.h"

#include <algorithm>

namespace lentil {

using kernels::Activation;

std::int32_t layer_input(const Layer& layer, std::uint32_t index, std::size_t i) {
  return layer.inputs.empty() ? static_cast<std::int32_t>(index) - 1 : layer.inputs[i];
}

std::uint16_t only_reader(const Model& model, std::span<const std::uint16_t> uses, std::uint32_t index) {
  if (uses[index] != 1) return kNoIndex;
  for (std::uint32_t j = index + 1; j < model.layer_count; ++j) {
    const Layer layer = model.layer(j);
    for (std::size_t i = 0; i < input_count(layer); ++i) {
      if (layer_input(layer, j, i) == static_cast<std::int32_t>(index)) return static_cast<std::uint16_t>(j);
    }
  }
  return kNoIndex;
}

bool learns(const Model& model, const PlanOptions& options, std::uint32_t layer) {
  if (options.mode == Mode::infer || !model.layer(layer).has_parameters()) return false;
  return std::find(options.frozen.begin(), options.frozen.end(), layer) == options.frozen.end();
}

Activation activation_of(LayerType type) {
  switch (type) {
    case LayerType::relu:
      return Activation::relu;
    case LayerType::sigmoid:
      return Activation::sigmoid;
    case LayerType::tanh:
      return Activation::tanh;
    case LayerType::leaky_relu:
      return Activation::leaky_relu;
    case LayerType::elu:
      return Activation::elu;
    default:
      return Activation::none;
  }
}

namespace {

// ReLU may change places with max-pooling and with a factor >= 0; nothing else may.
bool swappable(const Group& group) {
  return group.activation == Activation::none || group.activation == Activation::relu;
}

bool join_dropout(Group& group, bool conv, LayerType type, std::uint16_t index, Mode mode) {
  if (mode == Mode::infer) return true;
  if (conv != (type == LayerType::dropout2d) || !swappable(group) || group.dropout != kNoIndex) return false;
  group.dropout = index;
  return true;
}

bool join_activation(Group& group, bool conv, LayerType type, std::uint16_t index) {
  if (group.activation != Activation::none) return false;
  if (!conv && group.dropout != kNoIndex && type != LayerType::relu) return false;
  group.activation = activation_of(type);
  group.activation_layer = index;
  return true;
}

}  // namespace

bool join_group(Group& group, LayerType head, const Model& model, std::uint16_t index,
                const PlanOptions& options) {
  const LayerType type = model.layer(index).type;
  const bool conv = head == LayerType::conv2d;
  switch (type) {
    case LayerType::batch_norm1d:
    case LayerType::batch_norm2d:
      if (!conv || !group.empty() || learns(model, options, index)) return false;
      group.batch_norm = index;
      return true;
    case LayerType::max_pool2d:
      if (!conv || !swappable(group) || group.pool != kNoIndex) return false;
      group.pool = index;
      return true;
    case LayerType::dropout:
    case LayerType::dropout2d:
      return join_dropout(group, conv, type, index, options.mode);
    default:
      return activation_of(type) != Activation::none && join_activation(group, conv, type, index);
  }
}

}  // namespace lentil
