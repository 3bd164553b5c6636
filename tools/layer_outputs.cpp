#include "tools/layer_outputs.h"

#include "runtime/graph.h"
#include "runtime/op.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

// Whether a tensor is [N] and not [C][H][W] behind such a layer.
bool flat_behind(LayerType type, bool flat_before) {
  switch (type) {
    case LayerType::flatten:
    case LayerType::linear:
    case LayerType::batch_norm1d:
      return true;
    case LayerType::conv2d:
    case LayerType::max_pool2d:
    case LayerType::avg_pool2d:
    case LayerType::global_avg_pool2d:
    case LayerType::batch_norm2d:
    case LayerType::reshape:
      return false;
    default:
      return flat_before;
  }
}

}  // namespace

std::string dimensions_text(const Dimensions& dimensions) {
  std::vector<std::string> words;
  for (const std::uint32_t d : dimensions) words.push_back(std::to_string(d));
  return words.empty() ? "?" : join(words, "x");
}

Dimensions LayerOutput::dimensions() const {
  if (!known) return {};
  if (flat) return {static_cast<std::uint32_t>(shape.count())};
  return {shape.channels, shape.height, shape.width};
}

std::vector<LayerOutput> layer_outputs(const Model& model) {
  std::vector<LayerOutput> outputs{{model.input, model.input.plane() == 1, true}};
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    const auto before = [&](std::size_t k) -> const LayerOutput& {
      return outputs[static_cast<std::size_t>(std::int64_t{layer_input(layer, i, k)} + 1)];
    };
    const auto shape = infer_shape(layer, [&](std::size_t k) { return before(k).shape; });
    LayerOutput output;
    output.known = static_cast<bool>(shape);
    for (std::size_t k = 0; k < input_count(layer); ++k) output.known = output.known && before(k).known;
    if (output.known) output = {*shape, flat_behind(layer.type, before(0).flat), true};
    outputs.push_back(output);
  }
  return outputs;
}

}  // namespace lentil::tools
