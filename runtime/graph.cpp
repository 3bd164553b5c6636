#include "runtime/graph.h"

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

Activation activation_of(LayerType type) {
  switch (type) {
    case LayerType::relu:
      return Activation::relu;
    case LayerType::sigmoid:
      return Activation::sigmoid;
    case LayerType::tanh:
      return Activation::tanh;
    default:
      return Activation::none;
  }
}

bool join_group(Group& group, const Layer& head, const Layer& layer, std::uint16_t index, Mode mode) {
  const bool conv = head.type == LayerType::conv2d;
  // ReLU may change places with max-pooling and with a factor >= 0; nothing else may.
  const bool swappable = group.activation == Activation::none || group.activation == Activation::relu;
  switch (layer.type) {
    case LayerType::max_pool2d:
      if (!conv || !swappable || group.pool != kNoIndex) return false;
      group.pool = index;
      return true;
    case LayerType::dropout:
    case LayerType::dropout2d:
      if (mode == Mode::infer) return true;
      if (conv != (layer.type == LayerType::dropout2d) || !swappable || group.dropout != kNoIndex)
        return false;
      group.dropout = index;
      return true;
    case LayerType::relu:
    case LayerType::sigmoid:
    case LayerType::tanh:
      if (group.activation != Activation::none) return false;
      if (!conv && group.dropout != kNoIndex && layer.type != LayerType::relu) return false;
      group.activation = activation_of(layer.type);
      group.activation_layer = index;
      return true;
    default:
      return false;
  }
}

}  // namespace lentil
