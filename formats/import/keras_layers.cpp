// Layers of Keras that have weights.
#include <array>
#include <cmath>

#include "formats/import/keras_model.h"

namespace lentil::formats {
namespace {

using Values = std::vector<TfValue>;

// The setting under its name of today, or under that of Keras 1.
std::optional<Extent> extent_of(const Json& config, const char* key, const char* older) {
  const auto extent = formats::extent_of(config, key);
  return extent ? extent : formats::extent_of(config, older);
}

std::string padding_name(const Json& config) {
  const std::string name = text_of(config, "padding");
  return name.empty() ? text_of(config, "border_mode") : name;
}

bool has_bias(const Json& config) { return flag_of(config, "use_bias", flag_of(config, "bias", true)); }

std::optional<Extent> kernel_of(const Json& config) {
  if (const auto kernel = formats::extent_of(config, "kernel_size")) return kernel;
  const auto rows = formats::extent_of(config, "nb_row"), columns = formats::extent_of(config, "nb_col");
  if (!rows || !columns) return std::nullopt;
  return Extent{rows->height, columns->height};
}

// Nothing, and a mistake, where the settings are not those of a convolution of ours.
std::optional<TfWindow> window_of(KerasModel& model, const KerasLayer& layer) {
  const Json& c = layer.config;
  const auto kernel = kernel_of(c);
  const std::string padding = padding_name(c);
  if (!kernel || (padding != "same" && padding != "valid")) {
    model.mistake(layer, "its kernel size or its padding '" + padding + "' is not supported");
    return std::nullopt;
  }
  return TfWindow{.kernel = *kernel,
                  .stride = extent_of(c, "strides", "subsample").value_or(Extent{}),
                  .dilation = formats::extent_of(c, "dilation_rate").value_or(Extent{}),
                  .same = padding == "same"};
}

// The sizes must be those of a kernel [rows][columns][in][out].
bool is_kernel(const KerasTensor& kernel, const Extent& window) {
  return kernel.sizes.size() == 4 && kernel.sizes[0] == window.height && kernel.sizes[1] == window.width;
}

Elements kernel_elements(const KerasModel& model, const KerasTensor& kernel) {
  if (!model.flipped()) return kernel.elements();
  const std::size_t plane = std::size_t{kernel.sizes[0]} * kernel.sizes[1];
  const std::size_t inner = kernel.values.size() / plane;
  return {kernel.values.size(), [&kernel, plane, inner](std::size_t i) {
            return kernel.values[(plane - 1 - i / inner) * inner + i % inner];
          }};
}

KernelStrides strides_of(const KerasTensor& kernel) {
  const std::size_t in = kernel.sizes[2], out = kernel.sizes[3];
  return {.out = 1, .in = out, .row = kernel.sizes[1] * in * out, .column = in * out};
}

// One kernel for each channel: [rows][columns][channels][multiplier], the outputs of a channel side by side.
TfConv depthwise_conv(const TfWindow& window, const KerasTensor& kernel) {
  const std::uint32_t channels = kernel.sizes[2];
  KernelStrides strides = strides_of(kernel);
  strides.in = 0;
  return {.window = window, .out = channels * kernel.sizes[3], .groups = channels, .strides = strides};
}

KerasTensor bias_of(KerasModel& model, const KerasLayer& layer, std::size_t number) {
  return has_bias(layer.config) ? model.tensor(layer, "bias", number) : KerasTensor{};
}

TfValue conv2d(KerasModel& model, const KerasLayer& layer, const Values& in) {
  const auto window = window_of(model, layer);
  if (!window) return in[0];
  if (text_of(layer.config, "dim_ordering") == "th")
    return model.mistake(layer, "a kernel in Theano's order; load and save the model with Keras 2");
  const KerasTensor kernel = model.tensor(layer, "kernel", 0), bias = bias_of(model, layer, 1);
  if (model.network().failed()) return in[0];
  if (!is_kernel(kernel, window->kernel))
    return model.mistake(layer, "its kernel has other sizes than it says");
  const Json* groups = member(layer.config, "groups");
  const auto count = groups == nullptr ? 1 : integer_of(*groups).value_or(0);
  if (count < 1 || count > kernel.sizes[3]) return model.mistake(layer, "its groups are no number of groups");
  const TfConv conv{.window = *window,
                    .out = kernel.sizes[3],
                    .groups = static_cast<std::uint32_t>(count),
                    .strides = strides_of(kernel)};
  const TfValue out =
      model.network().conv2d(in[0], conv, kernel_elements(model, kernel), bias.elements(), layer.name);
  return keras_activation(model, layer, out, member(layer.config, "activation"));
}

TfValue depthwise_conv2d(KerasModel& model, const KerasLayer& layer, const Values& in) {
  const auto window = window_of(model, layer);
  if (!window) return in[0];
  KerasTensor kernel = model.tensor(layer, "depthwise_kernel", 0, false);
  if (kernel.values.empty()) kernel = model.tensor(layer, "kernel", 0);  // Keras 3's .h5
  const KerasTensor bias = bias_of(model, layer, 1);
  if (model.network().failed()) return in[0];
  if (!is_kernel(kernel, window->kernel))
    return model.mistake(layer, "its kernel has other sizes than it says");
  const TfValue out = model.network().conv2d(in[0], depthwise_conv(*window, kernel),
                                             kernel_elements(model, kernel), bias.elements(), layer.name);
  return keras_activation(model, layer, out, member(layer.config, "activation"));
}

TfValue separable_conv2d(KerasModel& model, const KerasLayer& layer, const Values& in) {
  const auto window = window_of(model, layer);
  if (!window) return in[0];
  const KerasTensor depth = model.tensor(layer, "depthwise_kernel", 0),
                    point = model.tensor(layer, "pointwise_kernel", 1), bias = bias_of(model, layer, 2);
  if (model.network().failed()) return in[0];
  if (!is_kernel(depth, window->kernel) || !is_kernel(point, {}))
    return model.mistake(layer, "its kernels have other sizes than it says");
  TfNetwork& network = model.network();
  const TfValue between = network.conv2d(in[0], depthwise_conv(*window, depth), kernel_elements(model, depth),
                                         {}, layer.name + "_depthwise");
  const TfConv conv{.out = point.sizes[3], .strides = strides_of(point)};
  const TfValue out = network.conv2d(between, conv, point.elements(), bias.elements(), layer.name);
  return keras_activation(model, layer, out, member(layer.config, "activation"));
}

TfValue dense(KerasModel& model, const KerasLayer& layer, const Values& in) {
  const KerasTensor kernel = model.tensor(layer, "kernel", 0), bias = bias_of(model, layer, 1);
  if (model.network().failed()) return in[0];
  if (kernel.sizes.size() != 2) return model.mistake(layer, "its kernel has not two sizes");
  // Keras applies it along the last axis alone.
  if (in[0].sizes.back() != in[0].count())
    return model.mistake(layer, "its input is " + spell_sizes(in[0].sizes) +
                                    ", and only flat inputs are supported: a Flatten layer is missing");
  const std::uint32_t units = kernel.sizes[1];
  TfValue out =
      model.network().linear(in[0], units, 1, units, kernel.elements(), bias.elements(), layer.name);
  out = keras_activation(model, layer, out, member(layer.config, "activation"));
  if (in[0].sizes.size() == 1) return out;
  std::vector<std::uint32_t> sizes(in[0].sizes.size(), 1);
  sizes.back() = units;
  return model.network().reshape(out, sizes, in[0].order);
}

// Whether the one axis of the setting is the channels'.
bool is_channel_axis(const Json* axis, const TfValue& in) {
  if (axis == nullptr) return in.order == AxisOrder::channels_last || in.sizes.size() == 1;
  const bool list = axis->is_array() && axis->size() == 1;
  const auto value = integer_of(list ? (*axis)[0] : *axis);
  const auto axes = static_cast<std::int64_t>(in.sizes.size()) + 1;
  const auto wanted = static_cast<std::int64_t>(in.channel_axis()) + 1;
  return value && in.sizes.size() != 2 && (*value < 0 ? *value + axes : *value) == wanted;
}

TfValue batch_normalization(KerasModel& model, const KerasLayer& layer, const Values& in) {
  constexpr double kKerasEpsilon = 1e-3;
  if (!is_channel_axis(member(layer.config, "axis"), in[0]))
    return model.mistake(layer, "along another axis than the channels'");
  const bool scales = flag_of(layer.config, "scale", true), centers = flag_of(layer.config, "center", true);
  std::size_t number = 0;
  const KerasTensor scale = scales ? model.tensor(layer, "gamma", number++) : KerasTensor{};
  const KerasTensor shift = centers ? model.tensor(layer, "beta", number++) : KerasTensor{};
  const KerasTensor mean = model.tensor(layer, "moving_mean", number),
                    variance = model.tensor(layer, "moving_variance", number + 1);
  const double epsilon = number_of(layer.config, "epsilon").value_or(kKerasEpsilon);
  return model.network().batch_norm(in[0],
                                    {.scale = scale.elements(),
                                     .shift = shift.elements(),
                                     .mean = mean.elements(),
                                     .variance = variance.elements(),
                                     .epsilon = static_cast<float>(epsilon)},
                                    layer.name);
}

TfValue prelu(KerasModel& model, const KerasLayer& layer, const Values& in) {
  const KerasTensor slopes = model.tensor(layer, "alpha", 0);
  if (model.network().failed()) return in[0];
  return model.network().prelu(in[0], slopes.sizes, slopes.elements(), layer.name);
}

// "mean" and the like of a Normalization layer: among its settings, or adapted and then a weight.
KerasTensor statistic(KerasModel& model, const KerasLayer& layer, const char* key, std::size_t number) {
  constexpr std::size_t kMost = 65536;
  const Json* value = member(layer.config, key);
  if (value == nullptr) return model.tensor(layer, key, number);
  KerasTensor tensor;
  while (value->is_array() && value->size() == 1) value = &(*value)[0];
  if (value->is_number()) return {{}, {value->get<float>()}};
  for (const Json& one : *value) {
    if (!value->is_array() || !one.is_number() || tensor.values.size() >= kMost) {
      model.mistake(layer, std::string("its ") + key + " is no list of numbers");
      return {};
    }
    tensor.values.push_back(one.get<float>());
  }
  tensor.sizes = {static_cast<std::uint32_t>(tensor.values.size())};
  return tensor;
}

TfValue normalization(KerasModel& model, const KerasLayer& layer, const Values& in) {
  constexpr float kLeast = 1e-7f;
  if (flag_of(layer.config, "invert", false)) return model.mistake(layer, "inverted");
  const KerasTensor mean = statistic(model, layer, "mean", 0),
                    variance = statistic(model, layer, "variance", 1);
  if (model.network().failed()) return in[0];
  const Elements factors{variance.values.size(), [&](std::size_t i) {
                           return 1.0f / std::max(std::sqrt(variance.values[i]), kLeast);
                         }};
  const TfValue centered = model.network().constant(in[0], LayerType::sub, mean.sizes, mean.elements(), false,
                                                    layer.name + "_mean");
  return model.network().constant(centered, LayerType::mul, variance.sizes, factors, false, layer.name);
}

constexpr std::array<KerasRow, 9> kRows{{
    {"Conv2D", conv2d},
    {"Convolution2D", conv2d},
    {"DepthwiseConv2D", depthwise_conv2d},
    {"SeparableConv2D", separable_conv2d},
    {"SeparableConvolution2D", separable_conv2d},
    {"Dense", dense},
    {"BatchNormalization", batch_normalization},
    {"PReLU", prelu},
    {"Normalization", normalization},
}};

}  // namespace

std::span<const KerasRow> keras_layers() { return kRows; }

}  // namespace lentil::formats
