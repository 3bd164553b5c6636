// ONNX files by hand, for what no exporter writes.
#pragma once
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "formats/import/importer.h"
#include "onnx.pb.h"

namespace lentil::test {

class OnnxFile {
 public:
  // An input x of these dimensions (0: open) and an output y.
  explicit OnnxFile(std::vector<std::int64_t> dims, std::int64_t opset = 13) {
    model_.set_ir_version(8);
    model_.add_opset_import()->set_version(opset);
    auto& input = *graph().add_input();
    input.set_name("x");
    auto& type = *input.mutable_type()->mutable_tensor_type();
    type.set_elem_type(1);
    for (const std::int64_t d : dims) {
      auto& dim = *type.mutable_shape()->add_dim();
      if (d != 0) dim.set_dim_value(d);
    }
    graph().add_output()->set_name("y");
  }

  formats::onnx::ModelProto& model() { return model_; }
  formats::onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  formats::onnx::NodeProto& node(const std::string& op, const std::vector<std::string>& inputs,
                                 const std::string& output) {
    auto& node = *graph().add_node();
    node.set_op_type(op);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    return node;
  }

  // A constant whose values are 1, 2, 3...
  formats::onnx::TensorProto& floats(const std::string& name, const std::vector<std::int64_t>& dims) {
    const auto count = std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
    std::vector<float> values(static_cast<std::size_t>(count));
    std::iota(values.begin(), values.end(), 1.0f);
    return constant(name, dims, 1, std::as_bytes(std::span(values)));
  }
  formats::onnx::TensorProto& integers(const std::string& name, const std::vector<std::int64_t>& values) {
    return constant(name, {static_cast<std::int64_t>(values.size())}, 7, std::as_bytes(std::span(values)));
  }

  // Flatten and Gemm from `value` of `count` elements to y.
  void classify(const std::string& value, std::int64_t count) {
    node("Flatten", {value}, "flat");
    floats("fc.weight", {count, 2});
    node("Gemm", {"flat", "fc.weight"}, "y");
  }

  std::string bytes() const { return model_.SerializeAsString(); }
  formats::Outcome<formats::Imported> imported(const std::string& path = "hand.onnx") const {
    const std::string contents = bytes();
    return formats::import_source({path, formats::AlignedBytes(std::as_bytes(std::span(contents)))});
  }

 private:
  formats::onnx::TensorProto& constant(const std::string& name, const std::vector<std::int64_t>& dims,
                                       std::int32_t type, std::span<const std::byte> bytes) {
    auto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const std::int64_t d : dims) tensor.add_dims(d);
    tensor.set_raw_data(bytes.data(), bytes.size());
    return tensor;
  }

  formats::onnx::ModelProto model_;
};

inline void set_integers(formats::onnx::NodeProto& node, const std::string& name,
                         const std::vector<std::int64_t>& values) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(7);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

// A convolution and two classes.
inline OnnxFile small_network() {
  OnnxFile file({0, 1, 6, 6});
  file.floats("conv.weight", {2, 1, 3, 3});
  file.node("Conv", {"x", "conv.weight"}, "c");
  file.node("Relu", {"c"}, "r");
  file.classify("r", 32);
  return file;
}

}  // namespace lentil::test
