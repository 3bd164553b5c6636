// The operations of ONNX: an operation is one function and one row in onnx_ops.cpp.
#pragma once
#include <string_view>
#include <variant>
#include <vector>

#include "formats/import/onnx_graph.h"
#include "formats/import/onnx_initializer.h"
#include "formats/import/onnx_network.h"

namespace lentil::formats::onnx {

// One node on its way into the network.
struct Call {
  const Node& node;
  const std::vector<const Value*>& inputs;  // null: left out
  const Graph& graph;
  Network& network;
  Companions& companions;
  std::int64_t batch = 1;  // that the graph was made for, 0: any; all values here have one of 1

  bool has(std::size_t input) const { return input < inputs.size() && inputs[input] != nullptr; }
  std::string_view name(std::size_t input) const { return node.proto().input(static_cast<int>(input)); }
};

// Failures of these name neither the node nor the file.
using Convert = Outcome<Value> (*)(const Call& call);

// The value of the node's first output, computed now if all that it reads is constant, else by layers.
// Failures name the node.
Outcome<Value> convert_node(const Call& call);

// Ok, or a Failure for operations that tell what kind of model this is: quantised, recurrent, of a training.
Outcome<std::monostate> check_kind(const Node& node);

// What operations ask of their inputs.
Outcome<const Value*> layer_input(const Call& call, std::size_t input, bool padded = false);
Outcome<const Tensor*> constant_input(const Call& call, std::size_t input);
// Integers from input `input`, or from the attribute where older versions have them; empty: neither.
Outcome<Dims> integers_of(const Call& call, std::size_t input, std::string_view attribute);
// 0 ... rank - 1 of a possibly negative axis; fails beyond.
Outcome<std::size_t> axis_of(std::int64_t axis, std::size_t rank);
// `value` as C x H x W, padding left out: of [1, C, H, W] or [1, C, L].
Outcome<Value> picture_of(const Call& call, const Value& value);
// The constant against a layer's output, in our order: one value, one for each channel, or all.
Outcome<std::vector<float>> spread_constant(const Call& call, const Tensor& constant, const Value& value);

// Of constants alone (onnx_fold*.cpp). Null: no such operation.
Convert find_fold(std::string_view op);
Outcome<Value> fold_constant(const Call& call);
Outcome<Value> fold_shape(const Call& call);
Outcome<Value> fold_size(const Call& call);
Outcome<Value> fold_reshape(const Call& call);
Outcome<Value> fold_transpose(const Call& call);
Outcome<Value> fold_concat(const Call& call);
Outcome<Value> fold_gather(const Call& call);
Outcome<Value> fold_slice(const Call& call);
Outcome<Value> fold_cast(const Call& call);
Outcome<Value> fold_fill(const Call& call);
Outcome<Value> fold_product(const Call& call);
Outcome<Value> fold_unary(const Call& call);
Outcome<Value> fold_binary(const Call& call);

// By layers.
Outcome<Value> convert_conv(const Call& call);
Outcome<Value> convert_gemm(const Call& call);
Outcome<Value> convert_matmul(const Call& call);
Outcome<Value> convert_batch_norm(const Call& call);
Outcome<Value> convert_pool(const Call& call);
Outcome<Value> convert_global_pool(const Call& call);
Outcome<Value> convert_reduce(const Call& call);
Outcome<Value> convert_pad(const Call& call);
Outcome<Value> convert_activation(const Call& call);
Outcome<Value> convert_clip(const Call& call);
Outcome<Value> convert_prelu(const Call& call);
Outcome<Value> convert_softmax(const Call& call);
Outcome<Value> convert_log(const Call& call);
Outcome<Value> convert_reshape(const Call& call);
Outcome<Value> convert_transpose(const Call& call);
Outcome<Value> convert_identity(const Call& call);
Outcome<Value> convert_cast(const Call& call);
Outcome<Value> convert_slice(const Call& call);
Outcome<Value> convert_concat(const Call& call);
Outcome<Value> convert_sum(const Call& call);
Outcome<Value> convert_arithmetic(const Call& call);
Outcome<Value> convert_negation(const Call& call);

// The dimensions that Reshape, Flatten, Squeeze and Unsqueeze make of `from`.
Outcome<Dims> reshaped(const Call& call, const Dims& from);
// The permutation of Transpose.
Outcome<std::vector<std::size_t>> permutation_of(const Call& call, std::size_t rank);
// Per axis of `dims`, where Slice begins, how many it takes and the step.
struct Slicing {
  std::vector<std::int64_t> starts, counts, steps;
};
Outcome<Slicing> slicing_of(const Call& call, const Dims& dims);

}  // namespace lentil::formats::onnx
