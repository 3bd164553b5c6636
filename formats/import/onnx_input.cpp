#include "formats/import/onnx_input.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "formats/layer_rules.h"

namespace lentil::formats::onnx {
namespace {

constexpr std::int64_t kOpen = 0;  // a dimension that has a name or nothing

Dims dims_of(const ValueInfoProto& info) {
  Dims dims;
  for (const auto& d : info.type().tensor_type().shape().dim())
    dims.push_back(d.dim_value() > 0 ? d.dim_value() : kOpen);
  return dims;
}

bool is_few(std::int64_t channels) { return channels == 1 || channels == 3 || channels == 4; }

// What first asks for an order of the elements, behind scaling and its kin.
const Node* first_ordered(const Graph& graph, const std::string& name) {
  constexpr std::array<std::string_view, 8> kPointwise{"Add",  "Sub",      "Mul", "Div",
                                                       "Cast", "Identity", "Neg", "Relu"};
  const Node* reader = graph.only_reader(name);
  while (reader != nullptr && std::ranges::find(kPointwise, reader->op()) != kPointwise.end() &&
         reader->proto().output_size() > 0)
    reader = graph.only_reader(reader->proto().output(0));
  return reader;
}

// [1, H, W, C], as TensorFlow has it. Where nothing in the graph tells, few channels come last.
bool channels_last(const Dims& dims, const std::string& name, const Graph& graph) {
  constexpr std::array<std::string_view, 4> kChannelsFirst{"Conv", "MaxPool", "AveragePool",
                                                           "BatchNormalization"};
  const Node* reader = first_ordered(graph, name);
  if (reader != nullptr && reader->op() == "Transpose") return reader->integers("perm") == Dims{0, 3, 1, 2};
  if (reader != nullptr && std::ranges::find(kChannelsFirst, reader->op()) != kChannelsFirst.end())
    return false;
  return is_few(dims[3]) && dims[1] > 4 && dims[2] > 4;
}

// A flat input of as many values as a square has is a picture of one channel.
Shape flat_shape(std::int64_t count) {
  const auto side = std::lround(std::sqrt(static_cast<double>(count)));
  if (side > 1 && std::int64_t{side} * side == count)
    return {1, static_cast<std::uint32_t>(side), static_cast<std::uint32_t>(side)};
  return {static_cast<std::uint32_t>(count), 1, 1};
}

Outcome<Input> with_shape(Dims dims, const std::string& name, const Graph& graph) {
  const auto u32 = [&](std::size_t i) { return static_cast<std::uint32_t>(dims[i]); };
  Input input;
  switch (dims.size()) {
    case 1:
    case 2:
      if (dims.size() == 2 && dims[0] != 1) {
        input.value.shape = {1, u32(0), u32(1)};
        break;
      }
      input.value.shape = flat_shape(dims.back());
      if (input.value.shape.channels == 1) {
        input.notes.push_back("its flat input of " + std::to_string(dims.back()) +
                              " values is taken for a picture of " + formats::spell(input.value.shape));
      }
      break;
    case 3:
      input.value.shape = {u32(0), u32(1), u32(2)};
      break;
    default:
      input.value.hwc = channels_last(dims, name, graph);
      input.value.shape = input.value.hwc ? Shape{u32(3), u32(1), u32(2)} : Shape{u32(1), u32(2), u32(3)};
  }
  if (check_input_shape(input.value.shape).status != Status::ok)
    return Failure{"its input '" + name + "' is impossibly large: " + spell(dims)};
  input.value.dims = std::move(dims);
  return input;
}

}  // namespace

bool is_ambiguous(const ValueInfoProto& info) {
  const Dims dims = dims_of(info);
  return !dims.empty() && dims.size() < 4 && dims[0] > 1;
}

Outcome<Input> describe_input(const ValueInfoProto& info, const Graph& graph, bool batched) {
  constexpr std::int32_t kUint8 = 2;
  constexpr std::array<std::int32_t, 5> kTypes{1, kUint8, 10, 11, 16};
  const std::string what = "its input '" + info.name() + "' ";
  if (!info.type().has_tensor_type() || !info.type().tensor_type().has_shape())
    return Failure{what + "has no dimensions: export the model with a fixed input size"};
  const std::int32_t type = info.type().tensor_type().elem_type();
  if (std::ranges::find(kTypes, type) == kTypes.end())
    return Failure{what + "is of type " + std::to_string(type) + ", and pictures are floats or bytes"};
  Dims dims = dims_of(info);
  if (dims.empty() || dims.size() > 4)
    return Failure{what + "has " + std::to_string(dims.size()) +
                   " dimensions, and pictures have two to four"};
  std::int64_t batch = 1;
  if (dims.size() > 1 && batched) {
    batch = dims[0];
    dims[0] = 1;
  }
  if (std::ranges::find(dims, kOpen) != dims.end())
    return Failure{what + "has open dimensions, " + spell(dims) +
                   " (0: open): export the model with a fixed input size"};
  if (count_of(dims) < 0) return Failure{what + "is impossibly large: " + spell(dims)};
  auto input = with_shape(std::move(dims), info.name(), graph);
  if (!input) return input;
  input->batch = batch;
  input->pixels = type == kUint8;
  if (input->pixels) input->notes.emplace_back("its input is bytes, so pixels enter as 0 to 255");
  return input;
}

}  // namespace lentil::formats::onnx
