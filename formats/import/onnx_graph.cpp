#include "formats/import/onnx_graph.h"

#include <algorithm>

namespace lentil::formats::onnx {
namespace {

constexpr std::uint8_t kNew = 0, kOpen = 1, kDone = 2;

std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

std::int64_t opset_of(const ModelProto& model) {
  for (const auto& set : model.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") return set.version();
  }
  return 1;
}

}  // namespace

std::string Node::label() const {
  const bool unnamed = proto_->name().empty();
  const std::string& name = !unnamed ? proto_->name() : proto_->output_size() > 0 ? proto_->output(0) : op();
  return op() + " node " + quoted(name);
}

AttributeProto* Node::find(std::string_view name) const {
  auto& all = *proto_->mutable_attribute();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& a) { return a.name() == name; });
  return found == all.end() ? nullptr : &*found;
}

std::int64_t Node::integer(std::string_view name, std::int64_t absent) const {
  const AttributeProto* a = find(name);
  return a == nullptr ? absent : a->i();
}

float Node::number(std::string_view name, float absent) const {
  const AttributeProto* a = find(name);
  return a == nullptr ? absent : a->f();
}

std::string Node::text(std::string_view name, std::string_view absent) const {
  const AttributeProto* a = find(name);
  return a == nullptr ? std::string(absent) : a->s();
}

std::vector<std::int64_t> Node::integers(std::string_view name) const {
  const AttributeProto* a = find(name);
  return a == nullptr ? std::vector<std::int64_t>{} : std::vector(a->ints().begin(), a->ints().end());
}

std::vector<float> Node::numbers(std::string_view name) const {
  const AttributeProto* a = find(name);
  return a == nullptr ? std::vector<float>{} : std::vector(a->floats().begin(), a->floats().end());
}

TensorProto* Node::tensor(std::string_view name) const {
  AttributeProto* a = find(name);
  return a != nullptr && a->has_t() ? a->mutable_t() : nullptr;
}

Outcome<Graph> Graph::create(ModelProto& model) {
  Graph graph;
  graph.proto_ = &model.graph();
  const std::int64_t opset = opset_of(model);
  for (NodeProto& node : *model.mutable_graph()->mutable_node()) graph.nodes_.emplace_back(node, opset);
  for (const auto step : {&Graph::define_all, &Graph::count_readers}) {
    if (const auto done = (graph.*step)(); !done) return done.error();
  }
  if (const auto checked = graph.check_cycles(); !checked) return checked.error();
  return graph;
}

// Old files list initialisers among the inputs too.
Outcome<std::monostate> Graph::define_all() {
  using enum Definition::Kind;
  for (int i = 0; i < proto_->initializer_size(); ++i) {
    const std::string& name = proto_->initializer(i).name();
    if (!kinds_.emplace(name, Definition{initializer, static_cast<std::size_t>(i)}).second)
      return Failure{"there are two initialisers " + quoted(name)};
  }
  for (int i = 0; i < proto_->input_size(); ++i) {
    const std::string& name = proto_->input(i).name();
    const auto [at, fresh] = kinds_.emplace(name, Definition{input, static_cast<std::size_t>(i)});
    if (!fresh && at->second.kind == input) return Failure{"there are two inputs " + quoted(name)};
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    for (const std::string& name : nodes_[i].proto().output()) {
      if (name.empty()) continue;
      if (!kinds_.emplace(name, Definition{node, i}).second)
        return Failure{"the value " + quoted(name) + " is defined twice, the second time by the " +
                       nodes_[i].label()};
    }
  }
  return std::monostate{};
}

Outcome<std::monostate> Graph::count_readers() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    for (const std::string& name : nodes_[i].proto().input()) {
      if (name.empty()) continue;
      if (!is_known(name)) {
        return Failure{"the " + nodes_[i].label() + " reads " + quoted(name) +
                       ", which is no input, no initialiser and no node's output: the file is not whole"};
      }
      Readers& readers = readers_[name];
      if (readers.count++ == 0) readers.first = i;
    }
  }
  for (const ValueInfoProto& output : proto_->output()) {
    if (!is_known(output.name()))
      return Failure{"its output " + quoted(output.name()) + " is computed by no node"};
  }
  return std::monostate{};
}

// Depth first without recursion: a chain may be as long as the file. False: a cycle through order.back().
bool Graph::visit(std::size_t root, std::vector<std::uint8_t>& state, std::vector<const Node*>& order) const {
  struct Visit {
    std::size_t node;
    int next_input = 0;
  };
  std::vector<Visit> path;
  if (state[root] == kNew) path.push_back({root});
  while (!path.empty()) {
    Visit& visit = path.back();
    state[visit.node] = kOpen;
    if (visit.next_input == nodes_[visit.node].proto().input_size()) {
      state[visit.node] = kDone;
      order.push_back(&nodes_[visit.node]);
      path.pop_back();
      continue;
    }
    const auto source = kinds_.find(nodes_[visit.node].proto().input(visit.next_input++));
    if (source == kinds_.end() || source->second.kind != Definition::Kind::node) continue;
    const std::size_t next = source->second.index;
    if (state[next] == kOpen) {
      order.push_back(&nodes_[next]);
      return false;
    }
    if (state[next] == kNew) path.push_back({next});
  }
  return true;
}

Outcome<std::monostate> Graph::check_cycles() const {
  std::vector<std::uint8_t> state(nodes_.size(), kNew);
  std::vector<const Node*> order;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!visit(i, state, order))
      return Failure{"the " + order.back()->label() + " depends on its own output (a cycle)"};
  }
  return std::monostate{};
}

std::vector<const ValueInfoProto*> Graph::inputs() const {
  std::vector<const ValueInfoProto*> inputs;
  for (const ValueInfoProto& input : proto_->input()) {
    if (initializer(input.name()) < 0) inputs.push_back(&input);
  }
  return inputs;
}

int Graph::initializer(std::string_view name) const {
  const auto found = kinds_.find(name);
  const bool is = found != kinds_.end() && found->second.kind == Definition::Kind::initializer;
  return is ? static_cast<int>(found->second.index) : -1;
}

const Node* Graph::producer(std::string_view name) const {
  const auto found = kinds_.find(name);
  const bool is = found != kinds_.end() && found->second.kind == Definition::Kind::node;
  return is ? &nodes_[found->second.index] : nullptr;
}

std::uint32_t Graph::readers(std::string_view name) const {
  const auto found = readers_.find(name);
  return found == readers_.end() ? 0 : found->second.count;
}

const Node* Graph::only_reader(std::string_view name) const {
  const auto is_this = [&](const ValueInfoProto& output) { return output.name() == name; };
  if (readers(name) != 1 || std::ranges::any_of(proto_->output(), is_this)) return nullptr;
  return &nodes_[readers_.find(name)->second.first];
}

std::vector<const Node*> Graph::order(std::string_view output) const {
  std::vector<std::uint8_t> state(nodes_.size(), kNew);
  std::vector<const Node*> order;
  const auto found = kinds_.find(output);
  if (found != kinds_.end() && found->second.kind == Definition::Kind::node)
    visit(found->second.index, state, order);
  return order;
}

}  // namespace lentil::formats::onnx
