// lentil verify: whether two models say the same, and if not, where and why.
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/expected_outputs.h"
#include "tools/import_options.h"
#include "tools/machine.h"
#include "tools/magnitude.h"
#include "tools/output.h"
#include "tools/outputs.h"
#include "tools/stop.h"
#include "tools/suspects.h"
#include "tools/text.h"
#include "tools/train_job.h"

namespace lentil::tools {
namespace {

using namespace formats;

constexpr std::size_t kLayerImages = 20;  // enough to see where numbers part

struct VerifyOptions {
  std::string file, against, data = "synth:1,1000";
  ImportFlags import;
  std::uint32_t images = 0, threads = 0;
  float limit = 1e-4f;
  bool json = false;
};

void declare(Arguments& a, VerifyOptions& o) {
  a.operand("A", o.file, "the model; any file that lentil convert reads");
  a.text("--against", "B", o.against,
         "the other one, or an .npz of expected outputs (outputs: a row for each image)");
  a.text("--data,--data-dir", "ROOT", o.data, "the test images of this data set, or drawn digits");
  a.number("--images,--limit-images", o.images, {0, 1u << 30}, "the first so many; 0: all");
  a.number("--limit,--tolerance", o.limit, {0, 1},
           "largest difference of probabilities that counts as equal");
  declare(a, o.import);
  a.number("--threads", o.threads, {0, Machine::kMostThreads},
           "0: one per core; results do not depend on it");
  a.flag("--json", o.json, "print the result as one line of JSON");
}

// One side of the comparison: a model with its images, or outputs alone.
struct Side {
  std::string name;
  std::optional<ModelFile> file{};
  Dataset data{};
  Outputs outputs{};
};

Side model_side(Machine& machine, const VerifyOptions& options, const std::string& path,
                const ModelFile& file) {
  Side side{.name = path, .file = file};
  side.data = load_data(options.data, file, true).test;
  if (options.images != 0) keep_first(side.data, options.images);
  side.outputs = run_all(machine, file, side.data);
  return side;
}

// Flags are about other people's files: ours know it all. Weights alone are taken for the network of
// `example`, and pictures are what that makes of them, unless a flag says otherwise.
ModelFile load(const std::string& path, const ImportFlags& flags, const ModelFile* example) {
  const ImportSource source = read_source(path);
  return import_with(source, kLentilImporter.recognizes(source.bytes) ? ImportFlags{} : flags, example).file;
}

Side other_side(Machine& machine, const VerifyOptions& options, const Side& a) {
  if (!holds_outputs(options.against))
    return model_side(machine, options, options.against, load(options.against, options.import, &*a.file));
  Side side{.name = options.against,
            .data = a.data,
            .outputs = need(load_outputs(options.against, a.outputs.classes))};
  if (side.outputs.images() > a.outputs.images())
    fail(fmt::format(
        "{} has outputs for {} images, and there are {}: name the data set that they belong to with --data",
        side.name, side.outputs.images(), a.outputs.images()));
  return side;
}

struct LayerDifference {
  std::string layer;
  double largest = 0;
};

// Indices of the layers that compute something: dropout does not when a network is run.
std::vector<std::size_t> running_layers(const ModelFile& file) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < file.layers.size(); ++i) {
    if (!is_dropout(file.layers[i].settings.type)) indices.push_back(i);
  }
  return indices;
}

// Relative to the largest value: large ones have large roundings.
double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double difference = 0, size = 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = std::max(difference, magnitude(double{a[i]} - double{b[i]}));
    size = std::max(size, std::abs(double{a[i]}));
  }
  return difference / size;
}

// Layer by layer, where both networks have the same ones.
std::vector<LayerDifference> layer_differences(Machine& machine, const Side& a, const Side& b) {
  std::vector<LayerDifference> differences;
  if (!b.file) return differences;
  const std::vector<std::size_t> of_a = running_layers(*a.file), of_b = running_layers(*b.file);
  if (of_a.size() != of_b.size()) return differences;
  Dataset a_images = a.data, b_images = b.data;
  keep_first(a_images, kLayerImages);
  keep_first(b_images, kLayerImages);
  for (std::size_t i = 0; i < of_a.size(); ++i) {
    const LayerData &layer = a.file->layers[of_a[i]], &other = b.file->layers[of_b[i]];
    if (layer.settings.type != other.settings.type) return differences;
    const std::vector<float> values = run_layers(machine, *a.file, of_a[i] + 1, a_images);
    const std::vector<float> others = run_layers(machine, *b.file, of_b[i] + 1, b_images);
    if (values.size() != others.size()) return differences;
    differences.push_back({layer.name, largest_difference(values, others)});
  }
  return differences;
}

std::string layer_text(const std::vector<LayerDifference>& layers, double limit) {
  if (layers.empty()) return "the networks have different layers: outputs alone were compared";
  std::string text;
  const LayerDifference* first = nullptr;
  for (const LayerDifference& layer : layers) {
    text += fmt::format("{} {:.0e}  ", printable(layer.layer), layer.largest);
    if (first == nullptr && layer.largest > limit) first = &layer;
  }
  return text +
         (first == nullptr ? "" : fmt::format("<- '{}' is the first to differ", printable(first->layer)));
}

struct Verdict {
  TestResult a, b;
  Comparison comparison;
  std::vector<LayerDifference> layers;
  std::string explanation;
};

