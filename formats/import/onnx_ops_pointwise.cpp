// What acts on every element: activations, and sums, differences and products with constants or another
// value.
#include <algorithm>
#include <limits>

#include "formats/import/onnx_ops.h"

namespace lentil::formats::onnx {
namespace {

template <class Append>
Outcome<Value> activation(const Call& call, LayerType type, Append layer) {
  const auto value = layer_input(call, 0);
  if (!value) return value.error();
  return call.network.map(**value, type, {}, layer);
}

Outcome<Value> relu(const Call& call) {
  auto made =
      activation(call, LayerType::relu, [](ModelBuilder& b, std::string name) { b.relu(std::move(name)); });
  if (made) made->positive = true;
  return made;
}

// Softmax over one axis is ours, which is over all values, if that axis has them all. Before version 13 it
// was over all axes from this one.
Outcome<bool> is_over_all(const Call& call, const Dims& dims) {
  const bool single = call.node.opset() >= 13;
  const auto axis = axis_of(call.node.integer("axis", single ? -1 : 1), dims.size());
  if (!axis) return axis.error();
  const std::int64_t all = count_of(dims);
  if (single) return dims[*axis] == all;
  return count_of(Dims(dims.begin() + static_cast<std::ptrdiff_t>(*axis), dims.end())) == all;
}

// One bound of Clip; `absent` if there is none.
Outcome<float> bound_of(const Call& call, std::size_t input, std::string_view attribute, float absent) {
  if (!call.has(input)) return call.node.number(attribute, absent);
  const auto tensor = constant_input(call, input);
  if (!tensor) return tensor.error();
  const auto values = as_floats(**tensor, call.network.budget());
  if (!values) return values.error();
  if ((*values)->size() != 1) return Failure{"its bounds are no single numbers"};
  return (*values)->front();
}

Outcome<Value> with_constant(const Call& call, const Value& value, LayerType type,
                             std::vector<float> values) {
  if (!call.network.budget().take(values.size()))
    return Failure{"its constants are more than a file of this size justifies"};
  if (!std::ranges::all_of(values, [](float v) { return v - v == 0; }))
    return Failure{"its constant is not finite (NaN, infinity, or a division by zero)"};
  auto made = call.network.map(value, type, {}, [&](ModelBuilder& b, std::string name) {
    b.constant(type, std::move(values), std::move(name));
  });
  return made;
}

Outcome<Value> times(const Call& call, const Value& value, float factor) {
  return with_constant(call, value, LayerType::mul, {factor});
}

// Versions before 7 say where the dimensions of the second operand begin.
Tensor aligned(const Call& call, Tensor constant, std::size_t rank) {
  const std::int64_t axis = call.node.integer("axis", -1);
  if (call.node.opset() >= 7 || axis < 0) return constant;
  while (constant.dims.size() + static_cast<std::size_t>(axis) < rank) constant.dims.push_back(1);
  return constant;
}

// A sum of one value for each output right behind a convolution or linear layer that has no bias is its bias.
bool is_bias(const Call& call, const Value& value, std::size_t input, const std::vector<float>& constant) {
  const bool takes = call.network.can_take_bias(value, LayerType::conv2d) ||
                     call.network.can_take_bias(value, LayerType::linear);
  const Node* producer = call.graph.producer(call.name(input));
  const bool direct = producer != nullptr &&
                      (producer->op() == "Conv" || producer->op() == "Gemm" || producer->op() == "MatMul") &&
                      call.graph.only_reader(call.name(input)) == &call.node;
  return call.node.op() == "Add" && takes && direct && constant.size() == value.shape.channels;
}

// The operand grows no dimension: a constant may have more of them, all ones.
Value with_leading_ones(Value value, const Tensor& constant) {
  while (value.dims.size() < constant.dims.size()) value.dims.insert(value.dims.begin(), 1);
  return value;
}

Outcome<Value> arithmetic_with_constant(const Call& call, std::size_t layer_at) {
  const auto operand = layer_input(call, layer_at);
  if (!operand) return operand.error();
  const Tensor constant = aligned(call, *call.inputs[1 - layer_at]->constant, (*operand)->dims.size());
  const Value value = with_leading_ones(**operand, constant);
  auto spread = spread_constant(call, constant, value);
  if (!spread) return spread.error();
  const std::string& op = call.node.op();
  if (is_bias(call, value, layer_at, *spread)) {
    if (const auto set = call.network.set(Slot::bias, std::move(*spread)); !set) return set.error();
    return value;
  }
  if (op == "Add") return with_constant(call, value, LayerType::add, std::move(*spread));
  if (op == "Mul") return with_constant(call, value, LayerType::mul, std::move(*spread));
  if (op == "Sub" && layer_at == 0) return with_constant(call, value, LayerType::sub, std::move(*spread));
  if (op == "Sub") {
    const auto negative = times(call, value, -1);
    if (!negative) return negative.error();
    return with_constant(call, *negative, LayerType::add, std::move(*spread));
  }
  if (layer_at == 1) return Failure{"it divides by a layer's output, for which Lentil has no layer"};
  for (float& v : *spread) v = 1.0f / v;
  return with_constant(call, value, LayerType::mul, std::move(*spread));
}

Outcome<Value> arithmetic_of_two(const Call& call, LayerType type, const Value& a, const Value& b) {
  if (a.dims != b.dims) {
    return Failure{"its inputs are " + spell(a.dims) + " and " + spell(b.dims) +
                   "; two layers' outputs must have the same dimensions"};
  }
  if (a.shape == b.shape && (a.hwc == b.hwc || (in_our_order(a) && in_our_order(b))))
    return call.network.join(type, {&a, &b});
  const Dims dims = a.dims;
  const auto flat_a = call.network.flat(a), flat_b = call.network.flat(b);
  if (!flat_a) return flat_a.error();
  if (!flat_b) return flat_b.error();
  auto made = call.network.join(type, {&*flat_a, &*flat_b});
  if (made) made->dims = dims;
  return made;
}

LayerType type_of(const std::string& op) {
  return op == "Sub" ? LayerType::sub : op == "Mul" ? LayerType::mul : LayerType::add;
}

}  // namespace

Outcome<Value> convert_activation(const Call& call) {
  const std::string& op = call.node.op();
  if (op == "Relu") return relu(call);
  if (op == "Sigmoid") {
    auto made = activation(call, LayerType::sigmoid,
                           [](ModelBuilder& b, std::string name) { b.sigmoid(std::move(name)); });
    if (made) made->positive = true;
    return made;
  }
  if (op == "Tanh")
    return activation(call, LayerType::tanh,
                      [](ModelBuilder& b, std::string name) { b.tanh(std::move(name)); });
  if (op == "Elu") {
    const float alpha = call.node.number("alpha", 1);
    return activation(call, LayerType::elu,
                      [&](ModelBuilder& b, std::string name) { b.elu(alpha, std::move(name)); });
  }
  const float slope = call.node.number("alpha", 0.01f);
  return activation(call, LayerType::leaky_relu,
                    [&](ModelBuilder& b, std::string name) { b.leaky_relu(slope, std::move(name)); });
}

Outcome<Value> convert_clip(const Call& call) {
  constexpr float kMost = std::numeric_limits<float>::max();
  const auto low = bound_of(call, 1, "min", -kMost), high = bound_of(call, 2, "max", kMost);
  if (!low) return low.error();
  if (!high) return high.error();
  const bool open_above = *high >= kMost, open_below = *low <= -kMost;
  if (open_above && open_below) return convert_identity(call);
  if (open_above && *low == 0) return relu(call);
  return Failure{"it keeps values between " + std::to_string(*low) + " and " + std::to_string(*high) +
                 ", and Lentil only has the bound of ReLU: train with ReLU instead (of ReLU6, say)"};
}

Outcome<Value> convert_prelu(const Call& call) {
  const auto given = layer_input(call, 0);
  if (!given) return given.error();
  const auto constant = constant_input(call, 1);
  if (!constant) return constant.error();
  Value value = **given;
  if ((*constant)->count() > 1 && in_our_order(value)) {
    auto view = value.dims.size() == 2 ? call.network.flat(value) : picture_of(call, value);
    if (!view) return view;
    view->dims = value.dims;
    value = std::move(*view);
  }
  auto slopes = spread_constant(call, **constant, value);
  if (!slopes) return slopes.error();
  const auto count = static_cast<std::uint32_t>(slopes->size());
  if (count != 1 && count != value.shape.channels)
    return Failure{"its slopes are neither one nor one for each channel"};
  auto made = call.network.map(value, LayerType::prelu, call.name(1),
                               [&](ModelBuilder& b, std::string name) { b.prelu(std::move(name), count); });
  if (!made) return made;
  const auto set = call.network.set(Slot::weight, std::move(*slopes));
  return set ? made : Outcome<Value>(set.error());
}

Outcome<Value> convert_softmax(const Call& call) {
  const auto value = layer_input(call, 0);
  if (!value) return value.error();
  const auto over_all = is_over_all(call, (*value)->dims);
  if (!over_all) return over_all.error();
  if (!*over_all)
    return Failure{"it works on parts of " + spell((*value)->dims) +
                   ", and Lentil's softmax is over all values"};
  const Node* reader = call.graph.only_reader(call.node.proto().output(0));
  const bool log_behind = reader != nullptr && reader->op() == "Log";
  const bool log = log_behind || call.node.op() == "LogSoftmax";
  auto made = call.network.map(**value, log ? LayerType::log_softmax : LayerType::softmax, {},
                               [&](ModelBuilder& b, std::string name) {
                                 if (log) {
                                   b.log_softmax(std::move(name));
                                 } else {
                                   b.softmax(std::move(name));
                                 }
                               });
  if (made) made->logarithm = log_behind;
  return made;
}

Outcome<Value> convert_log(const Call& call) {
  const auto value = layer_input(call, 0);
  if (!value) return value.error();
  if (!(*value)->logarithm) return Failure{"Lentil has a logarithm only right behind a Softmax"};
  Value out = **value;
  out.logarithm = false;
  return out;
}

Outcome<Value> convert_arithmetic(const Call& call) {
  if (!call.has(0) || !call.has(1)) return Failure{"it needs two inputs"};
  if (call.inputs[0]->constant || call.inputs[1]->constant)
    return arithmetic_with_constant(call, call.inputs[0]->constant ? 1 : 0);
  if (call.node.op() == "Div")
    return Failure{"it divides by a layer's output, for which Lentil has no layer"};
  const auto a = layer_input(call, 0), b = layer_input(call, 1);
  if (!a) return a.error();
  if (!b) return b.error();
  return arithmetic_of_two(call, type_of(call.node.op()), **a, **b);
}

Outcome<Value> convert_sum(const Call& call) {
  const auto first = layer_input(call, 0);
  if (!first) return first.error();
  Value sum = **first;
  for (std::size_t i = 1; i < call.inputs.size(); ++i) {
    const auto next = layer_input(call, i);
    if (!next) return next.error();
    auto made = arithmetic_of_two(call, LayerType::add, sum, **next);
    if (!made) return made;
    sum = std::move(*made);
  }
  return sum;
}

Outcome<Value> convert_negation(const Call& call) {
  const auto value = layer_input(call, 0);
  if (!value) return value.error();
  return times(call, **value, -1);
}

}  // namespace lentil::formats::onnx
