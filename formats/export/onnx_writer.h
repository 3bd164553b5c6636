// An ONNX graph in the making: nodes, constants and names that are unique.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "onnx.pb.h"

namespace lentil::formats::onnx {

class GraphWriter {
 public:
  explicit GraphWriter(GraphProto& graph) : graph_(graph) {}

  // `wanted`, or with a number behind it if a value, constant or node has that name already.
  std::string unique(const std::string& wanted);

  // A node whose only output and own name are unique("`wanted`"). Attributes are added to what it returns.
  NodeProto& node(std::string_view op, const std::vector<std::string>& inputs, const std::string& wanted);

  // A constant under its unique name.
  std::string floats(const std::string& wanted, const std::vector<std::int64_t>& dims,
                     const std::vector<float>& values);
  std::string integers(const std::string& wanted, const std::vector<std::int64_t>& values);

 private:
  GraphProto& graph_;
  std::set<std::string> names_;
};

void set_integer(NodeProto& node, std::string_view name, std::int64_t value);
void set_integers(NodeProto& node, std::string_view name, const std::vector<std::int64_t>& values);
void set_number(NodeProto& node, std::string_view name, float value);

}  // namespace lentil::formats::onnx
