#include "formats/import/keras_model.h"

#include <algorithm>

namespace lentil::formats {
namespace {

constexpr std::size_t kMostDepth = 8;  // of models within models
constexpr std::size_t kMostLayers = 2048;
constexpr std::size_t kMostInputs = 64;  // of one layer

const Json kNothing = Json::object();

const Json& config_of(const Json& layer) {
  const Json* config = member(layer, "config");
  return config == nullptr ? kNothing : *config;
}

// Layers of a graph have a name beside their settings, others only among them.
std::string name_of(const Json& layer) {
  const std::string name = text_of(layer, "name");
  return name.empty() ? text_of(config_of(layer), "name") : name;
}

// Names of layers in what Keras 2 ([["conv", 0, 0, {}], ...]) and Keras 3 ("keras_history": ["conv", 0, 0])
// call an inbound node.
void collect_inputs(const Json& node, std::vector<std::string>& names, std::size_t depth) {
  if (depth > kMostDepth || names.size() > kMostInputs) return;
  if (const Json* history = member(config_of(node), "keras_history")) {
    collect_inputs(*history, names, depth + 1);
  } else if (const Json* arguments = member(node, "args")) {
    collect_inputs(*arguments, names, depth + 1);
  } else if (node.is_array() && node.size() >= 3 && node[0].is_string() && node[1].is_number()) {
    names.push_back(node[0].get<std::string>());
  } else if (node.is_array()) {
    for (const Json& inner : node) collect_inputs(inner, names, depth + 1);
  }
}

struct Inputs {
  std::vector<std::string> names;
  bool is_shared = false;  // the layer is used more than once
};

Inputs inputs_of(const Json& layer) {
  const Json* nodes = member(layer, "inbound_nodes");
  Inputs inputs;
  if (nodes == nullptr || !nodes->is_array() || nodes->empty()) return inputs;
  inputs.is_shared = nodes->size() > 1;
  collect_inputs((*nodes)[0], inputs.names, 0);
  return inputs;
}

}  // namespace

bool is_keras_model(const std::string& kind) {
  return kind == "Sequential" || kind == "Functional" || kind == "Model";
}

const Json* keras_layer_list(const Json& model) {
  const Json& config = config_of(model);
  const Json* layers = config.is_array() ? &config : member(config, "layers");
  return layers != nullptr && layers->is_array() && layers->size() <= kMostLayers ? layers : nullptr;
}

std::vector<std::uint32_t> keras_input(const Json& model, std::size_t depth) {
  const Json* layers = keras_layer_list(model);
  if (layers == nullptr || depth > kMostDepth) return {};
  for (const Json& layer : *layers) {
    const Json& config = config_of(layer);
    for (const char* key : {"batch_input_shape", "batch_shape"}) {
      if (const auto sizes = shape_of(config, key)) return *sizes;
    }
    const auto inputs =
        member(config, "input_dim") == nullptr ? std::nullopt : integer_of(*member(config, "input_dim"));
    if (inputs && *inputs > 0 && *inputs < (1 << 24)) return {static_cast<std::uint32_t>(*inputs)};
    if (is_keras_model(text_of(layer, "class_name"))) return keras_input(layer, depth + 1);
    break;  // later layers have other inputs
  }
  if (const auto sizes = shape_of(config_of(model), "build_input_shape")) return *sizes;
  const Json* build = member(model, "build_config");
  const auto sizes = build == nullptr ? std::nullopt : shape_of(*build, "input_shape");
  return sizes.value_or(std::vector<std::uint32_t>{});
}

std::string keras_data_format(const Json& model, std::size_t depth) {
  const Json* layers = keras_layer_list(model);
  std::string format = "channels_last";
  bool known = false;
  if (layers == nullptr || depth > kMostDepth) return format;
  for (const Json& layer : *layers) {
    const std::string kind = text_of(layer, "class_name");
    std::string said = text_of(config_of(layer), "data_format");
    const std::string older = text_of(config_of(layer), "dim_ordering");
    if (!older.empty()) said = older == "th" ? "channels_first" : "channels_last";
    if (is_keras_model(kind)) said = keras_data_format(layer, depth + 1);
    if (kind == "Flatten" || said.empty()) continue;  // its order is its own
    if (known && said != format) return "";
    format = said;
    known = true;
  }
  return format;
}

KerasPlace KerasModel::place_of(const Json& layer, const KerasPlace& container,
                                std::map<std::string, int>& counts, std::size_t depth) const {
  const std::string name = name_of(layer);
  if (!weights_.numbered())
    return depth == 0 ? KerasPlace{container.group + "/" + name, ""} : KerasPlace{container.group, name};
  const std::string root = container.group.empty() ? "" : container.group + "/";
  const std::string older = root + "_layer_checkpoint_dependencies";
  const std::string kind = keras_snake_case(text_of(layer, "class_name"));
  const int before = counts[kind]++;
  return {(weights_.has_group(older) ? older : root + "layers") + "/" + kind +
              (before == 0 ? "" : "_" + std::to_string(before)),
          ""};
}

TfValue KerasModel::mistake(const KerasLayer& layer, const std::string& what) {
  return network_.fail("layer '" + layer.name + "' (" + layer.kind + ")", what);
}

KerasTensor KerasModel::tensor(const KerasLayer& layer, const std::string& role, std::size_t number,
                               bool required) {
  auto found = weights_.read(layer.place, role, number);
  if (!found) {
    mistake(layer, found.error().message);
    return {};
  }
  if (required && found->values.empty()) mistake(layer, "the file holds no " + role + " of it");
  return std::move(*found);
}

TfValue KerasModel::add_model(const Json& model, TfValue input, const KerasPlace& place, std::size_t depth) {
  const std::string kind = text_of(model, "class_name");
  const Json* layers = keras_layer_list(model);
  if (depth > kMostDepth || layers == nullptr || !is_keras_model(kind))
    return network_.fail("the model", kind.empty() || is_keras_model(kind)
                                          ? "its description lists no layers"
                                          : "it is of the class " + kind + ", not Sequential or Functional");
  if (kind == "Sequential") return add_chain(*layers, std::move(input), place, depth);
  return add_graph(config_of(model), input, place, depth);
}

TfValue KerasModel::add_chain(const Json& layers, TfValue value, const KerasPlace& place, std::size_t depth) {
  std::map<std::string, int> counts;
  for (const Json& layer : layers) {
    if (network_.failed()) break;
    value = add_layer(layer, {value}, place_of(layer, place, counts, depth), depth);
  }
  return value;
}

TfValue KerasModel::add_graph(const Json& config, const TfValue& input, const KerasPlace& place,
                              std::size_t depth) {
  std::map<std::string, int> counts;
  std::vector<std::pair<const Json*, KerasPlace>> waiting;
  std::size_t pictures = 0;
  for (const Json& layer : *member(config, "layers")) {
    waiting.emplace_back(&layer, place_of(layer, place, counts, depth));
    if (text_of(layer, "class_name") == "InputLayer") ++pictures;
  }
  if (pictures > 1) return network_.fail("the model", "it has " + std::to_string(pictures) + " inputs");
  Values values;
  // Files list layers after their inputs, or nearly so: each round adds those whose inputs are there.
  for (bool progress = true; progress && !network_.failed();) {
    progress = false;
    for (auto& [layer, where] : waiting) {
      if (layer == nullptr || network_.failed()) continue;
      const Inputs inputs = inputs_of(*layer);
      const std::string name = name_of(*layer);
      if (inputs.is_shared) return network_.fail("layer '" + name + "'", "it is used more than once");
      if (!std::ranges::all_of(inputs.names, [&](const std::string& n) { return values.contains(n); }))
        continue;
      std::vector<TfValue> given;
      for (const std::string& n : inputs.names) given.push_back(values[n]);
      if (given.empty() && text_of(*layer, "class_name") == "InputLayer") given.push_back(input);
      const bool added = values.emplace(name, add_layer(*layer, given, where, depth)).second;
      if (!added) return network_.fail("layer '" + name + "'", "two layers have this name");
      layer = nullptr;
      progress = true;
    }
  }
  std::vector<std::string> outputs;
  if (const Json* said = member(config, "output_layers")) collect_inputs(*said, outputs, 0);
  if (network_.failed()) return input;
  if (outputs.empty() || !values.contains(outputs[0]))
    return network_.fail("the model", "its output is computed by no layer, or layers go round in a circle");
  if (outputs.size() > 1) note("of " + std::to_string(outputs.size()) + " outputs the first was taken");
  return values[outputs[0]];
}

TfValue KerasModel::add_layer(const Json& layer, const std::vector<TfValue>& inputs, const KerasPlace& place,
                              std::size_t depth) {
  const KerasLayer known{text_of(layer, "class_name"), name_of(layer), config_of(layer), place};
  if (inputs.empty()) return mistake(known, "it has no input");
  if (is_keras_model(known.kind)) return add_model(layer, inputs[0], place, depth + 1);
  for (const auto rows : {keras_layers(), keras_shapes()}) {
    const auto row = std::ranges::find(rows, known.kind, &KerasRow::kind);
    if (row != rows.end()) return row->add(*this, known, inputs);
  }
  return mistake(known,
                 "no layer of Lentil does what this class does; only layers of Keras itself that "
                 "networks for pictures use can be converted");
}

}  // namespace lentil::formats
