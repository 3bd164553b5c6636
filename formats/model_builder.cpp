#include "formats/model_builder.h"

#include <algorithm>
#include <utility>

#include "formats/layer_rules.h"
#include "runtime/ops/window.h"

namespace lentil::formats {
namespace {

const char* name_stem(LayerType type) {
  switch (type) {
    case LayerType::conv2d:
      return "conv";
    case LayerType::linear:
      return "fc";
    case LayerType::max_pool2d:
    case LayerType::avg_pool2d:
    case LayerType::global_avg_pool2d:
      return "pool";
    case LayerType::relu:
      return "relu";
    case LayerType::sigmoid:
      return "sigmoid";
    case LayerType::tanh:
      return "tanh";
    case LayerType::softmax:
      return "softmax";
    case LayerType::log_softmax:
      return "log_softmax";
    case LayerType::dropout:
    case LayerType::dropout2d:
      return "drop";
    case LayerType::flatten:
      return "flatten";
    case LayerType::leaky_relu:
      return "leaky_relu";
    case LayerType::prelu:
      return "prelu";
    case LayerType::elu:
      return "elu";
    case LayerType::batch_norm1d:
    case LayerType::batch_norm2d:
      return "bn";
    case LayerType::reshape:
      return "reshape";
    case LayerType::add:
      return "add";
    case LayerType::sub:
      return "sub";
    case LayerType::mul:
      return "mul";
    case LayerType::concat:
      return "concat";
  }
  return "layer";
}

bool is_flat(const Shape& shape) { return shape.plane() == 1; }

Layer make(LayerType type) {
  Layer layer;
  layer.type = type;
  return layer;
}

std::string spell(const Shape& s) {
  return std::to_string(s.channels) + "x" + std::to_string(s.height) + "x" + std::to_string(s.width);
}

std::string spell(const Extent& e) { return std::to_string(e.height) + "x" + std::to_string(e.width); }

// `error` is a bad_hyperparameter, which tells floats by their bits.
std::string describe(const Layer& layer, const Error& error) {
  switch (layer.type) {
    case LayerType::dropout:
    case LayerType::dropout2d:
      return "the rate must be at least 0 and less than 1";
    case LayerType::leaky_relu:
    case LayerType::elu:
      return "the slope must be a finite number";
    default:
      break;
  }
  if (layer.groups > 1 && error.given == layer.groups)
    return "the groups must divide the channels, in and out";
  return "a setting of " + std::to_string(error.given) + " where the limit is " +
         std::to_string(error.needed);
}

// Zeros are a fair start for what will be drawn or loaded; scales and variances are factors.
float initial_value(LayerType type, Slot slot) {
  if (type == LayerType::prelu) return 0.25f;
  const bool normalization = type == LayerType::batch_norm1d || type == LayerType::batch_norm2d;
  return normalization && (slot == Slot::weight || slot == Slot::running_var) ? 1.0f : 0.0f;
}

}  // namespace

std::string default_layer_name(LayerType type, std::size_t ordinal) {
  return name_stem(type) + std::to_string(ordinal);
}

ModelBuilder::ModelBuilder(std::string name, Shape input) : shapes_{input} {
  file_.name = std::move(name);
  file_.input = input;
  if (check_input_shape(input).status != Status::ok) fail("input", "impossible shape " + spell(input));
}

ModelBuilder& ModelBuilder::conv2d(std::string name, const Conv2dOptions& o) {
  Layer l = make(LayerType::conv2d);
  l.in_features = input_shape().channels;
  l.out_features = o.out;
  l.kernel = o.kernel;
  l.stride = o.stride;
  l.dilation = o.dilation;
  l.padding = o.padding;
  l.groups = o.groups;
  return append(l, std::move(name), o.bias);
}

ModelBuilder& ModelBuilder::linear(std::string name, std::uint32_t out, bool bias) {
  const Shape in = input_shape();
  if (!is_flat(in)) fail(name.empty() ? "linear" : name, "its input is " + spell(in) + ": flatten it first");
  Layer l = make(LayerType::linear);
  l.in_features = in.channels;
  l.out_features = out;
  return append(l, std::move(name), bias);
}

ModelBuilder& ModelBuilder::batch_norm(std::string name) {
  const Shape in = input_shape();
  Layer l = make(is_flat(in) ? LayerType::batch_norm1d : LayerType::batch_norm2d);
  l.in_features = l.out_features = in.channels;
  l.epsilon = 1e-5f;
  l.momentum = 0.1f;
  return append(l, std::move(name));
}

ModelBuilder& ModelBuilder::prelu(std::string name, std::uint32_t slopes) {
  Layer l = make(LayerType::prelu);
  l.out_features = slopes;
  return append(l, std::move(name));
}

ModelBuilder& ModelBuilder::append_pool(LayerType type, const PoolOptions& o, std::string name) {
  Layer l = make(type);
  l.kernel = o.kernel;
  l.stride = o.stride == Extent{0, 0} ? o.kernel : o.stride;
  l.dilation = o.dilation;
  l.padding = o.padding;
  l.ceil_mode = o.ceil_mode;
  l.count_include_pad = o.count_include_pad;
  return append(l, std::move(name));
}

ModelBuilder& ModelBuilder::max_pool2d(const PoolOptions& options, std::string name) {
  return append_pool(LayerType::max_pool2d, options, std::move(name));
}

ModelBuilder& ModelBuilder::avg_pool2d(const PoolOptions& options, std::string name) {
  return append_pool(LayerType::avg_pool2d, options, std::move(name));
}

ModelBuilder& ModelBuilder::global_avg_pool2d(std::string name) {
  return append(make(LayerType::global_avg_pool2d), std::move(name));
}

ModelBuilder& ModelBuilder::relu(std::string name) { return append(make(LayerType::relu), std::move(name)); }

ModelBuilder& ModelBuilder::leaky_relu(float slope, std::string name) {
  Layer l = make(LayerType::leaky_relu);
  l.slope = slope;
  return append(l, std::move(name));
}

ModelBuilder& ModelBuilder::elu(float alpha, std::string name) {
  Layer l = make(LayerType::elu);
  l.slope = alpha;
  return append(l, std::move(name));
}

ModelBuilder& ModelBuilder::sigmoid(std::string name) {
  return append(make(LayerType::sigmoid), std::move(name));
}

ModelBuilder& ModelBuilder::tanh(std::string name) { return append(make(LayerType::tanh), std::move(name)); }

ModelBuilder& ModelBuilder::softmax(std::string name) {
  return append(make(LayerType::softmax), std::move(name));
}

ModelBuilder& ModelBuilder::log_softmax(std::string name) {
  return append(make(LayerType::log_softmax), std::move(name));
}

ModelBuilder& ModelBuilder::dropout(float rate, std::string name) {
  Layer l = make(LayerType::dropout);
  l.rate = rate;
  return append(l, std::move(name));
}

ModelBuilder& ModelBuilder::dropout2d(float rate, std::string name) {
  Layer l = make(LayerType::dropout2d);
  l.rate = rate;
  return append(l, std::move(name));
}

ModelBuilder& ModelBuilder::flatten(FlattenOrder order, std::string name) {
  Layer l = make(LayerType::flatten);
  l.order = order;
  return append(l, std::move(name));
}

ModelBuilder& ModelBuilder::reshape(Shape shape, std::string name) {
  Layer l = make(LayerType::reshape);
  l.out_features = shape.channels;
  l.kernel = {shape.height, shape.width};
  return append(l, std::move(name));
}

ModelBuilder& ModelBuilder::after(std::int16_t layer) {
  if (layer < kNetworkInput || layer > last()) {
    fail("after(" + std::to_string(layer) + ")", "there is no such layer yet");
  } else {
    inputs_ = {layer};
  }
  return *this;
}

ModelBuilder& ModelBuilder::join(LayerType type, std::initializer_list<std::int16_t> layers,
                                 std::string name) {
  for (const std::int16_t layer : layers) after(layer);
  inputs_ = layers;
  return append(make(type), std::move(name));
}

ModelBuilder& ModelBuilder::labels(std::vector<std::string> labels) {
  file_.labels = std::move(labels);
  return *this;
}

ModelBuilder& ModelBuilder::normalize(float mean, float std) {
  file_.normalization.mean.fill(mean);
  file_.normalization.std.fill(std);
  return *this;
}

Outcome<ModelFile> ModelBuilder::build() const {
  if (failed()) return Failure{failure_};
  return file_;
}

ModelBuilder& ModelBuilder::append(Layer settings, std::string name, bool bias) {
  if (failed()) return *this;
  LayerData layer{
      .name = std::move(name), .settings = settings, .inputs = std::exchange(inputs_, {}), .tensors = {}};
  if (layer.name.empty()) {
    const std::string stem = name_stem(settings.type);
    const auto same = std::count_if(file_.layers.begin(), file_.layers.end(),
                                    [&](const LayerData& l) { return name_stem(l.settings.type) == stem; });
    layer.name = default_layer_name(settings.type, static_cast<std::size_t>(same) + 1);
  }
  const Shape shape = output_shape(layer);
  if (check_input_shape(shape).status != Status::ok)
    fail(layer.name, "its output is too large: " + spell(shape));
  check_name(layer);
  if (failed()) return *this;
  for (const Slot slot : {Slot::weight, Slot::bias, Slot::running_mean, Slot::running_var}) {
    if (slot == Slot::bias && !bias) continue;
    layer.tensor(slot).assign(tensor_shape(settings, slot).count(), initial_value(settings.type, slot));
  }
  file_.layers.push_back(std::move(layer));
  shapes_.push_back(shape);
  return *this;
}

void ModelBuilder::check_name(const LayerData& layer) {
  if (file_.layers.size() >= kMaxLayers)
    fail(layer.name, "more than " + std::to_string(kMaxLayers) + " layers");
  if (!takes_parameters(layer.settings.type)) return;
  for (const LayerData& earlier : file_.layers) {
    if (takes_parameters(earlier.settings.type) && earlier.name == layer.name) {
      fail(layer.name, "two layers with parameters have this name");
    }
  }
}

Shape ModelBuilder::input_shape() const { return inputs_.empty() ? shapes_.back() : shape_of(inputs_[0]); }

// Fails where the layer is impossible or does not suit its input.
Shape ModelBuilder::output_shape(const LayerData& layer) {
  constexpr std::uint64_t kMostWeights = std::uint64_t{1} << 28;  // a file of 1 GiB
  const Layer& l = layer.settings;
  const Shape in = layer.inputs.empty() ? shapes_.back() : shape_of(layer.inputs[0]);
  if (const Error e = check_hyperparameters(l, 0); e.status != Status::ok) {
    fail(layer.name, describe(l, e));
    return in;
  }
  if (tensor_shape(l, Slot::weight).count() > kMostWeights) fail(layer.name, "too many weights");
  switch (l.type) {
    case LayerType::conv2d:
    case LayerType::max_pool2d:
    case LayerType::avg_pool2d: {
      const Extent out = window_outputs(l, in);
      if (out.height == 0 || out.width == 0) {
        fail(layer.name, "its window " + spell(l.kernel) + " is larger than its input " + spell(in));
      }
      return {l.type == LayerType::conv2d ? l.out_features : in.channels, out.height, out.width};
    }
    case LayerType::global_avg_pool2d:
      return {in.channels, 1, 1};
    case LayerType::linear:
      return {l.out_features, 1, 1};
    case LayerType::flatten:
      return {static_cast<std::uint32_t>(in.count()), 1, 1};
    case LayerType::prelu:
      if (l.out_features != 1 && l.out_features != in.channels)
        fail(layer.name, "as many slopes as channels, or one");
      return in;
    case LayerType::reshape: {
      const Shape out{l.out_features, l.kernel.height, l.kernel.width};
      if (out.count() != in.count()) fail(layer.name, "cannot make " + spell(out) + " of " + spell(in));
      return out;
    }
    default:
      return layer.inputs.size() > 1 ? joined_shape(layer) : in;
  }
}

Shape ModelBuilder::joined_shape(const LayerData& layer) {
  Shape out = shape_of(layer.inputs[0]);
  for (std::size_t i = 1; i < layer.inputs.size(); ++i) {
    const Shape next = shape_of(layer.inputs[i]);
    const bool concat = layer.settings.type == LayerType::concat;
    const bool fits = next.height == out.height && next.width == out.width;
    if (!fits || (!concat && next.channels != out.channels)) {
      fail(layer.name, "cannot join " + spell(out) + " and " + spell(next));
    }
    if (concat) out.channels += next.channels;
  }
  return out;
}

void ModelBuilder::fail(const std::string& layer, const std::string& what) {
  if (!failed()) failure_ = layer + ": " + what;
}

}  // namespace lentil::formats
