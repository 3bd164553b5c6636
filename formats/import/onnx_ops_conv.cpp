// Layers with weights: convolutions, linear layers in their three spellings, batch normalisation.
#include <algorithm>
#include <array>

#include "formats/import/onnx_window.h"

namespace lentil::formats::onnx {
namespace {

using Floats = std::shared_ptr<const std::vector<float>>;

Outcome<Floats> floats_of(const Call& call, std::size_t input) {
  const auto tensor = constant_input(call, input);
  if (!tensor) return tensor.error();
  return as_floats(**tensor, call.network.budget());
}

// The tensor whose name tells the layer's: the weights, or the bias where exporters have renamed them.
std::string_view layer_hint(const Call& call, std::size_t weight) {
  if (call.name(weight).ends_with(".weight")) return call.name(weight);
  if (call.has(2)) return call.name(2);
  const Node* reader = call.graph.only_reader(call.node.proto().output(0));
  if (reader == nullptr || reader->op() != "Add") return {};
  for (const std::string& input : reader->proto().input()) {
    if (input.ends_with(".bias")) return input;
  }
  return {};
}

// One value for each of `outputs`, times `factor`; in a column for an output that is one.
Outcome<std::vector<float>> bias_of(const Call& call, std::size_t outputs, float factor = 1,
                                    bool column = false) {
  const auto given = floats_of(call, 2);
  if (!given) return given.error();
  const Dims& dims = call.inputs[2]->constant->dims;
  const std::vector<float>& values = **given;
  const std::int64_t last = column ? 1 : static_cast<std::int64_t>(outputs);
  if (values.size() != 1 && (values.size() != outputs || dims.back() != last))
    return Failure{"its bias " + spell(dims) + " does not suit its " + std::to_string(outputs) + " outputs"};
  std::vector<float> bias(outputs);
  for (std::size_t i = 0; i < outputs; ++i) bias[i] = factor * values[values.size() == 1 ? 0 : i];
  return bias;
}

// [rows][columns] to [columns][rows] if asked, times `factor`.
std::vector<float> turned(const std::vector<float>& from, std::size_t columns, bool transpose, float factor) {
  if (columns == 0) return {};
  std::vector<float> to(from.size());
  const std::size_t rows = from.size() / columns;
  for (std::size_t i = 0; i < from.size(); ++i)
    to[transpose ? i % columns * rows + i / columns : i] = factor * from[i];
  return to;
}

struct Matrix {
  std::size_t input;   // of the node
  bool outputs_first;  // [outputs][inputs], as our layers have them
  float factor = 1;
};

// The two last dimensions; those before them must be ones. A vector is a matrix with one column.
Outcome<std::array<std::int64_t, 2>> matrix_dims(const Tensor& tensor) {
  const Dims& d = tensor.dims;
  if (d.empty()) return Failure{"its weights are a single number"};
  if (d.size() == 1) return std::array{d[0], std::int64_t{1}};
  if (count_of(d) != d[d.size() - 2] * d.back()) return Failure{"its weights " + spell(d) + " are no matrix"};
  return std::array{d[d.size() - 2], d.back()};
}

// The one vector that a batch of one has; ends as the dimensions of the output, whose size is `outputs`.
Outcome<Value> linear(const Call& call, const Value& value, const Matrix& matrix) {
  const auto tensor = constant_input(call, matrix.input);
  if (!tensor) return tensor.error();
  const auto dims = matrix_dims(**tensor);
  if (!dims) return dims.error();
  const std::int64_t inputs = (*dims)[matrix.outputs_first ? 1 : 0],
                     outputs = (*dims)[matrix.outputs_first ? 0 : 1];
  if (inputs != static_cast<std::int64_t>(value.shape.count()) || outputs < 1) {
    return Failure{"its weights " + spell((*tensor)->dims) + " do not suit the " +
                   std::to_string(value.shape.count()) + " values that it reads, " + spell(value.dims)};
  }
  const auto weights = floats_of(call, matrix.input);
  if (!weights) return weights.error();
  const auto flat = call.network.flat(value);
  if (!flat) return flat.error();
  auto made = call.network.append(*flat, LayerType::linear, layer_hint(call, matrix.input),
                                  [&](ModelBuilder& b, std::string name) {
                                    b.linear(std::move(name), static_cast<std::uint32_t>(outputs), false);
                                  });
  if (!made) return made;
  made->dims = {1, outputs};
  const auto columns = static_cast<std::size_t>((*dims)[1]);
  const auto set =
      call.network.set(Slot::weight, turned(**weights, columns, !matrix.outputs_first, matrix.factor));
  return set ? made : Outcome<Value>(set.error());
}

// Whether all but the last (or, for what stands right of a matrix, the last but one) are ones.
bool is_row(const Dims& dims) { return !dims.empty() && count_of(dims) == dims.back(); }
bool is_column(const Dims& dims) {
  return dims.size() == 1 ||
         (dims.size() >= 2 && dims.back() == 1 && count_of(dims) == dims[dims.size() - 2]);
}

Failure not_one_vector(const Dims& dims) {
  return Failure{"it multiplies a matrix " + spell(dims) +
                 " for each picture, where Lentil's linear layers take one "
                 "vector: flatten it first"};
}

Outcome<std::monostate> check_conv(const Value& value, const Tensor& weights, std::int64_t groups) {
  const Dims &d = weights.dims, &in = value.dims;
  const bool fits = in.size() >= 3 && d.size() == in.size() && groups >= 1 && groups <= in[1] &&
                    in[1] % groups == 0 && d[1] == in[1] / groups && d[0] >= 1 && d[0] % groups == 0;
  if (fits) return std::monostate{};
  return Failure{"its weights " + spell(d) + " in " + std::to_string(groups) +
                 " groups do not suit its input " + spell(in)};
}

}  // namespace

Outcome<Value> convert_conv(const Call& call) {
  const auto value = layer_input(call, 0, true);
  if (!value) return value.error();
  const auto weights = constant_input(call, 1);
  if (!weights) return weights.error();
  const std::int64_t groups = call.node.integer("group", 1);
  if (const auto checked = check_conv(**value, **weights, groups); !checked) return checked.error();
  const Dims& dims = (*weights)->dims;
  const Dims kernel(dims.begin() + 2, dims.end());
  const auto window = window_of(call, **value, kernel);
  if (!window) return window.error();
  if (call.node.has("kernel_shape") && call.node.integers("kernel_shape") != kernel)
    return Failure{"its kernel_shape is not that of its weights, " + spell(dims)};
  const auto floats = floats_of(call, 1);
  if (!floats) return floats.error();
  const auto picture = picture_of(call, **value);
  if (!picture) return picture.error();
  const Conv2dOptions options{.out = static_cast<std::uint32_t>(dims[0]),
                              .kernel = window->kernel,
                              .stride = window->stride,
                              .dilation = window->dilation,
                              .padding = window->padding,
                              .groups = static_cast<std::uint32_t>(groups),
                              .bias = false};
  auto made =
      call.network.append(*picture, LayerType::conv2d, layer_hint(call, 1),
                          [&](ModelBuilder& b, std::string name) { b.conv2d(std::move(name), options); });
  if (!made) return made;
  if ((*value)->dims.size() == 3) made->dims = {1, dims[0], made->dims.back()};
  if (const auto set = call.network.set(Slot::weight, **floats); !set) return set.error();
  if (!call.has(2)) return made;
  auto bias = bias_of(call, options.out);
  if (!bias) return bias.error();
  const auto set = call.network.set(Slot::bias, std::move(*bias));
  return set ? made : Outcome<Value>(set.error());
}

// Y = alpha A B + beta C, where one of A and B is what the network computes, one vector.
Outcome<Value> convert_gemm(const Call& call) {
  const bool right = call.has(1) && !call.inputs[1]->constant;
  const auto value = layer_input(call, right ? 1 : 0);
  if (!value) return value.error();
  const bool a_turned = call.node.integer("transA", 0) != 0, b_turned = call.node.integer("transB", 0) != 0;
  const Dims& dims = (*value)->dims;
  const bool fits = dims.size() == 2 && (right ? (b_turned ? is_row(dims) : is_column(dims))
                                               : (a_turned ? is_column(dims) : is_row(dims)));
  if (!fits) return not_one_vector(dims);
  auto made = linear(call, **value,
                     {.input = right ? 0u : 1u,
                      .outputs_first = right ? !a_turned : b_turned,
                      .factor = call.node.number("alpha", 1)});
  if (!made) return made;
  const auto outputs = made->shape.count();
  if (right) made->dims = {static_cast<std::int64_t>(outputs), 1};
  if (!call.has(2)) return made;
  auto bias = bias_of(call, outputs, call.node.number("beta", 1), right);
  if (!bias) return bias.error();
  const auto set = call.network.set(Slot::bias, std::move(*bias));
  return set ? made : Outcome<Value>(set.error());
}

Outcome<Value> convert_matmul(const Call& call) {
  const bool right = call.has(1) && !call.inputs[1]->constant;
  const auto value = layer_input(call, right ? 1 : 0);
  if (!value) return value.error();
  const Dims dims = (*value)->dims;
  if (right ? !is_column(dims) : !is_row(dims)) return not_one_vector(dims);
  auto made = linear(call, **value, {.input = right ? 0u : 1u, .outputs_first = right});
  if (!made) return made;
  // The vector's own dimension changes; a constant vector takes it away.
  const auto outputs = static_cast<std::int64_t>(made->shape.count());
  Dims out = dims;
  if (right && dims.size() > 1) {
    out[out.size() - 2] = outputs;
  } else {
    out.back() = outputs;
  }
  if (call.inputs[right ? 0 : 1]->constant->dims.size() == 1) out.pop_back();
  made->dims = std::move(out);
  return made;
}

Outcome<Value> convert_batch_norm(const Call& call) {
  constexpr std::array kSlotOrder{Slot::weight, Slot::bias, Slot::running_mean, Slot::running_var};
  const auto value = layer_input(call, 0);
  if (!value) return value.error();
  const Node& node = call.node;
  if (node.integer("training_mode", 0) != 0)
    return Failure{"it learns while it runs (training_mode): export the model after model.eval()"};
  if (node.integer("spatial", 1) == 0) return Failure{"spatial = 0 normalises every element by itself"};
  const Dims& dims = (*value)->dims;
  if (dims.size() < 2 || dims.size() > 4 || dims[0] != 1)
    return Failure{"its input has the dimensions " + spell(dims)};
  const auto input = dims.size() == 2 ? call.network.flat(**value) : picture_of(call, **value);
  if (!input) return input.error();
  std::array<Floats, kSlotOrder.size()> tensors;
  for (std::size_t i = 0; i < kSlotOrder.size(); ++i) {
    const auto floats = floats_of(call, i + 1);
    if (!floats) return floats.error();
    if ((*floats)->size() != input->shape.channels)
      return Failure{"its input '" + std::string(call.name(i + 1)) + "' has " +
                     std::to_string((*floats)->size()) + " values for " +
                     std::to_string(input->shape.channels) + " channels"};
    tensors[i] = *floats;
  }
  const BatchNormOptions options{.epsilon = node.number("epsilon", 1e-5f),
                                 .momentum = 1 - node.number("momentum", 0.9f)};
  if (std::ranges::any_of(*tensors[3], [&](float v) { return !(v >= 0 && v + options.epsilon > 0); }))
    return Failure{"its variances must not be negative"};
  const LayerType type = input->shape.plane() == 1 ? LayerType::batch_norm1d : LayerType::batch_norm2d;
  auto made = call.network.map(*input, type, call.name(1), [&](ModelBuilder& b, std::string name) {
    b.batch_norm(std::move(name), options);
  });
  if (!made) return made;
  made->dims = dims;
  for (std::size_t i = 0; i < kSlotOrder.size(); ++i) {
    if (const auto set = call.network.set(kSlotOrder[i], *tensors[i]); !set) return set.error();
  }
  return made;
}

}  // namespace lentil::formats::onnx
