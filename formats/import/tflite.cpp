// TensorFlow Lite: a FlatBuffer, verified before anything in it is looked at.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>

#include "formats/import/importer.h"
#include "formats/import/tflite_graph.h"

namespace lentil::formats {
namespace {

constexpr std::size_t kIdentifierStart = 4;
constexpr std::uint32_t kMostOperators = 4096;  // several times the layers of the largest network
constexpr std::uint32_t kMaxDepth = 16;
constexpr std::uint64_t kSpareElements = 1 << 20;  // beyond one for each byte of the file

bool recognizes(std::span<const std::byte> bytes) {
  const std::string_view identifier = tflite::ModelIdentifier();
  return bytes.size() >= kIdentifierStart + identifier.size() &&
         std::memcmp(bytes.data() + kIdentifierStart, identifier.data(), identifier.size()) == 0;
}

// Each table takes four bytes at least; more of them are one table that is named again and again.
const tflite::Model* verified(std::span<const std::byte> bytes) {
  const auto* start = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto tables =
      static_cast<flatbuffers::uoffset_t>(std::min<std::size_t>(bytes.size() / 4 + 1, 1 << 20));
  flatbuffers::Verifier verifier(start, bytes.size(), kMaxDepth, tables);
  return tflite::VerifyModelBuffer(verifier) ? tflite::GetModel(start) : nullptr;
}

const tflite::OperatorCode* code_of(const tflite::Model& model, const tflite::Operator& op) {
  const auto* codes = model.operator_codes();
  return codes != nullptr && op.opcode_index() < codes->size() ? codes->Get(op.opcode_index()) : nullptr;
}

// Older files have the number in a byte, newer ones in both places.
tflite::BuiltinOperator number_of(const tflite::OperatorCode& code) {
  return std::max(code.builtin_code(), static_cast<tflite::BuiltinOperator>(code.deprecated_builtin_code()));
}

std::string refusal(const tflite::OperatorCode& code) {
  constexpr std::size_t kMost = 100;
  const tflite::BuiltinOperator number = number_of(code);
  if (number == tflite::BuiltinOperator_CUSTOM) {
    const std::string name = code.custom_code() == nullptr ? "" : code.custom_code()->str().substr(0, kMost);
    const bool edge = name.starts_with("edgetpu");
    return "it uses the custom operator '" + name + "', " +
           (edge ? "a program for the Edge TPU: convert the model that it was compiled from"
                 : "whose code is not in the file");
  }
  const std::string name = tflite::EnumNameBuiltinOperator(number);
  const std::string known = name.empty() ? "number " + std::to_string(number) : name;
  if (name.find("LSTM") != std::string::npos || name.find("RNN") != std::string::npos)
    return "it uses the operator " + known + ": recurrent networks are not supported";
  return "it uses the operator " + known + ", which no layer of Lentil does";
}

// Why this graph is not for us at all; none: it may be.
std::optional<Failure> objection(const tflite::Model& model, const tflite::SubGraph& graph) {
  if (graph.operators() == nullptr || graph.operators()->size() == 0) return Failure{"it holds no operators"};
  if (graph.operators()->size() > kMostOperators)
    return Failure{"it has more than " + std::to_string(kMostOperators) + " operators"};
  const TfliteTensors tensors(model, graph);
  for (const tflite::Operator* op : *graph.operators()) {
    const tflite::OperatorCode* code = code_of(model, *op);
    if (code == nullptr) return Failure{"one of its operators has no code"};
    const auto number = number_of(*code);
    const bool converts = number == tflite::BuiltinOperator_QUANTIZE;
    if (!TfliteGraph::knows(number) && !converts) return Failure{refusal(*code)};
  }
  for (const tflite::Operator* op : *graph.operators()) {
    const tflite::Tensor* made = tensors.find(TfliteGraph::output(*op));
    const bool converts = number_of(*code_of(model, *op)) == tflite::BuiltinOperator_QUANTIZE;
    if (converts || (made != nullptr && is_quantized(made->type())))
      return Failure{
          "it is fully quantized: not only its weights but also what its layers compute are integers, "
          "and Lentil computes in float32; convert the float model that it was made of"};
  }
  return std::nullopt;
}

// Weights of the first layer tell the inputs of a file that does not.
std::vector<std::uint32_t> inferred_input(const tflite::Model& model, const TfliteTensors& tensors,
                                          const tflite::SubGraph& graph) {
  for (const tflite::Operator* op : *graph.operators()) {
    const auto sizes = tensors.sizes(TfliteGraph::input(*op, 1));
    const bool matrix = number_of(*code_of(model, *op)) == tflite::BuiltinOperator_FULLY_CONNECTED;
    if (matrix && sizes && sizes->size() == 2) return {(*sizes)[1]};
  }
  return {};
}

Outcome<std::vector<std::uint32_t>> input_sizes(const tflite::Model& model, const TfliteTensors& tensors,
                                                const tflite::SubGraph& graph, std::int32_t input) {
  auto sizes = tensors.sizes(input);
  if (!sizes) return sizes;
  if (sizes->empty()) return inferred_input(model, tensors, graph);
  if (sizes->size() > 1) sizes->erase(sizes->begin());
  if (sizes->size() > 3) return Failure{"its input has " + std::to_string(sizes->size()) + " axes"};
  return sizes;
}

// The one input that is no constant and no variable.
Outcome<std::int32_t> input_of(const TfliteTensors& tensors, const tflite::SubGraph& graph) {
  if (graph.inputs() == nullptr || graph.inputs()->size() != 1)
    return Failure{"it has not one input but " +
                   std::to_string(graph.inputs() == nullptr ? 0 : graph.inputs()->size())};
  const std::int32_t input = graph.inputs()->Get(0);
  if (tensors.find(input) == nullptr) return Failure{"its input is no tensor of the file"};
  return input;
}

bool is_hybrid(const TfliteTensors& tensors, const tflite::SubGraph& graph) {
  for (const tflite::Operator* op : *graph.operators()) {
    const tflite::Tensor* weights = tensors.find(TfliteGraph::input(*op, 1));
    if (weights != nullptr && is_quantized(weights->type())) return true;
  }
  return false;
}

Outcome<ModelFile> convert(const tflite::Model& model, const tflite::SubGraph& graph, const std::string& name,
                           std::size_t file_bytes) {
  const TfliteTensors tensors(model, graph);
  const auto input = input_of(tensors, graph);
  if (!input) return input.error();
  auto sizes = input_sizes(model, tensors, graph, *input);
  if (!sizes) return sizes.error();
  if (sizes->empty()) return Failure{"it does not say how large its input is"};
  const AxisOrder order = likely_order(*sizes);
  TfNetwork network(name, std::move(*sizes), order, file_bytes + kSpareElements);
  TfliteGraph layers(tensors, network);
  layers.start(*input);
  for (const tflite::Operator* op : *graph.operators()) {
    if (!network.failed()) layers.add(*op, number_of(*code_of(model, *op)));
  }
  const std::int32_t output =
      graph.outputs() != nullptr && graph.outputs()->size() > 0 ? graph.outputs()->Get(0) : -1;
  if (!network.failed() && !layers.is_value(output)) return Failure{"its output is computed by no operator"};
  const TfValue result = network.failed() ? network.input() : std::get<TfValue>(*layers.state(output));
  return std::move(network).build(result);
}

Outcome<Imported> read(const ImportSource& source) {
  const tflite::Model* model = verified(source.bytes);
  if (model == nullptr) return Failure{"this TensorFlow Lite file is damaged or cut off"};
  if (model->subgraphs() == nullptr || model->subgraphs()->size() == 0) return Failure{"it holds no graph"};
  const tflite::SubGraph& graph = *model->subgraphs()->Get(0);
  if (const auto why = objection(*model, graph)) return *why;
  auto file = convert(*model, graph, std::filesystem::path(source.path).stem().string(), source.bytes.size());
  if (!file) return file.error();
  Imported imported{"TensorFlow Lite", std::move(*file)};
  if (is_hybrid(TfliteTensors(*model, graph), graph))
    imported.notes.push_back(
        "its integer weights became floats; TensorFlow Lite also rounds the inputs of "
        "such layers while it runs, which Lentil does not");
  if (graph.outputs()->size() > 1)
    imported.notes.push_back("of " + std::to_string(graph.outputs()->size()) +
                             " outputs the first was taken");
  return imported;
}

}  // namespace

const Importer kTfliteImporter{"tflite", "TensorFlow Lite (.tflite, float and hybrid)", recognizes, read};

}  // namespace lentil::formats
