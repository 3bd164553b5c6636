// From a network to its line.
#include "formats/layer_rules.h"
#include "formats/spec.h"
#include "formats/spec_terms.h"
#include "formats/spec_words.h"

namespace lentil::formats {
namespace {

float number_of(const LayerData& layer) {
  if (layer.settings.has_constant()) return layer.tensor(Slot::weight)[0];
  const LayerType type = layer.settings.type;
  const bool slope = type == LayerType::leaky_relu || type == LayerType::elu;
  return slope ? layer.settings.slope : layer.settings.rate;
}

// Nothing where the value is the one that an entry has without saying so.
template <class Value>
std::optional<Value> unless(const std::optional<Value>& usual, const Value& value) {
  return value == usual ? std::nullopt : std::optional(value);
}

// The reverse of SpecWord::append, for the settings that the word's usage has; the others are idle.
SpecLayer entry_of(const LayerData& layer, const SpecWord& word) {
  const Layer& l = layer.settings;
  const BatchNormOptions usual;
  const Extent stride = l.type == LayerType::conv2d ? Extent{1, 1} : l.kernel;
  SpecLayer entry;
  entry.word = &word;
  entry.out = l.out_features;
  entry.kernel = l.kernel;
  entry.stride = unless<Extent>(stride, l.stride);
  entry.shape = Shape{l.out_features, l.kernel.height, l.kernel.width};
  entry.number = unless<float>(word.number, number_of(layer));
  entry.eps = unless<float>(usual.epsilon, l.epsilon);
  entry.momentum = unless<float>(usual.momentum, l.momentum);
  entry.padding = l.padding;
  entry.dilation = l.dilation;
  entry.groups = l.groups;
  entry.no_bias = layer.tensor(Slot::bias).empty();
  entry.ceil = l.ceil_mode;
  entry.no_pad = !l.count_include_pad;
  entry.channels = l.out_features != 1;
  entry.order = l.order;
  return entry;
}

std::string text_of(const SpecLayer& entry) {
  std::string text(entry.word->word());
  for (const auto& [term, required] : terms_of(*entry.word)) {
    const auto value = term->write(entry);
    if (value) text += " " + std::string(term->prefix()) + *value;
  }
  return text;
}

// The same layer with its numbers, but for weights.
bool same_settings(const Layer& a, const Layer& b) {
  return a.type == b.type && a.in_features == b.in_features && a.out_features == b.out_features &&
         a.kernel == b.kernel && a.stride == b.stride && a.dilation == b.dilation && a.padding == b.padding &&
         a.groups == b.groups && a.rate == b.rate && a.slope == b.slope && a.epsilon == b.epsilon &&
         a.momentum == b.momentum && a.ceil_mode == b.ceil_mode &&
         a.count_include_pad == b.count_include_pad && a.order == b.order;
}

bool same_layer(const LayerData& a, const LayerData& b) {
  bool sizes = true;
  for (std::size_t s = 0; s < kSlots; ++s) sizes = sizes && a.tensors[s].size() == b.tensors[s].size();
  return sizes && same_settings(a.settings, b.settings) &&
         (!takes_parameters(a.settings) || a.name == b.name) &&
         (!a.settings.has_constant() || a.tensors == b.tensors);
}

// Whether an entry can be made of the layer at all; if it says everything is seen when it is read again.
bool has_entry(const LayerData& layer, std::int64_t index) {
  const bool chained = layer.inputs.empty() || (layer.inputs.size() == 1 && layer.inputs[0] == index - 1);
  const bool joins = inputs_required(layer.settings) > 1;
  const bool sayable =
      !takes_parameters(layer.settings) || layer.name.find_first_of(", \t\r\n") == std::string::npos;
  return chained && !joins && sayable && find_spec_word(layer.settings.type) != nullptr;
}

Failure cannot_say(const LayerData& layer) {
  return {"a one-line spec cannot say layer '" + layer.name + "'"};
}

// The whole line; with the names of those layers that `plain` calls otherwise.
std::string line_of(const ModelFile& file, const ModelFile* plain) {
  std::string line;
  if (file.input != Shape{1, 28, 28}) line = "input " + spec_text(file.input);
  for (std::size_t i = 0; i < file.layers.size(); ++i) {
    const LayerData& layer = file.layers[i];
    SpecLayer entry = entry_of(layer, *find_spec_word(layer.settings.type));
    if (plain != nullptr && plain->layers[i].name != layer.name) entry.name = layer.name;
    if (!line.empty()) line += ", ";
    line += text_of(entry);
  }
  return line;
}

}  // namespace

Outcome<std::string> to_spec(const ModelFile& file) {
  for (std::size_t i = 0; i < file.layers.size(); ++i) {
    if (!has_entry(file.layers[i], static_cast<std::int64_t>(i))) return cannot_say(file.layers[i]);
  }
  // Reading the line tells the default names, and whether it says all there is to say.
  const auto plain = model_from_spec(line_of(file, nullptr));
  if (!plain) return plain.error();
  const std::string line = line_of(file, &*plain);
  const auto again = model_from_spec(line);
  if (!again) return again.error();
  for (std::size_t i = 0; i < file.layers.size(); ++i) {
    if (i >= again->layers.size() || !same_layer(again->layers[i], file.layers[i]))
      return cannot_say(file.layers[i]);
  }
  return line;
}

}  // namespace lentil::formats
