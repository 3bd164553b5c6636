// The nodes of an ONNX graph in an order in which they can be computed, whatever order the file has.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "formats/host/outcome.h"
#include "onnx.pb.h"

namespace lentil::formats::onnx {

// One operation and its attributes. Borrows the parsed file.
class Node {
 public:
  Node(NodeProto& proto, std::int64_t opset) : proto_(&proto), opset_(opset) {}

  const std::string& op() const { return proto_->op_type(); }
  const NodeProto& proto() const { return *proto_; }
  std::int64_t opset() const { return opset_; }
  // For messages: "Conv node 'conv1'", by its first output if it has no name.
  std::string label() const;

  // Attributes, with what the standard says for absent ones.
  bool has(std::string_view name) const { return find(name) != nullptr; }
  std::int64_t integer(std::string_view name, std::int64_t absent) const;
  float number(std::string_view name, float absent) const;
  std::string text(std::string_view name, std::string_view absent) const;
  std::vector<std::int64_t> integers(std::string_view name) const;
  std::vector<float> numbers(std::string_view name) const;
  TensorProto* tensor(std::string_view name) const;

 private:
  AttributeProto* find(std::string_view name) const;

  NodeProto* proto_;
  std::int64_t opset_;
};

class Graph {
 public:
  // Borrows `model`. Fails for names that are defined twice, undefined names and cycles, by name.
  static Outcome<Graph> create(ModelProto& model);

  const GraphProto& proto() const { return *proto_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  // What feeds the network: the graph's inputs that are no initialisers.
  std::vector<const ValueInfoProto*> inputs() const;
  // The place of an initialiser; -1: none of this name.
  int initializer(std::string_view name) const;
  // Null: an input, an initialiser, or unknown.
  const Node* producer(std::string_view name) const;
  // The only node that reads this value, if it is no output of the graph; null: several, or none.
  const Node* only_reader(std::string_view name) const;
  // How many nodes read it.
  std::uint32_t readers(std::string_view name) const;
  // The nodes that `output` depends on, each behind those that it reads.
  std::vector<const Node*> order(std::string_view output) const;

 private:
  struct Readers {
    std::uint32_t count = 0;
    std::size_t first = 0;
  };

  Outcome<std::monostate> define_all();
  Outcome<std::monostate> count_readers();
  Outcome<std::monostate> check_cycles() const;
  bool visit(std::size_t root, std::vector<std::uint8_t>& state, std::vector<const Node*>& order) const;
  bool is_known(std::string_view name) const { return kinds_.contains(name); }

  struct Definition {
    enum class Kind : std::uint8_t { input, initializer, node } kind;
    std::size_t index;
  };

  const GraphProto* proto_ = nullptr;
  std::vector<Node> nodes_;
  std::map<std::string_view, Definition> kinds_;
  std::map<std::string_view, Readers> readers_;
};

}  // namespace lentil::formats::onnx
