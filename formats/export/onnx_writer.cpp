#include "formats/export/onnx_writer.h"

#include <bit>
#include <cstring>
#include <span>

namespace lentil::formats::onnx {
namespace {

static_assert(std::endian::native == std::endian::little);  // as raw_data must be

constexpr std::int32_t kFloatTensor = 1, kInt64Tensor = 7;                          // of TensorProto
constexpr std::int32_t kFloatAttribute = 1, kIntAttribute = 2, kIntsAttribute = 7;  // of AttributeProto

AttributeProto& add_attribute(NodeProto& node, std::string_view name, std::int32_t type) {
  AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(std::string(name));
  attribute.set_type(type);
  return attribute;
}

template <class T>
void fill(TensorProto& tensor, const std::string& name, std::int32_t type,
          const std::vector<std::int64_t>& dims, const std::vector<T>& values) {
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const std::int64_t d : dims) tensor.add_dims(d);
  const auto bytes = std::as_bytes(std::span(values));
  tensor.set_raw_data(bytes.data(), bytes.size());
}

}  // namespace

std::string GraphWriter::unique(const std::string& wanted) {
  std::string name = wanted;
  for (int next = 2; !names_.insert(name).second; ++next) name = wanted + "_" + std::to_string(next);
  return name;
}

NodeProto& GraphWriter::node(std::string_view op, const std::vector<std::string>& inputs,
                             const std::string& wanted) {
  NodeProto& node = *graph_.add_node();
  for (const std::string& input : inputs) node.add_input(input);
  const std::string name = unique(wanted);
  node.add_output(name);
  node.set_name(name);
  node.set_op_type(std::string(op));
  return node;
}

std::string GraphWriter::floats(const std::string& wanted, const std::vector<std::int64_t>& dims,
                                const std::vector<float>& values) {
  std::string name = unique(wanted);
  fill(*graph_.add_initializer(), name, kFloatTensor, dims, values);
  return name;
}

std::string GraphWriter::integers(const std::string& wanted, const std::vector<std::int64_t>& values) {
  std::string name = unique(wanted);
  fill(*graph_.add_initializer(), name, kInt64Tensor, {static_cast<std::int64_t>(values.size())}, values);
  return name;
}

void set_integer(NodeProto& node, std::string_view name, std::int64_t value) {
  add_attribute(node, name, kIntAttribute).set_i(value);
}

void set_integers(NodeProto& node, std::string_view name, const std::vector<std::int64_t>& values) {
  AttributeProto& attribute = add_attribute(node, name, kIntsAttribute);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

void set_number(NodeProto& node, std::string_view name, float value) {
  add_attribute(node, name, kFloatAttribute).set_f(value);
}

}  // namespace lentil::formats::onnx
