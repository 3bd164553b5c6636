#include "formats/import/onnx_conversion.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "formats/import/onnx_ops.h"

namespace lentil::formats::onnx {
namespace {

// Values by name, each until its last reader has had it.
class Run {
 public:
  Run(ModelProto& model, const Graph& graph, const std::string& path, std::uint64_t file_bytes,
      const Input& input)
      : model_(model),
        graph_(graph),
        batch_(input.batch),
        budget_(file_bytes),
        companions_(path, budget_),
        network_(std::filesystem::path(path).stem().string(), input.value.shape, budget_) {}

  void define(const std::string& name, Value value) { values_[name] = std::move(value); }

  Outcome<Value> run(const std::vector<const Node*>& order, const std::string& output);
  Outcome<Value> finish(const Value& value);
  Outcome<ModelFile> build() { return std::move(network_).build(); }

 private:
  Outcome<const Value*> value_of(const std::string& name);
  Outcome<std::monostate> run(const Node& node);
  void release(const Node& node);

  ModelProto& model_;
  const Graph& graph_;
  std::int64_t batch_;
  Budget budget_;
  Companions companions_;
  Network network_;
  std::map<std::string, Value> values_;
  std::map<std::string, std::uint32_t> readers_left_;
};

Outcome<const Value*> Run::value_of(const std::string& name) {
  if (const auto found = values_.find(name); found != values_.end()) return &found->second;
  const int initializer = graph_.initializer(name);
  if (initializer < 0)
    return Failure{"the value '" + name +
                   "' is not computed (a second output of its node, or a second input)"};
  auto tensor = take_tensor(*model_.mutable_graph()->mutable_initializer(initializer), companions_, budget_);
  if (!tensor) return Failure{"the initialiser '" + name + "': " + tensor.error().message};
  return &values_.emplace(name, Value{.constant = std::move(*tensor)}).first->second;
}

void Run::release(const Node& node) {
  for (const std::string& name : node.proto().input()) {
    if (name.empty()) continue;
    if (--readers_left_[name] == 0) values_.erase(name);
  }
}

Outcome<std::monostate> Run::run(const Node& node) {
  std::vector<const Value*> inputs;
  for (const std::string& name : node.proto().input()) {
    inputs.push_back(nullptr);
    if (name.empty()) continue;
    const auto value = value_of(name);
    if (!value) return Failure{"the " + node.label() + ": " + value.error().message};
    inputs.back() = *value;
  }
  auto value = convert_node({node, inputs, graph_, network_, companions_, batch_});
  if (!value) return value.error();
  release(node);
  values_[node.proto().output(0)] = std::move(*value);
  return std::monostate{};
}

Outcome<Value> Run::run(const std::vector<const Node*>& order, const std::string& output) {
  for (const Node* node : order) {
    if (const auto checked = check_kind(*node); !checked) return checked.error();
    for (const std::string& name : node->proto().input()) ++readers_left_[name];
  }
  ++readers_left_[output];
  for (const Node* node : order) {
    if (const auto done = run(*node); !done) return done.error();
  }
  const auto value = value_of(output);
  if (!value) return value.error();
  return **value;
}

// What the graph gives as its output must be the newest layer's, in ONNX's order.
Outcome<Value> Run::finish(const Value& value) {
  if (value.constant) return Failure{"its output does not depend on its input"};
  if (value.layer == kNetworkInput) return Failure{"it has no layers"};
  if (value.padding != Padding{})
    return Failure{"it ends with a Pad, which only a convolution or a pool can take over"};
  const bool flat = count_of(value.dims) == *std::ranges::max_element(value.dims);
  auto out = flat || !in_our_order(value) ? network_.flat(value) : value;
  if (!out || network_.is_newest(*out)) return out;
  return network_.append(*out, LayerType::reshape, {},
                         [&](ModelBuilder& b, std::string name) { b.reshape(out->shape, std::move(name)); });
}

Outcome<const ValueInfoProto*> only_input(const Graph& graph, const std::vector<const Node*>& order) {
  const ValueInfoProto* only = nullptr;
  for (const ValueInfoProto* input : graph.inputs()) {
    const bool read = std::ranges::any_of(order, [&](const Node* node) {
      const auto& names = node->proto().input();
      return std::find(names.begin(), names.end(), input->name()) != names.end();
    });
    if (!read) continue;
    if (only != nullptr)
      return Failure{"it has several inputs ('" + only->name() + "', '" + input->name() +
                     "'), and Lentil's networks have one"};
    only = input;
  }
  if (only == nullptr) return Failure{"its output depends on no input"};
  return only;
}

// What our own exporter writes beside the graph; empty: nothing.
std::string property(const ModelProto& model, std::string_view key) {
  const auto& all = model.metadata_props();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& entry) { return entry.key() == key; });
  return found == all.end() ? "" : found->value();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

void describe(const ModelProto& model, std::size_t outputs, ModelFile& file) {
  auto labels = lines_of(property(model, "labels"));
  if (labels.size() == outputs) file.labels = std::move(labels);
  if (model.producer_name() != "lentil") return;
  file.name = property(model, "name");
  file.licence = property(model, "licence");
}

}  // namespace

Outcome<Conversion> convert_output(ModelProto& model, const Graph& graph, const std::string& output,
                                   const std::string& path, std::uint64_t file_bytes, bool batched) {
  const auto order = graph.order(output);
  const auto info = only_input(graph, order);
  if (!info) return info.error();
  const auto input = describe_input(**info, graph, batched);
  if (!input) return input.error();
  Run conversion(model, graph, path, file_bytes, *input);
  conversion.define((*info)->name(), input->value);
  const auto value = conversion.run(order, output);
  if (!value) return value.error();
  const auto last = conversion.finish(*value);
  if (!last) return last.error();
  auto file = conversion.build();
  if (!file) return file.error();
  if (input->pixels) file->normalization.std.fill(1.0f / 255.0f);
  describe(model, last->shape.count(), *file);
  const auto values = static_cast<std::int64_t>(last->shape.count());
  const bool scores = values > 1 && values == *std::ranges::max_element(value->dims);
  return Conversion{std::move(*file), scores, input->notes};
}

}  // namespace lentil::formats::onnx
