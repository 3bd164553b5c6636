// From a network to its line.
#include <algorithm>
#include <charconv>

#include "formats/layer_rules.h"
#include "formats/model_builder.h"
#include "formats/spec.h"
#include "formats/spec_words.h"

namespace lentil::formats {
namespace {

std::string shortest(float value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string extent(std::uint32_t height, std::uint32_t width) {
  return height == width ? std::to_string(height) : std::to_string(height) + "x" + std::to_string(width);
}

const SpecWord* find_word(LayerType type) {
  if (type == LayerType::batch_norm1d) type = LayerType::batch_norm2d;
  const auto word =
      std::find_if(kSpecWords.begin(), kSpecWords.end(), [&](const SpecWord& w) { return w.type == type; });
  return word == kSpecWords.end() ? nullptr : &*word;
}

std::string argument(const Layer& l, const SpecWord& word) {
  switch (word.argument) {
    case SpecArgument::out:
      return " " + std::to_string(l.out_features);
    case SpecArgument::window:
      return " " + extent(l.kernel.height, l.kernel.width);
    case SpecArgument::order:
      return l.order == FlattenOrder::hwc ? " hwc" : "";
    case SpecArgument::number: {
      const float number = l.type == LayerType::leaky_relu ? l.slope : l.rate;
      return number == word.number ? "" : " " + shortest(number);
    }
    case SpecArgument::none:
      break;
  }
  return {};
}

std::string options(const Layer& l, const SpecWord& word) {
  if (word.options.empty()) return {};
  const bool conv = l.type == LayerType::conv2d;
  const Extent one{1, 1};
  std::string text;
  if (conv) text += " k" + extent(l.kernel.height, l.kernel.width);
  if (l.stride != (conv ? one : l.kernel)) text += " s" + extent(l.stride.height, l.stride.width);
  if (l.padding != Padding{}) text += " p" + extent(l.padding.top, l.padding.left);
  if (conv && l.dilation != one) text += " d" + extent(l.dilation.height, l.dilation.width);
  if (conv && l.groups != 1) text += " g" + std::to_string(l.groups);
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
  const bool parameters = takes_parameters(a.settings.type);
  bool sizes = true;
  for (std::size_t s = 0; s < kSlots; ++s) sizes = sizes && a.tensors[s].size() == b.tensors[s].size();
  return sizes && same_settings(a.settings, b.settings) && (!parameters || a.name == b.name);
}

std::string entry(const LayerData& layer, const SpecWord& word) {
  const Layer& l = layer.settings;
  std::string text = std::string(word.word) + argument(l, word) + options(l, word);
  if (word.argument == SpecArgument::out && layer.tensor(Slot::bias).empty()) text += " nobias";
  return text;
}

Failure cannot_say(const LayerData& layer) {
  return {"a one-line spec cannot say layer '" + layer.name + "'"};
}

std::string input_entry(const Shape& s) {
  if (s == Shape{1, 28, 28}) return {};
  const std::string channels = "input " + std::to_string(s.channels);
  return s.plane() == 1 ? channels
                        : channels + "x" + std::to_string(s.height) + "x" + std::to_string(s.width);
}

// The whole line; with the names of those layers that `plain` calls otherwise.
std::string line_of(const ModelFile& file, const ModelFile* plain) {
  std::string line = input_entry(file.input);
  for (std::size_t i = 0; i < file.layers.size(); ++i) {
    const LayerData& layer = file.layers[i];
    if (!line.empty()) line += ", ";
    line += entry(layer, *find_word(layer.settings.type));
    const bool named = plain != nullptr && takes_parameters(layer.settings.type);
    if (named && plain->layers[i].name != layer.name) line += " @" + layer.name;
  }
  return line;
}

}  // namespace

Outcome<std::string> to_spec(const ModelFile& file) {
  for (std::size_t i = 0; i < file.layers.size(); ++i) {
    const LayerData& layer = file.layers[i];
    const auto before = static_cast<std::int64_t>(i) - 1;
    const bool chained = layer.inputs.empty() || (layer.inputs.size() == 1 && layer.inputs[0] == before);
    if (!chained || find_word(layer.settings.type) == nullptr) return cannot_say(layer);
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
