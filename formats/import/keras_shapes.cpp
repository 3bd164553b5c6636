// Layers of Keras without weights.
#include <algorithm>
#include <array>

#include "formats/import/keras_model.h"

namespace lentil::formats {
namespace {

using Values = std::vector<TfValue>;

float number_or(const Json& config, const char* key, const char* other, double otherwise) {
  const auto value = number_of(config, key);
  return static_cast<float>(value ? *value : number_of(config, other).value_or(otherwise));
}

TfValue input(KerasModel&, const KerasLayer&, const Values& in) { return in[0]; }

TfValue activation(KerasModel& model, const KerasLayer& layer, const Values& in) {
  return keras_activation(model, layer, in[0], member(layer.config, "activation"));
}

TfValue relu(KerasModel& model, const KerasLayer& layer, const Values& in) {
  if (member(layer.config, "max_value") != nullptr || number_of(layer.config, "threshold").value_or(0) != 0)
    return model.mistake(layer,
                         "with a largest value or a threshold, as in ReLU6, which no layer of Lentil has");
  const float slope = number_or(layer.config, "negative_slope", "alpha", 0);
  return model.network().activation(in[0], slope == 0 ? LayerType::relu : LayerType::leaky_relu, slope);
}

TfValue leaky_relu(KerasModel& model, const KerasLayer& layer, const Values& in) {
  return model.network().activation(in[0], LayerType::leaky_relu,
                                    number_or(layer.config, "negative_slope", "alpha", 0.3));
}

TfValue elu(KerasModel& model, const KerasLayer& layer, const Values& in) {
  return model.network().activation(in[0], LayerType::elu, number_or(layer.config, "alpha", "alpha", 1));
}

TfValue softmax(KerasModel& model, const KerasLayer&, const Values& in) {
  return model.network().activation(in[0], LayerType::softmax);
}

TfValue dropout(KerasModel& model, const KerasLayer& layer, const Values& in) {
  const LayerType type = layer.kind == "SpatialDropout2D" ? LayerType::dropout2d : LayerType::dropout;
  return model.network().dropout(in[0], type, number_or(layer.config, "rate", "p", 0.5));
}

TfValue training_only(KerasModel& model, const KerasLayer& layer, const Values& in) {
  model.note("layer '" + layer.name + "' (" + layer.kind + ") acts in training alone and was left out");
  return in[0];
}

// Nothing, and a mistake, if the padding has another name than the two.
std::optional<TfWindow> pool_window(KerasModel& model, const KerasLayer& layer) {
  const std::string padding =
      text_of(layer.config, "padding") + text_of(layer.config, "border_mode");  // one of them is there
  const auto window = extent_of(layer.config, "pool_size");
  if (window && (padding == "same" || padding == "valid"))
    return TfWindow{.kernel = *window,
                    .stride = extent_of(layer.config, "strides").value_or(*window),
                    .same = padding == "same"};
  model.mistake(layer, "its window or its padding '" + padding + "' is not supported");
  return std::nullopt;
}

TfValue max_pooling(KerasModel& model, const KerasLayer& layer, const Values& in) {
  const auto window = pool_window(model, layer);
  return window ? model.network().max_pool(in[0], *window) : in[0];
}

TfValue average_pooling(KerasModel& model, const KerasLayer& layer, const Values& in) {
  const auto window = pool_window(model, layer);
  return window ? model.network().average_pool(in[0], *window) : in[0];
}

TfValue global_average(KerasModel& model, const KerasLayer& layer, const Values& in) {
  return model.network().global_average(in[0], flag_of(layer.config, "keepdims", false));
}

TfValue global_max(KerasModel& model, const KerasLayer& layer, const Values& in) {
  const Extent all{in[0].shape().height, in[0].shape().width};
  const TfValue out = model.network().max_pool(in[0], {.kernel = all, .stride = all});
  return flag_of(layer.config, "keepdims", false) ? out : model.network().flatten(out);
}

// With channels first, Keras puts them last before it flattens, if its setting says so.
TfValue flatten(KerasModel& model, const KerasLayer& layer, const Values& in) {
  const bool turns = text_of(layer.config, "data_format") == "channels_first" && in[0].sizes.size() == 3 &&
                     in[0].order == AxisOrder::channels_first;
  return model.network().flatten(turns ? model.network().transpose(in[0], {1, 2, 0}) : in[0]);
}

TfValue reshape(KerasModel& model, const KerasLayer& layer, const Values& in) {
  constexpr std::size_t kMostAxes = 8;
  const Json* target = member(layer.config, "target_shape");
  if (target == nullptr || !target->is_array() || target->size() > kMostAxes)
    return model.mistake(layer, "it has no target shape");
  std::vector<std::uint32_t> sizes;
  std::uint64_t known = 1;
  for (const Json& one : *target) {
    const auto size = integer_of(one).value_or(0);
    if (size != -1 && (size < 1 || static_cast<std::uint64_t>(size) > in[0].count() / known))
      return model.mistake(layer, "impossible sizes");
    if (size != -1) known *= static_cast<std::uint64_t>(size);
    sizes.push_back(size == -1 ? 0 : static_cast<std::uint32_t>(size));
  }
  if (std::ranges::count(sizes, 0u) > 1) return model.mistake(layer, "impossible sizes");
  std::ranges::replace(sizes, 0u, static_cast<std::uint32_t>(in[0].count() / known));
  return model.network().reshape(in[0], sizes, in[0].order);
}

TfValue permute(KerasModel& model, const KerasLayer& layer, const Values& in) {
  constexpr std::size_t kMostAxes = 3;
  const Json* dims = member(layer.config, "dims");
  std::vector<std::size_t> axes;
  if (dims == nullptr || !dims->is_array() || dims->size() > kMostAxes)
    return model.mistake(layer, "it has no axes");
  for (const Json& one : *dims) axes.push_back(static_cast<std::size_t>(integer_of(one).value_or(0) - 1));
  return model.network().transpose(in[0], axes);
}

std::uint32_t zeros_of(const Json& value) {
  constexpr std::int64_t kMost = 4096;
  const auto zeros = integer_of(value).value_or(-1);
  return static_cast<std::uint32_t>(zeros < 0 || zeros > kMost ? kMost + 1 : zeros);
}

// One number, one for rows and one for columns, or two for each.
TfValue zero_padding(KerasModel& model, const KerasLayer& layer, const Values& in) {
  const Json* said = member(layer.config, "padding");
  if (said == nullptr) return model.mistake(layer, "it has no padding");
  std::array<std::array<std::uint32_t, 2>, 2> zeros{};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const bool list = said->is_array() && said->size() == 2;
    const Json& own = list ? (*said)[axis] : *said;
    const bool pair = own.is_array() && own.size() == 2;
    for (std::size_t side = 0; side < 2; ++side) zeros[axis][side] = zeros_of(pair ? own[side] : own);
  }
  return model.network().pad(
      in[0], {.top = zeros[0][0], .left = zeros[1][0], .bottom = zeros[0][1], .right = zeros[1][1]});
}

// A number, or one for each channel; `otherwise` if it is absent.
std::vector<float> numbers_of(const Json& config, const char* key, float otherwise) {
  constexpr std::size_t kMost = 4096;
  const Json* value = member(config, key);
  if (value == nullptr) return {otherwise};
  if (value->is_number()) return {value->get<float>()};
  std::vector<float> list;
  if (!value->is_array() || value->size() > kMost) return {};
  for (const Json& one : *value) list.push_back(one.is_number() ? one.get<float>() : 0.0f);
  return list;
}

TfValue rescaling(KerasModel& model, const KerasLayer& layer, const Values& in) {
  const auto add = [&](const TfValue& value, LayerType type, const std::vector<float>& list,
                       const std::string& name) {
    std::vector<std::uint32_t> sizes;
    if (list.size() > 1) sizes.push_back(static_cast<std::uint32_t>(list.size()));
    return model.network().constant(value, type, sizes, {list.size(), [&](std::size_t i) { return list[i]; }},
                                    false, name);
  };
  const auto scale = numbers_of(layer.config, "scale", 1), offset = numbers_of(layer.config, "offset", 0);
  if (scale.empty() || offset.empty()) return model.mistake(layer, "its scale or offset is no number");
  const TfValue scaled = add(in[0], LayerType::mul, scale, layer.name);
  if (offset == std::vector<float>{0}) return scaled;
  return add(scaled, LayerType::add, offset, layer.name + "_offset");
}

TfValue join(KerasModel& model, const KerasLayer& layer, const Values& in) {
  const LayerType type = layer.kind == "Add"        ? LayerType::add
                         : layer.kind == "Multiply" ? LayerType::mul
                                                    : LayerType::sub;
  TfValue sum = in[0];
  if (in.size() < 2) return model.mistake(layer, "it has one input");
  for (const TfValue& next : std::span(in).subspan(1)) sum = model.network().join(type, {sum, next});
  return sum;
}

TfValue concatenate(KerasModel& model, const KerasLayer& layer, const Values& in) {
  const Json* axis = member(layer.config, "axis");
  const auto value = axis == nullptr ? -1 : integer_of(*axis).value_or(0);
  const auto axes = static_cast<std::int64_t>(in[0].sizes.size()) + 1;
  if (in[0].sizes.size() == 2 ||
      (value < 0 ? value + axes : value) != static_cast<std::int64_t>(in[0].channel_axis()) + 1)
    return model.mistake(layer, "along another axis than the channels'");
  return model.network().join(LayerType::concat, in);
}

constexpr std::array<KerasRow, 34> kRows{{
    {"InputLayer", input},
    {"Activation", activation},
    {"ReLU", relu},
    {"LeakyReLU", leaky_relu},
    {"ELU", elu},
    {"Softmax", softmax},
    {"Dropout", dropout},
    {"SpatialDropout2D", dropout},
    {"GaussianNoise", training_only},
    {"GaussianDropout", training_only},
    {"AlphaDropout", training_only},
    {"ActivityRegularization", training_only},
    {"RandomFlip", training_only},
    {"RandomRotation", training_only},
    {"RandomTranslation", training_only},
    {"RandomZoom", training_only},
    {"RandomContrast", training_only},
    {"RandomBrightness", training_only},
    {"MaxPooling2D", max_pooling},
    {"MaxPool2D", max_pooling},
    {"AveragePooling2D", average_pooling},
    {"AvgPool2D", average_pooling},
    {"GlobalAveragePooling2D", global_average},
    {"GlobalAvgPool2D", global_average},
    {"GlobalMaxPooling2D", global_max},
    {"Flatten", flatten},
    {"Reshape", reshape},
    {"Permute", permute},
    {"ZeroPadding2D", zero_padding},
    {"Rescaling", rescaling},
    {"Add", join},
    {"Subtract", join},
    {"Multiply", join},
    {"Concatenate", concatenate},
}};

struct Named {
  std::string_view name;
  LayerType type;
  float slope = 0;
};
constexpr std::array<Named, 7> kActivations{{{"relu", LayerType::relu},
                                             {"sigmoid", LayerType::sigmoid},
                                             {"tanh", LayerType::tanh},
                                             {"softmax", LayerType::softmax},
                                             {"log_softmax", LayerType::log_softmax},
                                             {"elu", LayerType::elu, 1.0f},
                                             {"leaky_relu", LayerType::leaky_relu, 0.2f}}};

}  // namespace

std::span<const KerasRow> keras_shapes() { return kRows; }

TfValue keras_activation(KerasModel& model, const KerasLayer& layer, const TfValue& in, const Json* said) {
  if (said == nullptr) return in;
  // A text; or {"class_name": "function", "config": "relu"} and {"class_name": "ReLU", "config": {...}}.
  std::string name = said->is_string() ? said->get<std::string>() : text_of(*said, "config");
  if (name.empty()) name = text_of(*said, "class_name");
  if (name == "linear") return in;
  const Json* settings = member(*said, "config");
  if (settings != nullptr && settings->is_object()) {
    const auto row = std::ranges::find(kRows, name, &KerasRow::kind);
    const bool activates = row != kRows.end() && name.ends_with("LU");
    if (activates) return row->add(model, {name, layer.name, *settings, layer.place}, {in});
  }
  const auto known = std::ranges::find(kActivations, name, &Named::name);
  if (known == kActivations.end())
    return model.mistake(layer, "its activation '" + name.substr(0, 100) + "' is not supported");
  return model.network().activation(in, known->type, known->slope);
}

}  // namespace lentil::formats
