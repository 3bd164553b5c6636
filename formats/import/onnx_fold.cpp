// What exporters compute of constants: shapes for Reshape, weights that are turned round, numbers that are
// scaled.
#include <algorithm>
#include <array>
#include <cmath>

#include "formats/import/onnx_ops.h"

namespace lentil::formats::onnx {
namespace {

struct Row {
  std::string_view op;
  Convert fold;
};

constexpr std::array kRows{
    Row{"Abs", fold_unary},         Row{"Add", fold_binary},
    Row{"Cast", fold_cast},         Row{"Concat", fold_concat},
    Row{"Constant", fold_constant}, Row{"ConstantOfShape", fold_fill},
    Row{"Div", fold_binary},        Row{"Flatten", fold_reshape},
    Row{"Gather", fold_gather},     Row{"Identity", convert_identity},
    Row{"Mul", fold_binary},        Row{"Neg", fold_unary},
    Row{"Reciprocal", fold_unary},  Row{"ReduceProd", fold_product},
    Row{"Reshape", fold_reshape},   Row{"Shape", fold_shape},
    Row{"Size", fold_size},         Row{"Slice", fold_slice},
    Row{"Sqrt", fold_unary},        Row{"Squeeze", fold_reshape},
    Row{"Sub", fold_binary},        Row{"Transpose", fold_transpose},
    Row{"Unsqueeze", fold_reshape},
};

Outcome<Value> integers(const Call& call, Dims dims, const std::vector<std::int64_t>& values) {
  auto room = int_room(call.network.budget(), dims);
  if (!room) return room.error();
  **room = values;
  return Value{.constant = Tensor{std::move(dims), nullptr, std::move(*room)}};
}

Outcome<Value> floats(const Call& call, Dims dims, const std::vector<float>& values) {
  auto room = float_room(call.network.budget(), dims);
  if (!room) return room.error();
  **room = values;
  return Value{.constant = Tensor{std::move(dims), std::move(*room), nullptr}};
}

// The first input, which must be integers.
Outcome<Dims> integers_in(const Call& call) {
  const auto tensor = constant_input(call, 0);
  if (!tensor) return tensor.error();
  return integers_of(call, 0, {});
}

Dims list_of(std::size_t count) { return {static_cast<std::int64_t>(count)}; }

float unary(std::string_view op, float x) {
  if (op == "Neg") return -x;
  if (op == "Abs") return std::fabs(x);
  return op == "Sqrt" ? std::sqrt(x) : 1.0f / x;
}

}  // namespace

Convert find_fold(std::string_view op) {
  const auto row = std::ranges::find(kRows, op, &Row::op);
  return row == kRows.end() ? nullptr : row->fold;
}

Outcome<Value> fold_constant(const Call& call) {
  const Node& node = call.node;
  if (TensorProto* tensor = node.tensor("value"); tensor != nullptr) {
    auto value = take_tensor(*tensor, call.companions, call.network.budget());
    if (!value) return value.error();
    return Value{.constant = std::move(*value)};
  }
  if (node.has("value_float")) return floats(call, {}, {node.number("value_float", 0)});
  if (node.has("value_int")) return integers(call, {}, {node.integer("value_int", 0)});
  if (node.has("value_floats")) {
    const auto values = node.numbers("value_floats");
    return floats(call, list_of(values.size()), values);
  }
  if (node.has("value_ints")) {
    const auto values = node.integers("value_ints");
    return integers(call, list_of(values.size()), values);
  }
  return Failure{"it holds no numbers"};
}

Outcome<Value> fold_shape(const Call& call) {
  if (!call.has(0)) return Failure{"its input is missing"};
  const Dims& dims = call.inputs[0]->dimensions();
  const auto size = static_cast<std::int64_t>(dims.size());
  const auto clamped = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size);
  };
  const std::int64_t start = clamped(call.node.integer("start", 0));
  const std::int64_t end = std::max(start, clamped(call.node.integer("end", size)));
  const Dims part(dims.begin() + start, dims.begin() + end);
  return integers(call, list_of(part.size()), part);
}

Outcome<Value> fold_size(const Call& call) {
  if (!call.has(0)) return Failure{"its input is missing"};
  return integers(call, {}, {count_of(call.inputs[0]->dimensions())});
}

Outcome<Value> fold_reshape(const Call& call) {
  const auto tensor = constant_input(call, 0);
  if (!tensor) return tensor.error();
  auto dims = reshaped(call, (*tensor)->dims);
  if (!dims) return dims.error();
  Tensor out = **tensor;
  out.dims = std::move(*dims);
  return Value{.constant = std::move(out)};
}

Outcome<Value> fold_cast(const Call& call) {
  constexpr std::array<std::int64_t, 4> kFloats{1, 10, 11, 16};
  const auto tensor = constant_input(call, 0);
  if (!tensor) return tensor.error();
  const std::int64_t to = call.node.integer("to", 1);
  const bool wanted = std::ranges::find(kFloats, to) != kFloats.end();
  if (wanted == ((*tensor)->floats != nullptr)) return Value{.constant = **tensor};
  if (!wanted) return Failure{"it makes integers of fractions"};
  auto values = as_floats(**tensor, call.network.budget());
  if (!values) return values.error();
  return Value{.constant = Tensor{(*tensor)->dims, std::move(*values), nullptr}};
}

Outcome<Value> fold_fill(const Call& call) {
  const auto dims = integers_in(call);
  if (!dims) return dims.error();
  if (dims->size() > kMostDims) return Failure{"it makes " + std::to_string(dims->size()) + " dimensions"};
  Tensor filler;
  if (TensorProto* tensor = call.node.tensor("value"); tensor != nullptr) {
    auto value = take_tensor(*tensor, call.companions, call.network.budget());
    if (!value) return value.error();
    if (value->count() != 1) return Failure{"its value is not a single number"};
    filler = std::move(*value);
  }
  if (filler.ints) {
    auto room = int_room(call.network.budget(), *dims);
    if (!room) return room.error();
    std::ranges::fill(**room, filler.ints->front());
    return Value{.constant = Tensor{*dims, nullptr, std::move(*room)}};
  }
  auto room = float_room(call.network.budget(), *dims);
  if (!room) return room.error();
  if (filler.floats) std::ranges::fill(**room, filler.floats->front());
  return Value{.constant = Tensor{*dims, std::move(*room), nullptr}};
}

// The sizes of the axes that are laid flat.
Outcome<Value> fold_product(const Call& call) {
  const auto values = integers_in(call);
  if (!values) return values.error();
  const std::int64_t product = count_of(*values);
  if (product < 0) return Failure{"a product of sizes that is beyond all bounds"};
  const bool keeps = call.node.integer("keepdims", 1) != 0;
  return integers(call, keeps ? Dims(call.inputs[0]->constant->dims.size(), 1) : Dims{}, {product});
}

Outcome<Value> fold_unary(const Call& call) {
  const auto tensor = constant_input(call, 0);
  if (!tensor) return tensor.error();
  const auto values = as_floats(**tensor, call.network.budget());
  if (!values) return values.error();
  auto room = float_room(call.network.budget(), (*tensor)->dims);
  if (!room) return room.error();
  std::ranges::transform(**values, (*room)->begin(), [&](float x) { return unary(call.node.op(), x); });
  return Value{.constant = Tensor{(*tensor)->dims, std::move(*room), nullptr}};
}

}  // namespace lentil::formats::onnx
