#include "formats/model_builder.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "formats/layer_rules.h"
#include "formats/layer_shape.h"

namespace lentil::formats {
namespace {

constexpr std::uint64_t kMostWeights = std::uint64_t{1} << 28;  // a file of 1 GiB

// In the order of LayerType.
constexpr std::array<const char*, kLayerTypes> kStems{
    "conv", "fc",   "pool",    "relu", "sigmoid", "tanh",       "softmax", "log_softmax",
    "drop", "drop", "flatten", "pool", "pool",    "leaky_relu", "prelu",   "elu",
    "bn",   "bn",   "reshape", "add",  "sub",     "mul",        "concat"};

const char* name_stem(LayerType type) { return kStems[static_cast<std::size_t>(type)]; }

Layer make(LayerType type) {
  Layer layer;
  layer.type = type;
  return layer;
}

// Zeros are a fair start for what will be drawn or loaded; scales and variances are factors.
float initial_value(LayerType type, Slot slot) {
  if (type == LayerType::prelu) return 0.25f;
  return is_batch_norm(type) && (slot == Slot::weight || slot == Slot::running_var) ? 1.0f : 0.0f;
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
  Layer l = make(LayerType::linear);
  l.in_features = input_shape().channels;
  l.out_features = out;
  return append(l, std::move(name), bias);
}

ModelBuilder& ModelBuilder::batch_norm(std::string name, const BatchNormOptions& options) {
  const Shape in = input_shape();
  Layer l = make(in.plane() == 1 ? LayerType::batch_norm1d : LayerType::batch_norm2d);
  l.in_features = l.out_features = in.channels;
  l.epsilon = options.epsilon;
  l.momentum = options.momentum;
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

ModelBuilder& ModelBuilder::join(LayerType type, std::vector<std::int16_t> layers, std::string name) {
  for (const std::int16_t layer : layers) after(layer);
  if (!failed()) inputs_ = std::move(layers);
  return append(make(type), std::move(name));
}

ModelBuilder& ModelBuilder::constant(LayerType type, std::vector<float> values, std::string name) {
  assert(is_arithmetic(type) && "only add, sub and mul take a constant");
  Layer l = make(type);
  l.out_features = static_cast<std::uint32_t>(values.size());
  append(l, std::move(name));
  if (!failed()) file_.layers.back().tensor(Slot::weight) = std::move(values);
  return *this;
}

ModelBuilder& ModelBuilder::tensor(Slot slot, std::vector<float> values) {
  if (failed()) return *this;
  LayerData& layer = file_.layers.back();
  const std::uint64_t wanted = tensor_shape(layer.settings, slot).count();
  if (values.size() != wanted) {
    fail(layer.name, std::to_string(values.size()) + " values for its " + std::string(slot_name(slot)) +
                         ", which takes " + std::to_string(wanted));
  } else {
    layer.tensor(slot) = std::move(values);
  }
  return *this;
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

Outcome<ModelFile> ModelBuilder::build() const& {
  if (failed()) return Failure{failure_};
  return file_;
}

Outcome<ModelFile> ModelBuilder::build() && {
  if (failed()) return Failure{failure_};
  return std::move(file_);
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
  const auto shape = output_shape(layer);
  if (!shape) fail(layer.name, shape.error().message);
  if (tensor_shape(settings, Slot::weight).count() > kMostWeights) fail(layer.name, "too many weights");
  check_name(layer);
  if (failed()) return *this;
  for (const Slot slot : {Slot::weight, Slot::bias, Slot::running_mean, Slot::running_var}) {
    if (slot == Slot::bias && !bias) continue;
    layer.tensor(slot).assign(tensor_shape(settings, slot).count(), initial_value(settings.type, slot));
  }
  file_.layers.push_back(std::move(layer));
  shapes_.push_back(*shape);
  return *this;
}

void ModelBuilder::check_name(const LayerData& layer) {
  if (file_.layers.size() >= kMaxLayers)
    fail(layer.name, "more than " + std::to_string(kMaxLayers) + " layers");
  if (!takes_parameters(layer.settings)) return;
  for (const LayerData& earlier : file_.layers) {
    if (takes_parameters(earlier.settings) && earlier.name == layer.name) {
      fail(layer.name, "two layers with parameters have this name");
    }
  }
}

Shape ModelBuilder::input_shape() const { return inputs_.empty() ? shapes_.back() : shape_of(inputs_[0]); }

Outcome<Shape> ModelBuilder::output_shape(const LayerData& layer) const {
  std::vector<Shape> inputs;
  for (const std::int16_t input : layer.inputs) inputs.push_back(shape_of(input));
  if (inputs.empty()) inputs.push_back(shapes_.back());
  return layer_shape(layer.view(), inputs);
}

void ModelBuilder::fail(const std::string& layer, const std::string& what) {
  if (!failed()) failure_ = layer + ": " + what;
}

}  // namespace lentil::formats
