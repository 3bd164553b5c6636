#include "tools/filters.h"

#include <fmt/format.h>
#include <optional>

#include "formats/export/layer_text.h"
#include "formats/layer_rules.h"
#include "formats/layer_shape.h"
#include "runtime/graph.h"
#include "runtime/prepare.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

using namespace formats;

bool is_shown(const Layer& layer) {
  return layer.type == LayerType::conv2d || layer.type == LayerType::linear;
}

// The first convolution, or else the first linear layer.
std::optional<std::uint32_t> first_shown(const Model& model) {
  for (const LayerType type : {LayerType::conv2d, LayerType::linear}) {
    for (std::uint32_t i = 0; i < model.layer_count; ++i) {
      if (model.layer(i).type == type) return i;
    }
  }
  return std::nullopt;
}

std::uint32_t find_layer(const Model& model, const std::string& wanted) {
  std::vector<std::string> all, shown;
  std::optional<std::uint32_t> found;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    all.push_back(layer_name(layer, i));
    if (all.back() == wanted) found = i;
    if (is_shown(layer)) shown.push_back(all.back());
  }
  if (shown.empty())
    fail("the model has neither a convolution nor a linear layer: there are no weights to show");
  if (wanted.empty()) return *first_shown(model);
  if (!found) {
    fail(fmt::format("the model has no layer '{}'{}\nLayers with weights to show: {}", printable(wanted),
                     did_you_mean(wanted, all), join(shown, ", ")));
  }
  if (!is_shown(model.layer(*found))) {
    fail(fmt::format("layer '{}' is a {}: convolutions and linear layers alone are shown: {}", wanted,
                     type_name(model.layer(*found)), join(shown, ", ")));
  }
  return *found;
}

// How the network's input lies before a layer: as it is, or with the channels of a pixel beside each other.
// Nothing if the layer sees something else.
std::optional<FlattenOrder> input_order(const Model& model, std::uint32_t layer) {
  FlattenOrder order = FlattenOrder::chw;
  std::int32_t at = layer_input(model.layer(layer), layer);
  while (at != kNetworkInput) {
    const auto index = static_cast<std::uint32_t>(at);
    const Layer before = model.layer(index);
    const bool flattens = before.type == LayerType::flatten;
    if (!flattens && (!keeps_shape(before) || input_count(before) != 1)) return std::nullopt;
    if (flattens && before.order == FlattenOrder::hwc) order = FlattenOrder::hwc;
    at = layer_input(before, index);
  }
  return order;
}

std::string caption(std::uint32_t output, std::uint32_t channel, std::uint32_t channels,
                    const std::string& label) {
  const std::string text = label.empty() ? std::to_string(output) : label;
  return channels == 1 ? text : fmt::format("{}, {}", text, channel);
}

Filters convolution(const Layer& layer) {
  const Extent& kernel = layer.kernel;
  const std::uint32_t channels = layer.in_features / layer.groups;
  const std::size_t area = std::size_t{kernel.height} * kernel.width;
  Filters filters{.tensor = {}, .what = {}, .weights = layer.tensor(Slot::weight), .group = {}};
  filters.what = fmt::format("{} of {}x{}", counted(layer.out_features, "filter"), channels, spell(kernel));
  filters.columns = channels == 1 ? 0 : channels;
  for (std::uint32_t i = 0; i < layer.out_features * channels; ++i) {
    const auto values = filters.weights.subspan(i * area, area);
    filters.group.pictures.push_back({kernel.width,
                                      kernel.height,
                                      {values.begin(), values.end()},
                                      caption(i / channels, i % channels, channels, "")});
  }
  return filters;
}

Filters matrix(const Layer& layer) {
  const auto weights = layer.tensor(Slot::weight);
  plot::Picture picture{layer.in_features, layer.out_features, {weights.begin(), weights.end()}, ""};
  return {.tensor = {},
          .what = fmt::format("{} of {} values", counted(layer.out_features, "row"), layer.in_features),
          .weights = weights,
          .group = {.title = {}, .pictures = {std::move(picture)}}};
}

// A linear layer that sees pictures.
Filters input_weights(const Layer& layer, const Shape& input, FlattenOrder order,
                      const std::vector<std::string>& labels) {
  const auto weights = layer.tensor(Slot::weight);
  Filters filters{.tensor = {}, .what = {}, .weights = weights, .group = {}};
  filters.what = fmt::format("{} of {}", counted(layer.out_features, "picture"), spell(input));
  filters.columns = input.channels == 1 ? 0 : input.channels;
  const std::size_t area = input.plane();
  const bool apart = order == FlattenOrder::chw;
  for (std::uint32_t i = 0; i < layer.out_features * input.channels; ++i) {
    const std::uint32_t output = i / input.channels, channel = i % input.channels;
    const auto row = weights.subspan(std::size_t{output} * layer.in_features, layer.in_features);
    plot::Picture picture{input.width, input.height, {}, ""};
    for (std::size_t pixel = 0; pixel < area; ++pixel)
      picture.values.push_back(row[apart ? channel * area + pixel : pixel * input.channels + channel]);
    picture.caption =
        caption(output, channel, input.channels, labels.size() == layer.out_features ? labels[output] : "");
    filters.group.pictures.push_back(std::move(picture));
  }
  return filters;
}

bool is_last_with_weights(const Model& model, std::uint32_t index) {
  for (std::uint32_t i = index + 1; i < model.layer_count; ++i) {
    if (is_shown(model.layer(i))) return false;
  }
  return true;
}

Filters pictures_of(const ModelFile& file, const Model& model, std::uint32_t index) {
  const Layer layer = model.layer(index);
  if (layer.type == LayerType::conv2d) return convolution(layer);
  const auto order = input_order(model, index);
  const Shape input = picture_shape(model.input);
  if (!order || input.count() != layer.in_features || input.plane() == 1) return matrix(layer);
  const bool classes = is_last_with_weights(model, index);
  return input_weights(layer, input, *order, classes ? file.labels : std::vector<std::string>{});
}

}  // namespace

Filters filters_of(const ModelFile& file, const std::string& layer) {
  const Model model = file.model();
  const std::uint32_t index = find_layer(model, layer);
  Filters filters = pictures_of(file, model, index);
  filters.tensor = layer_name(model.layer(index), index) + ".weight";
  return filters;
}

}  // namespace lentil::tools