// What would make this side agree with the other one; empty: nothing known.
std::string cure(Machine& machine, const Side& side, const Side& other, double limit) {
  if (!side.file) return {};
  const auto why = explain_difference(machine, *side.file, side.data, other.outputs, limit);
  if (!why) return {};
  return fmt::format("{} agrees if it is given {}{}", side.name, why->what,
                     why->flag.empty() ? "" : ": " + why->flag);
}

// The side that reads fewer images is looked at first.
std::string explanation(Machine& machine, const Side& worse, const Side& better, double limit) {
  std::string words = cure(machine, worse, better, limit);
  if (words.empty()) words = cure(machine, better, worse, limit);
  if (!words.empty()) return words;
  return "none of the usual mistakes explains it: other scalings, inverted ink, mirrored pictures, "
         "flattening, "
         "colours";
}

Verdict judge(Machine& machine, Side& a, const Side& b, double limit) {
  a.outputs.probabilities.resize(b.outputs.probabilities.size());
  Verdict verdict{score(a.outputs, a.data),
                  score(b.outputs, b.data),
                  compare(a.outputs, b.outputs),
                  layer_differences(machine, a, b),
                  {}};
  if (!verdict.comparison.pass(limit)) {
    const bool a_is_worse = verdict.a.correct < verdict.b.correct;
    verdict.explanation = explanation(machine, a_is_worse ? a : b, a_is_worse ? b : a, limit);
  }
  return verdict;
}

std::string text_of(const Verdict& v, const Side& a, const Side& b, double limit) {
  const auto row = [](const std::string& title, const std::string& left, const std::string& right,
                      const std::string& last) {
    return fmt::format("{:<13} {:<22} {:<22} {}\n", title, left, right, last);
  };
  const auto count = [](const TestResult& r) { return fmt::format("{}/{}", r.correct, r.total); };
  const auto images = static_cast<std::int64_t>(v.a.correct) - static_cast<std::int64_t>(v.b.correct);
  std::string text = fmt::format("A {}\nB {}\ntest images of {}\n\n", a.name, b.name, a.data.name);
  text += row("", "A", "B", "difference");
  text +=
      row("accuracy", count(v.a), count(v.b), counted(static_cast<std::uint64_t>(std::abs(images)), "image"));
  text += row("average loss", fmt::format("{:.4f}", v.a.loss), fmt::format("{:.4f}", v.b.loss),
              fmt::format("{:.1e}", std::abs(v.a.loss - v.b.loss)));
  text += row("top-1 equal", fmt::format("{}/{}", v.comparison.equal_answers, v.comparison.images), "", "");
  text += row("|d p|", fmt::format("max {:.1e}", v.comparison.largest),
              fmt::format("mean {:.1e}", v.comparison.mean),
              fmt::format("limit {:.0e}   {}", limit, v.comparison.pass(limit) ? "PASS" : "DIFFERENT"));
  if (b.file) text += "per layer     " + layer_text(v.layers, limit) + "\n";
  if (!v.explanation.empty()) text += "\n" + v.explanation + "\n";
  text.pop_back();
  return text;
}

nlohmann::ordered_json json_of(const Verdict& v, double limit) {
  const auto side = [](const TestResult& r) {
    return nlohmann::ordered_json{{"correct", r.correct}, {"total", r.total}, {"loss", r.loss}};
  };
  nlohmann::ordered_json json{{"pass", v.comparison.pass(limit)},
                              {"a", side(v.a)},
                              {"b", side(v.b)},
                              {"equal_answers", v.comparison.equal_answers},
                              {"largest_difference", v.comparison.largest},
                              {"mean_difference", v.comparison.mean},
                              {"limit", limit}};
  for (const LayerDifference& layer : v.layers)
    json["layers"].push_back({{"name", layer.layer}, {"largest_difference", layer.largest}});
  if (!v.explanation.empty()) json["explanation"] = v.explanation;
  return json;
}

int run(const Command& command, std::span<const std::string> words) {
  VerifyOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  if (!arguments.parse(words)) return 0;
  if (options.against.empty()) reject("--against B is needed: the model or the outputs to compare with");
  Machine machine(options.threads);
  const double limit = double{options.limit};
  Side a = model_side(machine, options, options.file, load(options.file, options.import, nullptr));
  const Side b = other_side(machine, options, a);
  if (a.outputs.classes != b.outputs.classes)
    fail(fmt::format("{} has {} outputs, {} has {}: they cannot say the same", a.name, a.outputs.classes,
                     b.name, b.outputs.classes));
  const Verdict verdict = judge(machine, a, b, limit);
  if (options.json) {
    print_json(json_of(verdict, limit));
  } else {
    print_result(text_of(verdict, a, b, limit));
  }
  return verdict.comparison.pass(limit) ? 0 : kFailed;
}

}  // namespace

const Command kVerifyCommand{"verify", "proves that two models say the same, or finds out why not",
                             "  lentil verify digits.lentil --against mnist.onnx --data ./data\n"
                             "  lentil verify lenet.lentil --against lenet.pth --data synth\n"
                             "  lentil verify digits.lentil --against outputs.npz --data ./data --json\n",
                             run, describe<VerifyOptions, declare>};

}  // namespace lentil::tools
