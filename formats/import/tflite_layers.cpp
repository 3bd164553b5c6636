// Operators that become layers.
#include <algorithm>
#include <array>

#include "formats/import/tflite_graph.h"

namespace lentil::formats {
namespace {

using tflite::Operator;

// Negative sizes become 0, which is refused as impossible.
std::uint32_t size_of(std::int32_t value) { return value < 0 ? 0 : static_cast<std::uint32_t>(value); }

template <class Options>
TfWindow window_of(const Options& o, Extent kernel, Extent dilation) {
  return {.kernel = kernel,
          .stride = {size_of(o.stride_h()), size_of(o.stride_w())},
          .dilation = dilation,
          .same = o.padding() == tflite::Padding_SAME};
}

// Kernels are [out][height][width][in], depthwise ones [1][height][width][out].
template <class Options>
void convolve(TfliteGraph& graph, const Operator& op, const Options* options, bool depthwise) {
  const TfValue in = graph.value(op, 0);
  const TfliteConstant kernel = graph.constant(op, 1);
  const Elements weights = graph.elements(op, 1), bias = graph.elements(op, 2, true);
  if (graph.network().failed()) return;
  if (options == nullptr || kernel.sizes.size() != 4)
    return graph.mistake("it has no options, or its kernel has not four sizes");
  if (in.order != AxisOrder::channels_last) return graph.mistake("its input has its channels first");
  const std::size_t rows = kernel.sizes[1], columns = kernel.sizes[2], last = kernel.sizes[3];
  const std::uint32_t channels = in.shape().channels;
  TfConv conv{
      .window = window_of(*options, {kernel.sizes[1], kernel.sizes[2]},
                          {size_of(options->dilation_h_factor()), size_of(options->dilation_w_factor())}),
      .out = depthwise ? kernel.sizes[3] : kernel.sizes[0]};
  conv.strides = {rows * columns * last, 1, columns * last, last};
  if (depthwise) {
    conv.groups = channels;
    conv.strides = {1, 0, columns * last, last};
  } else if (last != 0 && last < channels && channels % last == 0) {
    conv.groups = channels / kernel.sizes[3];
  }
  graph.set(op, graph.activated(graph.network().conv2d(in, conv, weights, bias),
                                options->fused_activation_function()));
}

void conv2d(TfliteGraph& graph, const Operator& op) {
  convolve(graph, op, op.builtin_options_as_Conv2DOptions(), false);
}

void depthwise(TfliteGraph& graph, const Operator& op) {
  convolve(graph, op, op.builtin_options_as_DepthwiseConv2DOptions(), true);
}

void fully_connected(TfliteGraph& graph, const Operator& op) {
  const TfValue in = graph.value(op, 0);
  const TfliteConstant matrix = graph.constant(op, 1);
  const Elements weights = graph.elements(op, 1), bias = graph.elements(op, 2, true);
  if (graph.network().failed()) return;
  const auto* options = op.builtin_options_as_FullyConnectedOptions();
  if (matrix.sizes.size() != 2) return graph.mistake("its weights have not two sizes");
  if (options != nullptr && options->weights_format() != tflite::WeightsFormat_DEFAULT)
    return graph.mistake("its weights are shuffled");
  const bool keep = options != nullptr && options->keep_num_dims() && in.sizes.size() > 1;
  if (keep && in.sizes.back() != in.count())
    return graph.mistake("it is applied along the last axis of " + spell_sizes(in.sizes) +
                         ", and only flat inputs are supported");
  TfValue out = graph.network().linear(in, matrix.sizes[0], matrix.sizes[1], 1, weights, bias);
  if (options != nullptr) out = graph.activated(out, options->fused_activation_function());
  if (keep) {
    std::vector<std::uint32_t> sizes(in.sizes.size(), 1);
    sizes.back() = matrix.sizes[0];
    out = graph.network().reshape(out, sizes, AxisOrder::channels_last);
  }
  graph.set(op, out);
}

void pool(TfliteGraph& graph, const Operator& op, TfValue (TfNetwork::*add)(TfValue, const TfWindow&)) {
  const TfValue in = graph.value(op, 0);
  const auto* o = op.builtin_options_as_Pool2DOptions();
  if (graph.network().failed()) return;
  if (o == nullptr) return graph.mistake("it has no options");
  if (in.order != AxisOrder::channels_last) return graph.mistake("its input has its channels first");
  const TfWindow window = window_of(*o, {size_of(o->filter_height()), size_of(o->filter_width())}, {});
  graph.set(op, graph.activated((graph.network().*add)(in, window), o->fused_activation_function()));
}

void max_pool(TfliteGraph& graph, const Operator& op) { pool(graph, op, &TfNetwork::max_pool); }
void average_pool(TfliteGraph& graph, const Operator& op) { pool(graph, op, &TfNetwork::average_pool); }

template <LayerType type>
void activation(TfliteGraph& graph, const Operator& op) {
  graph.set(op, graph.network().activation(graph.value(op, 0), type, type == LayerType::elu ? 1.0f : 0.0f));
}

void leaky_relu(TfliteGraph& graph, const Operator& op) {
  const auto* options = op.builtin_options_as_LeakyReluOptions();
  const float slope = options == nullptr ? 0.0f : options->alpha();
  graph.set(op, graph.network().activation(graph.value(op, 0), LayerType::leaky_relu, slope));
}

void prelu(TfliteGraph& graph, const Operator& op) {
  const TfValue in = graph.value(op, 0);
  const TfliteConstant slopes = graph.constant(op, 1);
  const Elements values = graph.elements(op, 1);
  graph.set(op, graph.network().prelu(in, slopes.sizes, values));
}

void softmax(TfliteGraph& graph, const Operator& op) {
  TfValue in = graph.value(op, 0);
  const auto* options = op.builtin_options_as_SoftmaxOptions();
  const float beta = options == nullptr ? 1.0f : options->beta();
  if (beta != 1.0f)
    in = graph.network().constant(in, LayerType::mul, {}, {1, [beta](std::size_t) { return beta; }});
  graph.set(op, graph.network().activation(in, LayerType::softmax));
}

tflite::ActivationFunctionType fused(const Operator& op) {
  // The four tables begin alike, and whichever it is has been verified as what it says to be.
  for (const auto* options : {op.builtin_options_as_AddOptions(), op.builtin_options_as_SubOptions(),
                              op.builtin_options_as_MulOptions(), op.builtin_options_as_DivOptions()}) {
    if (options != nullptr) return options->fused_activation_function();
  }
  return tflite::ActivationFunctionType_NONE;
}

// One of the two inputs is a value; the other one too, or a constant.
void arithmetic(TfliteGraph& graph, const Operator& op, LayerType type, bool division) {
  TfNetwork& network = graph.network();
  const bool first = graph.is_value(TfliteGraph::input(op, 0)),
             second = graph.is_value(TfliteGraph::input(op, 1));
  if (first && second) {
    if (division) return graph.mistake("one value by another is not supported");
    const TfValue a = graph.value(op, 0), b = graph.value(op, 1);
    return graph.set(op, graph.activated(network.join(type, {a, b}), fused(op)));
  }
  const std::uint32_t place = first ? 0 : 1;
  const TfValue in = graph.value(op, place);
  const TfliteConstant constant = graph.constant(op, 1 - place);
  Elements values = graph.elements(op, 1 - place);
  if (network.failed()) return;
  if (division && !first) return graph.mistake("a constant by a value is not supported");
  if (division) values.at = [at = values.at](std::size_t i) { return 1.0f / at(i); };
  graph.set(op, graph.activated(
                    network.constant(in, type, constant.sizes, values, type == LayerType::sub && !first),
                    fused(op)));
}

void add(TfliteGraph& graph, const Operator& op) { arithmetic(graph, op, LayerType::add, false); }
void sub(TfliteGraph& graph, const Operator& op) { arithmetic(graph, op, LayerType::sub, false); }
void mul(TfliteGraph& graph, const Operator& op) { arithmetic(graph, op, LayerType::mul, false); }
void div(TfliteGraph& graph, const Operator& op) { arithmetic(graph, op, LayerType::mul, true); }

constexpr std::array<TfliteRow, 17> kRows{{
    {tflite::BuiltinOperator_CONV_2D, conv2d},
    {tflite::BuiltinOperator_DEPTHWISE_CONV_2D, depthwise},
    {tflite::BuiltinOperator_FULLY_CONNECTED, fully_connected},
    {tflite::BuiltinOperator_MAX_POOL_2D, max_pool},
    {tflite::BuiltinOperator_AVERAGE_POOL_2D, average_pool},
    {tflite::BuiltinOperator_RELU, activation<LayerType::relu>},
    {tflite::BuiltinOperator_LOGISTIC, activation<LayerType::sigmoid>},
    {tflite::BuiltinOperator_TANH, activation<LayerType::tanh>},
    {tflite::BuiltinOperator_ELU, activation<LayerType::elu>},
    {tflite::BuiltinOperator_LEAKY_RELU, leaky_relu},
    {tflite::BuiltinOperator_PRELU, prelu},
    {tflite::BuiltinOperator_SOFTMAX, softmax},
    {tflite::BuiltinOperator_LOG_SOFTMAX, activation<LayerType::log_softmax>},
    {tflite::BuiltinOperator_ADD, add},
    {tflite::BuiltinOperator_SUB, sub},
    {tflite::BuiltinOperator_MUL, mul},
    {tflite::BuiltinOperator_DIV, div},
}};

}  // namespace

std::span<const TfliteRow> tflite_layers() { return kRows; }

}  // namespace lentil::formats
