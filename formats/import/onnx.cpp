// ONNX files, in all versions of the standard. Only operations that are layers of ours are read, and what
// exporters put around them; all others are refused by name.
#include <algorithm>
#include <array>
#include <optional>

#include "formats/import/importer.h"
#include "formats/import/onnx_conversion.h"
#include "formats/import/onnx_wire.h"

namespace lentil::formats {
namespace {

using onnx::Conversion;
using onnx::Graph;
using onnx::ModelProto;
using onnx::Node;

// What protobuf may make of a file besides its texts and data.
constexpr std::uint64_t kMostParsingCost = std::uint64_t{6} << 20;

bool is_one_of(const std::string& op, std::span<const std::string_view> ops) {
  return std::ranges::find(ops, op) != ops.end();
}

// The scores that a choice like ArgMax at the end was made from; empty if there is none.
std::string scores_behind(const Graph& graph, std::string name) {
  constexpr std::array<std::string_view, 4> kChoices{"ArgMax", "ArgMin", "TopK", "ZipMap"};
  constexpr std::array<std::string_view, 6> kForms{"Cast",      "Identity", "Squeeze",
                                                   "Unsqueeze", "Reshape",  "Flatten"};
  for (const Node* node = graph.producer(name); node != nullptr; node = graph.producer(name)) {
    if (node->proto().input_size() == 0) break;
    name = node->proto().input(0);
    if (is_one_of(node->op(), kChoices)) return name;
    if (!is_one_of(node->op(), kForms)) break;
  }
  return {};
}

struct Candidate {
  std::string output;
  std::string note;
};

std::string taken_note(const std::string& name, int count) {
  return "of its " + std::to_string(count) + " outputs '" + name + "' is taken";
}

std::string choice_note(const std::string& name, const std::string& scores) {
  return "the choice of a class at its end, '" + name + "', is left out: the output is the scores '" +
         scores + "'";
}

// What may be the network's output: outputs of the graph in its order, and then what choices were made from.
std::vector<Candidate> candidates_of(const Graph& graph) {
  constexpr int kMost = 8;
  const int count = graph.proto().output_size();
  std::vector<Candidate> outputs, scores;
  for (int i = 0; i < std::min(count, kMost); ++i) {
    const std::string& name = graph.proto().output(i).name();
    const std::string behind = scores_behind(graph, name);
    if (behind.empty()) {
      outputs.push_back({name, count > 1 ? taken_note(name, count) : ""});
    } else {
      scores.push_back({behind, choice_note(name, behind)});
    }
  }
  outputs.insert(outputs.end(), scores.begin(), scores.end());
  return outputs;
}

Outcome<ModelProto> parse(const ImportSource& source) {
  if (onnx::parsing_cost(source.bytes) > kMostParsingCost)
    return Failure{"this ONNX file has far more parts than any network of Lentil's kind"};
  ModelProto model;
  if (!model.ParseFromArray(source.bytes.data(), static_cast<int>(source.bytes.size())))
    return Failure{"this ONNX file is damaged or cut short: fetch it again"};
  if (model.graph().node_size() == 0) return Failure{"this ONNX file holds no nodes, and so no network"};
  if (model.has_training_info())
    return Failure{"this ONNX file holds a graph for training: export the model for inference"};
  return model;
}

// Each attempt parses anew, because a conversion takes the constants out of what was parsed.
Outcome<Conversion> attempt(const ImportSource& source, const std::string& output, bool batched) {
  auto model = parse(source);
  if (!model) return model.error();
  const auto graph = Graph::create(*model);
  if (!graph) return graph.error();
  return onnx::convert_output(*model, *graph, output, source.path, source.bytes.size(), batched);
}

Outcome<Conversion> convert(const ImportSource& source, const std::string& output, bool ambiguous) {
  auto conversion = attempt(source, output, true);
  if (conversion || !ambiguous) return conversion;
  auto unbatched = attempt(source, output, false);
  return unbatched ? unbatched : conversion;
}

std::string describe(const ModelProto& model) {
  std::int64_t opset = 1;
  for (const auto& set : model.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") opset = set.version();
  }
  std::string text = "ONNX, opset " + std::to_string(opset);
  if (!model.producer_name().empty()) text += ", by " + model.producer_name();
  if (!model.producer_name().empty() && !model.producer_version().empty())
    text += " " + model.producer_version();
  return text;
}

Outcome<Imported> read(const ImportSource& source) {
  auto model = parse(source);
  if (!model) return model.error();
  std::vector<Candidate> candidates;
  bool ambiguous = false;
  {
    const auto graph = Graph::create(*model);
    if (!graph) return graph.error();
    candidates = candidates_of(*graph);
    ambiguous =
        std::ranges::any_of(graph->inputs(), [](const auto* input) { return onnx::is_ambiguous(*input); });
  }
  Imported imported{describe(*model), ModelFile{}};
  const std::string text = model->doc_string();
  model->Clear();
  std::optional<Failure> first_failure;
  for (const Candidate& candidate : candidates) {
    auto conversion = convert(source, candidate.output, ambiguous);
    if (!conversion && !first_failure) first_failure = conversion.error();
    if (!conversion || (!conversion->scores && candidates.size() > 1)) continue;
    conversion->file.description = text;
    imported.notes = std::move(conversion->notes);
    if (!candidate.note.empty()) imported.notes.push_back(candidate.note);
    imported.contents = std::move(conversion->file);
    return imported;
  }
  return first_failure.value_or(Failure{"none of its outputs is one value for each class"});
}

}  // namespace

const Importer kOnnxImporter{"onnx", "ONNX (.onnx, opset 6 and later, float)", onnx::looks_like_model, read};

}  // namespace lentil::formats
