#include "formats/export/onnx_layers.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "formats/export/layer_text.h"
#include "formats/layer_rules.h"

namespace lentil::formats::onnx {
namespace {

// One layer on its way into the graph.
struct Job {
  GraphWriter& graph;
  const Layer& layer;
  Shape out;
  std::string name;  // the layer's, or its type's

  NodeProto& node(std::string_view op, const std::vector<std::string>& inputs) const {
    return graph.node(op, inputs, name);
  }
  Output output(const NodeProto& node, bool flat) const { return {node.output(0), out, flat}; }
};

std::vector<std::int64_t> pair_of(const Extent& e) { return {e.height, e.width}; }
std::vector<std::int64_t> pads_of(const Padding& p) { return {p.top, p.left, p.bottom, p.right}; }

std::string reshape(GraphWriter& graph, const std::string& value, const Shape& to, const std::string& name) {
  // 0 keeps the batch.
  const std::string shape = graph.integers(name + ".shape", {0, to.channels, to.height, to.width});
  return graph.node("Reshape", {value, shape}, name).output(0);
}

Output as_picture(const Job& job, const Output& value) {
  if (!value.flat) return value;
  return {reshape(job.graph, value.name, value.shape, job.name + ".picture"), value.shape, false};
}

// A tensor of the layer as it is, with ONNX's dimensions.
std::string tensor(const Job& job, Slot slot, const std::string& suffix,
                   const std::vector<std::int64_t>& dims) {
  const auto values = job.layer.tensor(slot);
  return job.graph.floats(job.name + suffix, dims, {values.begin(), values.end()});
}

std::string parameter(const Job& job, Slot slot) {
  const TensorShape shape = tensor_shape(job.layer, slot);
  const auto dims = shape.dimensions();
  return tensor(job, slot, "." + std::string(slot_name(slot)), {dims.begin(), dims.end()});
}

std::vector<std::string> with_weights(const Job& job, const std::string& value) {
  std::vector<std::string> inputs{value, parameter(job, Slot::weight)};
  if (!job.layer.tensor(Slot::bias).empty()) inputs.push_back(parameter(job, Slot::bias));
  return inputs;
}

void set_window(NodeProto& node, const Layer& l, const Padding& padding) {
  set_integers(node, "kernel_shape", pair_of(l.kernel));
  set_integers(node, "pads", pads_of(padding));
  set_integers(node, "strides", pair_of(l.stride));
}

Outcome<Output> conv(const Job& job, const Output& in) {
  NodeProto& node = job.node("Conv", with_weights(job, as_picture(job, in).name));
  set_window(node, job.layer, job.layer.padding);
  set_integers(node, "dilations", pair_of(job.layer.dilation));
  set_integer(node, "group", job.layer.groups);
  return job.output(node, false);
}

Outcome<Output> linear(const Job& job, const Output& in) {
  NodeProto& node = job.node("Gemm", with_weights(job, flattened(job.graph, in).name));
  set_integer(node, "transB", 1);
  return job.output(node, true);
}

std::string padded(const Job& job, const std::string& value, const Padding& p, float filler) {
  const std::string pads =
      job.graph.integers(job.name + ".pads", {0, 0, p.top, p.left, 0, 0, p.bottom, p.right});
  const std::string with = job.graph.floats(job.name + ".filler", {}, {filler});
  return job.graph.node("Pad", {value, pads, with}, job.name + ".padded").output(0);
}

// Padding behind with which the last window ends inside: readers count windows that do not in different ways,
// so that no file of ours has a ceil_mode.
std::uint32_t behind(std::uint32_t size, std::uint32_t before, std::uint32_t after, std::uint32_t outputs,
                     std::uint32_t kernel, std::uint32_t stride, std::uint32_t dilation) {
  const std::uint32_t end = (outputs - 1) * stride + (kernel - 1) * dilation + 1;
  return std::max(after, end > size + before ? end - size - before : 0);
}

Padding reach(const Job& job, const Shape& in) {
  const Layer& l = job.layer;
  const Padding& p = l.padding;
  return {
      p.top, p.left,
      behind(in.height, p.top, p.bottom, job.out.height, l.kernel.height, l.stride.height, l.dilation.height),
      behind(in.width, p.left, p.right, job.out.width, l.kernel.width, l.stride.width, l.dilation.width)};
}

Outcome<Output> max_pool(const Job& job, const Output& in) {
  const Layer& l = job.layer;
  std::string value = as_picture(job, in).name;
  Padding padding = reach(job, in.shape);
  // ONNX Runtime refuses padding as large as the kernel, which a dilated one can have.
  if (std::max(padding.top, padding.bottom) >= l.kernel.height ||
      std::max(padding.left, padding.right) >= l.kernel.width)
    value = padded(job, value, std::exchange(padding, {}), std::numeric_limits<float>::lowest());
  NodeProto& node = job.node("MaxPool", {value});
  set_window(node, l, padding);
  set_integers(node, "dilations", pair_of(l.dilation));
  return job.output(node, false);
}

// Padding that the divisor counts, and more behind that it does not, are a Pad and padding.
Outcome<Output> avg_pool(const Job& job, const Output& in) {
  const Layer& l = job.layer;
  if (l.dilation != Extent{}) return Failure{"ONNX's opset 13 has no average over a dilated window"};
  std::string value = as_picture(job, in).name;
  Padding padding = reach(job, in.shape);
  const bool extended = padding != l.padding;
  if (extended && l.count_include_pad && l.padding != Padding{}) {
    value = padded(job, value, l.padding, 0);
    padding = {0, 0, padding.bottom - l.padding.bottom, padding.right - l.padding.right};
  }
  NodeProto& node = job.node("AveragePool", {value});
  set_window(node, l, padding);
  set_integer(node, "count_include_pad", l.count_include_pad && !extended ? 1 : 0);
  return job.output(node, false);
}

Outcome<Output> activation(const Job& job, const Output& in, std::string_view op, float alpha = 0) {
  NodeProto& node = job.node(op, {in.name});
  if (op == "LeakyRelu" || op == "Elu") set_number(node, "alpha", alpha);
  return job.output(node, in.flat);
}

// One value for all, one for each channel, or all.
std::vector<std::int64_t> spread_dims(std::size_t count, const Output& in) {
  const Shape& s = in.shape;
  if (count == 1 && s.channels != 1) return {1};
  if (in.flat) return {static_cast<std::int64_t>(count)};
  if (count == s.channels) return {s.channels, 1, 1};
  if (count == 1) return {1};
  return {s.channels, s.height, s.width};
}

Outcome<Output> prelu(const Job& job, const Output& in) {
  const auto dims = spread_dims(job.layer.out_features, in);
  return job.output(job.node("PRelu", {in.name, tensor(job, Slot::weight, ".weight", dims)}), in.flat);
}

Outcome<Output> batch_norm(const Job& job, const Output& in) {
  std::vector<std::string> inputs{in.name};
  for (const Slot slot : {Slot::weight, Slot::bias, Slot::running_mean, Slot::running_var})
    inputs.push_back(parameter(job, slot));
  NodeProto& node = job.node("BatchNormalization", inputs);
  set_number(node, "epsilon", job.layer.epsilon);
  set_number(node, "momentum", 1 - job.layer.momentum);
  return job.output(node, in.flat);
}

// Over all values.
Outcome<Output> softmax(const Job& job, const Output& in, std::string_view op) {
  NodeProto& node = job.node(op, {flattened(job.graph, in).name});
  set_integer(node, "axis", 1);
  if (in.flat || in.shape.plane() == 1) return Output{node.output(0), in.shape, true};
  return Output{reshape(job.graph, node.output(0), in.shape, job.name + ".picture"), in.shape, false};
}

Outcome<Output> flatten(const Job& job, const Output& in) {
  if (in.flat || job.layer.order == FlattenOrder::chw || in.shape.plane() == 1)
    return flattened(job.graph, in);
  NodeProto& turned = job.graph.node("Transpose", {in.name}, job.name + ".turned");
  set_integers(turned, "perm", {0, 2, 3, 1});
  NodeProto& node = job.node("Flatten", {turned.output(0)});
  set_integer(node, "axis", 1);
  return job.output(node, true);
}

Outcome<Output> join(const Job& job, std::vector<Output> inputs, std::string_view op) {
  const bool any_flat = std::ranges::any_of(inputs, &Output::flat);
  std::vector<std::string> names;
  for (Output& in : inputs) names.push_back(any_flat ? flattened(job.graph, in).name : in.name);
  NodeProto& node = job.node(op, names);
  if (op == "Concat") set_integer(node, "axis", 1);
  return job.output(node, any_flat);
}

Outcome<Output> arithmetic(const Job& job, const std::vector<Output>& inputs, std::string_view op) {
  if (!job.layer.has_constant()) return join(job, inputs, op);
  const Output& in = inputs[0];
  const auto dims = spread_dims(job.layer.out_features, in);
  return job.output(job.node(op, {in.name, tensor(job, Slot::weight, ".constant", dims)}), in.flat);
}

}  // namespace

Output flattened(GraphWriter& graph, const Output& value) {
  const Shape flat{static_cast<std::uint32_t>(value.shape.count()), 1, 1};
  if (value.flat) return {value.name, flat, true};
  NodeProto& node = graph.node("Flatten", {value.name}, value.name + ".flat");
  set_integer(node, "axis", 1);
  return {node.output(0), flat, true};
}

Outcome<Output> write_layer(GraphWriter& graph, const Layer& l, const std::vector<Output>& inputs,
                            const Shape& shape) {
  const Job job{graph, l, shape, l.name.empty() ? type_name(l) : std::string(l.name)};
  const Output& in = inputs[0];
  switch (l.type) {
    case LayerType::conv2d:
      return conv(job, in);
    case LayerType::linear:
      return linear(job, in);
    case LayerType::max_pool2d:
      return max_pool(job, in);
    case LayerType::avg_pool2d:
      return avg_pool(job, in);
    case LayerType::global_avg_pool2d:
      return job.output(job.node("GlobalAveragePool", {as_picture(job, in).name}), false);
    case LayerType::relu:
      return activation(job, in, "Relu");
    case LayerType::sigmoid:
      return activation(job, in, "Sigmoid");
    case LayerType::tanh:
      return activation(job, in, "Tanh");
    case LayerType::leaky_relu:
      return activation(job, in, "LeakyRelu", l.slope);
    case LayerType::elu:
      return activation(job, in, "Elu", l.slope);
    case LayerType::prelu:
      return prelu(job, in);
    case LayerType::batch_norm1d:
    case LayerType::batch_norm2d:
      return batch_norm(job, in);
    case LayerType::softmax:
      return softmax(job, in, "Softmax");
    case LayerType::log_softmax:
      return softmax(job, in, "LogSoftmax");
    case LayerType::dropout:
    case LayerType::dropout2d:
      return in;  // nothing, but for training
    case LayerType::flatten:
      return flatten(job, in);
    case LayerType::reshape:
      return Output{reshape(graph, in.name, shape, job.name), shape, false};
    case LayerType::add:
      return arithmetic(job, inputs, "Add");
    case LayerType::sub:
      return arithmetic(job, inputs, "Sub");
    case LayerType::mul:
      return arithmetic(job, inputs, "Mul");
    case LayerType::concat:
      return join(job, inputs, "Concat");
  }
  return Failure{"a layer of an unknown type"};
}

}  // namespace lentil::formats::onnx
