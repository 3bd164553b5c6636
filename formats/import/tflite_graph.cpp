#include "formats/import/tflite_graph.h"

#include <algorithm>

namespace lentil::formats {
namespace {

const TfliteRow* find_row(tflite::BuiltinOperator code) {
  for (const auto rows : {tflite_layers(), tflite_shapes()}) {
    const auto row = std::ranges::find(rows, code, &TfliteRow::code);
    if (row != rows.end()) return &*row;
  }
  return nullptr;
}

}  // namespace

AxisOrder likely_order(const std::vector<std::uint32_t>& sizes) {
  constexpr std::uint32_t kMostColours = 4;
  const bool first = sizes.size() == 3 && sizes[0] <= kMostColours && sizes[2] > kMostColours;
  return first ? AxisOrder::channels_first : AxisOrder::channels_last;
}

std::int32_t TfliteGraph::input(const tflite::Operator& op, std::uint32_t position) {
  return op.inputs() != nullptr && position < op.inputs()->size() ? op.inputs()->Get(position) : -1;
}

std::int32_t TfliteGraph::output(const tflite::Operator& op) {
  return op.outputs() != nullptr && op.outputs()->size() > 0 ? op.outputs()->Get(0) : -1;
}

const TfliteState* TfliteGraph::state(std::int32_t tensor) const {
  const auto found = states_.find(tensor);
  return found == states_.end() ? nullptr : &found->second;
}

bool TfliteGraph::is_value(std::int32_t tensor) const {
  const TfliteState* made = state(tensor);
  return made != nullptr && std::holds_alternative<TfValue>(*made);
}

TfValue TfliteGraph::value(const tflite::Operator& op, std::uint32_t position) {
  const std::int32_t tensor = input(op, position);
  if (is_value(tensor)) return std::get<TfValue>(*state(tensor));
  mistake("it reads " + tensors_.name(tensor) + ", which is no output of an operator before it");
  return network_.input();
}

TfliteConstant TfliteGraph::constant(const tflite::Operator& op, std::uint32_t position) {
  const std::int32_t tensor = input(op, position);
  if (const TfliteState* made = state(tensor)) {
    if (const auto* known = std::get_if<TfliteConstant>(made)) return *known;
    mistake(tensors_.name(tensor) + " is computed, where only a constant is supported");
    return {};
  }
  auto sizes = tensors_.sizes(tensor);
  if (sizes) return {tensor, std::move(*sizes)};
  mistake(sizes.error().message);
  return {};
}

TfliteIntegers TfliteGraph::integers(const tflite::Operator& op, std::uint32_t position) {
  const std::int32_t tensor = input(op, position);
  if (const TfliteState* made = state(tensor)) {
    if (const auto* known = std::get_if<TfliteIntegers>(made)) return *known;
  }
  auto values = tensors_.integers(tensor);
  if (values) return std::move(*values);
  mistake(values.error().message);
  return {};
}

Elements TfliteGraph::elements(const tflite::Operator& op, std::uint32_t position, bool optional) {
  if (optional && input(op, position) == -1) return {};
  const TfliteConstant known = constant(op, position);
  if (network_.failed()) return {};
  auto values = tensors_.elements(known.tensor);
  if (values) return std::move(*values);
  mistake(values.error().message);
  return {};
}

void TfliteGraph::set(const tflite::Operator& op, TfliteState made) {
  const std::int32_t tensor = output(op);
  if (tensors_.find(tensor) == nullptr) return mistake("its output is no tensor of the file");
  if (state(tensor) != nullptr) return mistake(tensors_.name(tensor) + " is the output of two operators");
  states_.emplace(tensor, std::move(made));
}

TfValue TfliteGraph::activated(TfValue value, tflite::ActivationFunctionType function) {
  switch (function) {
    case tflite::ActivationFunctionType_NONE:
      return value;
    case tflite::ActivationFunctionType_RELU:
      return network_.activation(std::move(value), LayerType::relu);
    case tflite::ActivationFunctionType_TANH:
      return network_.activation(std::move(value), LayerType::tanh);
    default:
      mistake(std::string("its activation ") + tflite::EnumNameActivationFunctionType(function) +
              " is not supported");
      return value;
  }
}

bool TfliteGraph::knows(tflite::BuiltinOperator code) { return find_row(code) != nullptr; }

void TfliteGraph::add(const tflite::Operator& op, tflite::BuiltinOperator code) {
  current_ = tflite::EnumNameBuiltinOperator(code);
  if (op.outputs() != nullptr && op.outputs()->size() > 1) return mistake("it has more than one output");
  find_row(code)->add(*this, op);
}

}  // namespace lentil::formats
