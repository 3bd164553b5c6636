#include "formats/import/onnx_ops.h"

#include <algorithm>
#include <array>

namespace lentil::formats::onnx {
namespace {

struct Row {
  std::string_view op;
  Convert convert;
};

constexpr std::array kRows{
    Row{"Add", convert_arithmetic},
    Row{"AveragePool", convert_pool},
    Row{"BatchNormalization", convert_batch_norm},
    Row{"Cast", convert_cast},
    Row{"Clip", convert_clip},
    Row{"Concat", convert_concat},
    Row{"Conv", convert_conv},
    Row{"Div", convert_arithmetic},
    Row{"Dropout", convert_identity},
    Row{"Elu", convert_activation},
    Row{"Flatten", convert_reshape},
    Row{"Gemm", convert_gemm},
    Row{"GlobalAveragePool", convert_global_pool},
    Row{"GlobalMaxPool", convert_global_pool},
    Row{"Identity", convert_identity},
    Row{"LeakyRelu", convert_activation},
    Row{"Log", convert_log},
    Row{"LogSoftmax", convert_softmax},
    Row{"MatMul", convert_matmul},
    Row{"MaxPool", convert_pool},
    Row{"Mul", convert_arithmetic},
    Row{"Neg", convert_negation},
    Row{"PRelu", convert_prelu},
    Row{"Pad", convert_pad},
    Row{"ReduceMax", convert_reduce},
    Row{"ReduceMean", convert_reduce},
    Row{"Relu", convert_activation},
    Row{"Reshape", convert_reshape},
    Row{"Sigmoid", convert_activation},
    Row{"Slice", convert_slice},
    Row{"Softmax", convert_softmax},
    Row{"Squeeze", convert_reshape},
    Row{"Sub", convert_arithmetic},
    Row{"Sum", convert_sum},
    Row{"Tanh", convert_activation},
    Row{"Transpose", convert_transpose},
    Row{"Unsqueeze", convert_reshape},
};

struct Refusal {
  std::string_view part;  // of the operation's name
  std::string_view why;
};

constexpr std::string_view kQuantised =
    "it belongs to a quantised model, whose 8-bit arithmetic Lentil does not have: convert the float model "
    "that it "
    "was made from";
constexpr std::string_view kTraining =
    "it belongs to a graph for training: export the model for inference (in PyTorch after model.eval())";
constexpr std::string_view kControlFlow =
    "it is control flow, and Lentil's networks always take one way: export the model by tracing";
constexpr std::string_view kRecurrent = "it is a recurrent layer, which Lentil does not have";

constexpr std::array kRefusals{
    Refusal{"QLinear", kQuantised},    Refusal{"QuantizeLinear", kQuantised},
    Refusal{"Integer", kQuantised},    Refusal{"QGemm", kQuantised},
    Refusal{"Gradient", kTraining},    Refusal{"Grad", kTraining},
    Refusal{"Loss", kTraining},        Refusal{"Momentum", kTraining},
    Refusal{"Adam", kTraining},        Refusal{"LSTM", kRecurrent},
    Refusal{"GRU", kRecurrent},        Refusal{"RNN", kRecurrent},
    Refusal{"Loop", kControlFlow},     Refusal{"Scan", kControlFlow},
    Refusal{"Sequence", kControlFlow}, Refusal{"Optional", kControlFlow},
};

struct AttributeType {
  std::string_view name;
  std::int32_t type;  // of AttributeProto
};

constexpr std::int32_t kFloat = 1, kInt = 2, kString = 3, kTensor = 4, kInts = 7;
// Those that are read here; a file that gives them another type means something else.
constexpr std::array kAttributeTypes{
    AttributeType{"allowzero", kInt},
    AttributeType{"alpha", kFloat},
    AttributeType{"auto_pad", kString},
    AttributeType{"axes", kInts},
    AttributeType{"axis", kInt},
    AttributeType{"beta", kFloat},
    AttributeType{"broadcast", kInt},
    AttributeType{"ceil_mode", kInt},
    AttributeType{"count_include_pad", kInt},
    AttributeType{"dilations", kInts},
    AttributeType{"ends", kInts},
    AttributeType{"epsilon", kFloat},
    AttributeType{"group", kInt},
    AttributeType{"keepdims", kInt},
    AttributeType{"kernel_shape", kInts},
    AttributeType{"max", kFloat},
    AttributeType{"min", kFloat},
    AttributeType{"mode", kString},
    AttributeType{"momentum", kFloat},
    AttributeType{"pads", kInts},
    AttributeType{"perm", kInts},
    AttributeType{"starts", kInts},
    AttributeType{"steps", kInts},
    AttributeType{"strides", kInts},
    AttributeType{"to", kInt},
    AttributeType{"training_mode", kInt},
    AttributeType{"transA", kInt},
    AttributeType{"transB", kInt},
};

Outcome<std::monostate> check_attributes(const Node& node) {
  for (const AttributeProto& attribute : node.proto().attribute()) {
    const auto known = std::ranges::find(kAttributeTypes, attribute.name(), &AttributeType::name);
    if (known != kAttributeTypes.end() && attribute.has_type() && attribute.type() != known->type)
      return Failure{"its attribute " + attribute.name() + " is of the wrong type"};
  }
  return std::monostate{};
}

Outcome<Value> dispatch(const Call& call) {
  if (const auto checked = check_attributes(call.node); !checked) return checked.error();
  const std::string& op = call.node.op();
  const bool constant = std::ranges::all_of(
      call.inputs, [](const Value* v) { return v == nullptr || v->constant.has_value(); });
  const bool needs_no_values = op == "Shape" || op == "Size";
  if (const Convert fold = find_fold(op); fold != nullptr && (constant || needs_no_values)) return fold(call);
  const auto row = std::ranges::find(kRows, op, &Row::op);
  if (row != kRows.end()) return row->convert(call);
  return Failure{"Lentil has no such operation: export the model without it"};
}

}  // namespace

Outcome<Value> convert_node(const Call& call) {
  auto value = dispatch(call);
  if (!value) return Failure{"the " + call.node.label() + ": " + value.error().message};
  return value;
}

Outcome<std::monostate> check_kind(const Node& node) {
  const auto refuse = [&](std::string_view why) {
    return Failure{"the " + node.label() + " cannot be read: " + std::string(why)};
  };
  if (node.op() == "If") return refuse(kControlFlow);
  for (const Refusal& refusal : kRefusals) {
    if (node.op().find(refusal.part) != std::string::npos) return refuse(refusal.why);
  }
  const std::string& domain = node.proto().domain();
  if (!domain.empty() && domain != "ai.onnx")
    return refuse("it is no standard operation but one of '" + domain + "': export the model without it");
  return std::monostate{};
}

Outcome<const Value*> layer_input(const Call& call, std::size_t input, bool padded) {
  if (!call.has(input)) return Failure{"its input " + std::to_string(input + 1) + " is missing"};
  const Value* value = call.inputs[input];
  if (value->constant)
    return Failure{"its input '" + std::string(call.name(input)) +
                   "' is a constant where a layer's output is expected"};
  if (!padded && value->padding != Padding{})
    return Failure{"it follows a Pad that adds zeros, which only a convolution or a pool can take over"};
  return value;
}

Outcome<const Tensor*> constant_input(const Call& call, std::size_t input) {
  if (!call.has(input)) return Failure{"its input " + std::to_string(input + 1) + " is missing"};
  if (!call.inputs[input]->constant) {
    return Failure{"its input '" + std::string(call.name(input)) +
                   "' is computed from the picture, and must be a constant here"};
  }
  return &*call.inputs[input]->constant;
}

Outcome<Dims> integers_of(const Call& call, std::size_t input, std::string_view attribute) {
  if (!call.has(input)) return call.node.integers(attribute);
  const auto tensor = constant_input(call, input);
  if (!tensor) return tensor.error();
  if (!(*tensor)->ints) return Failure{"its input '" + std::string(call.name(input)) + "' must be integers"};
  return Dims(*(*tensor)->ints);
}

Outcome<std::size_t> axis_of(std::int64_t axis, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  if (axis < -size || axis >= size)
    return Failure{"there is no axis " + std::to_string(axis) + " in " + std::to_string(rank) +
                   " dimensions"};
  return static_cast<std::size_t>(axis < 0 ? axis + size : axis);
}

Outcome<Value> picture_of(const Call& call, const Value& value) {
  const Dims& d = value.dims;
  if (d.size() < 3 || d.size() > 4 || d[0] != 1)
    return Failure{"its input has the dimensions " + spell(d) +
                   " and not those of one picture, [1, C, H, W]"};
  const auto u32 = [](std::int64_t v) { return static_cast<std::uint32_t>(v); };
  const Padding& p = value.padding;
  const std::uint32_t height = d.size() == 4 ? u32(d[2]) - p.top - p.bottom : 1;
  return call.network.picture(value, {u32(d[1]), height, u32(d.back()) - p.left - p.right});
}

Outcome<std::vector<float>> spread_constant(const Call& call, const Tensor& constant, const Value& value) {
  const Budget& budget = call.network.budget();
  const auto floats = as_floats(constant, budget);
  if (!floats) return floats.error();
  const std::vector<float>& given = **floats;
  const Failure unsuited{"its constant " + spell(constant.dims) + " does not suit " + spell(value.dims)};
  if (given.empty()) return unsuited;
  if (given.size() == 1) return given;
  const std::size_t rank = value.dims.size();
  if (constant.dims.size() > rank) return unsuited;
  // Steps through the constant along each axis of the value; 0 where it is repeated.
  std::vector<std::size_t> steps(rank, 0);
  std::size_t step = 1;
  for (std::size_t back = 1; back <= constant.dims.size(); ++back) {
    const std::int64_t d = constant.dims[constant.dims.size() - back];
    if (d != 1 && d != value.dims[rank - back]) return unsuited;
    if (d != 1) steps[rank - back] = step;
    step *= static_cast<std::size_t>(d);
  }
  auto room = budget.room<float>(value.shape.count());
  if (!room) return Failure{"its constant is spread over more values than a file of this size justifies"};
  const std::size_t plane = value.shape.plane(), channels = value.shape.channels;
  const bool ours = in_our_order(value);
  std::vector<std::int64_t> at(rank, 0);
  for (std::size_t i = 0; i < room->size(); ++i) {
    std::size_t from = 0;
    for (std::size_t axis = 0; axis < rank; ++axis) from += static_cast<std::size_t>(at[axis]) * steps[axis];
    (*room)[ours ? i : i % channels * plane + i / channels] = given[from];
    for (std::size_t axis = rank; axis-- > 0 && ++at[axis] == value.dims[axis];) at[axis] = 0;
  }
  for (std::size_t i = 0; i < room->size(); ++i) {
    if ((*room)[i] != (*room)[i - i % plane]) return *room;
  }
  std::vector<float> by_channel(channels);
  for (std::size_t c = 0; c < channels; ++c) by_channel[c] = (*room)[c * plane];
  return by_channel;
}

}  // namespace lentil::formats::onnx
