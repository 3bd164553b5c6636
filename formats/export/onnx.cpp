// ONNX, opset 13: what exports of PyTorch look like, with a batch of any size.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "formats/export/contents.h"
#include "formats/export/exporter.h"
#include "formats/export/onnx_layers.h"
#include "formats/export/recipe_text.h"
#include "runtime/graph.h"

namespace lentil::formats {
namespace {

using onnx::GraphProto;
using onnx::GraphWriter;
using onnx::ModelProto;
using onnx::Output;

constexpr std::int64_t kIrVersion = 7, kOpset = 13;  // of ONNX 1.8, December 2020
constexpr const char *kInput = "input", *kOutput = "output";

void describe(onnx::ValueInfoProto& value, const char* name, const Output& output) {
  constexpr std::int32_t kFloat = 1;
  value.set_name(name);
  auto& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(kFloat);
  tensor.mutable_shape()->add_dim()->set_dim_param("N");
  std::vector<std::uint32_t> dims{output.shape.channels};
  if (!output.flat) dims.insert(dims.end(), {output.shape.height, output.shape.width});
  for (const std::uint32_t d : dims) tensor.mutable_shape()->add_dim()->set_dim_value(d);
}

// One number if it is the same for all channels.
std::vector<float> by_channel(const Model& model, const std::array<float, 4>& values) {
  std::vector<float> list;
  for (std::uint32_t c = 0; c < model.input.channels; ++c)
    list.push_back(values[model.normalization_index(c)]);
  if (std::ranges::all_of(list, [&](float v) { return v == list[0]; })) list.resize(1);
  return list;
}

// (x - mean) / std in front, where that is not x itself.
Output normalized(GraphWriter& graph, const Model& model, Output value) {
  const auto apply = [&](const char* op, const char* name, const std::array<float, 4>& values,
                         float neutral) {
    const std::vector<float> list = by_channel(model, values);
    if (std::ranges::all_of(list, [&](float v) { return v == neutral; })) return;
    const auto count = static_cast<std::int64_t>(list.size());
    const std::string constant = graph.floats(std::string("normalize.") + name, {count, 1, 1}, list);
    value.name = graph.node(op, {value.name, constant}, std::string("normalize.") + op).output(0);
  };
  apply("Sub", "mean", model.normalization.mean, 0);
  apply("Div", "std", model.normalization.std, 1);
  return value;
}

// The last value takes the graph's name for its output; class scores are [N, K].
void name_output(GraphWriter& writer, GraphProto& graph, Output last) {
  if (!last.flat && last.shape.plane() == 1) last = onnx::flattened(writer, last);
  if (last.name == kInput) last.name = writer.node("Identity", {last.name}, "identity").output(0);
  for (auto& node : *graph.mutable_node()) {
    for (std::string& input : *node.mutable_input()) {
      if (input == last.name) input = kOutput;
    }
    if (node.output(0) == last.name) node.set_output(0, kOutput);
  }
  describe(*graph.add_output(), kOutput, last);
}

Outcome<std::monostate> write_graph(const ModelFile& file, const std::vector<Shape>& shapes,
                                    GraphProto& graph) {
  const Model model = file.model();
  GraphWriter writer(graph);
  const Output input{writer.unique(kInput), file.input, false};
  writer.unique(kOutput);
  describe(*graph.add_input(), kInput, input);
  std::vector<Output> outputs{normalized(writer, model, input)};
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    std::vector<Output> inputs;
    for (std::size_t k = 0; k < std::max<std::size_t>(layer.inputs.size(), 1); ++k)
      inputs.push_back(outputs[static_cast<std::size_t>(std::int64_t{layer_input(layer, i, k)} + 1)]);
    auto output = onnx::write_layer(writer, layer, inputs, shapes[i + 1]);
    if (!output) return Failure{"layer " + literal(layer.name) + ": " + output.error().message};
    outputs.push_back(std::move(*output));
  }
  name_output(writer, graph, outputs.back());
  return std::monostate{};
}

// Protobuf's texts are UTF-8: what is none is replaced.
std::string text_of(std::string_view text) { return nlohmann::json::parse(literal(text)).get<std::string>(); }

void add_entry(ModelProto& model, const std::string& key, const std::string& value) {
  if (value.empty()) return;
  auto& entry = *model.add_metadata_props();
  entry.set_key(key);
  entry.set_value(text_of(value));
}

// One name a line.
std::string label_lines(const std::vector<std::string>& labels) {
  std::string lines;
  for (const std::string& label : labels) lines += (lines.empty() ? "" : "\n") + label;
  return lines;
}

Outcome<std::vector<std::byte>> write(const ModelFile& file) {
  if (const auto plain = check_layer_names(file); !plain) return plain.error();
  const auto shapes = layer_shapes(file);
  if (!shapes) return shapes.error();
  ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("lentil");
  auto& opset = *model.add_opset_import();
  opset.set_domain("");
  opset.set_version(kOpset);
  GraphProto& graph = *model.mutable_graph();
  graph.set_name(file.name.empty() ? "network" : text_of(file.name));
  if (const auto written = write_graph(file, *shapes, graph); !written) return written.error();
  if (!file.description.empty()) model.set_doc_string(text_of(file.description));
  add_entry(model, "name", file.name);
  add_entry(model, "labels", label_lines(file.labels));
  add_entry(model, "input", "pixels / 255, light ink on dark ground; the graph normalises them itself");
  add_entry(model, "preparation", recipe_text(file.recipe));
  add_entry(model, "licence", file.licence);
  const std::string bytes = model.SerializeAsString();
  const auto view = std::as_bytes(std::span(bytes));
  return std::vector<std::byte>(view.begin(), view.end());
}

}  // namespace

const Exporter kOnnxExporter{
    .name = "onnx",
    .summary = "ONNX, opset 13, for any batch; takes pixels / 255",
    .ending = ".onnx",
    .write = write,
    .usage = "onnxruntime.InferenceSession(FILE).run(None, {\"input\": pixels / 255})"};

}  // namespace lentil::formats
