// lentil diff: whether two files hold the same weights, and by how much they differ.
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "formats/export/layer_text.h"
#include "formats/export/recipe_text.h"
#include "formats/import/importer.h"
#include "formats/layer_shape.h"
#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/machine.h"
#include "tools/output.h"
#include "tools/standard_input.h"
#include "tools/stop.h"
#include "tools/tensor_diff.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

using formats::Imported, formats::ModelFile, formats::NamedTensor;

struct DiffOptions {
  std::string a, b;
  bool json = false;
};

void declare(Arguments& a, DiffOptions& o) {
  a.operand("FILE", o.a, "a file with weights, of any kind that can be read; - is standard input");
  a.operand("OTHER", o.b, "the file to compare it with");
  a.flag("--json", o.json, "print everything as one line of JSON");
}

Imported load(const std::string& path) {
  if (path == kStandardInput) return need(formats::import_source({"standard input", read_standard_input()}));
  return need(formats::import_file(path));
}

std::vector<NamedTensor> tensors_of(const Imported& file) {
  const auto* model = std::get_if<ModelFile>(&file.contents);
  return model != nullptr ? state_dict(*model) : std::get<formats::WeightFile>(file.contents).tensors;
}

// Something else than weights that two models say differently.
struct Difference {
  std::string what, a, b;
};

std::string normalization_text(const ModelFile& file) {
  const auto channels = file.input.channels <= file.normalization.mean.size() ? file.input.channels : 1;
  const auto each = [&](const std::array<float, 4>& values) {
    return fmt::format("{}", fmt::join(values.begin(), values.begin() + channels, " "));
  };
  return fmt::format("mean {}, std {}", each(file.normalization.mean), each(file.normalization.std));
}

std::string training_text(const ModelFile& file) {
  if (!file.training) return "";
  const formats::TrainingNumbers& n = file.training->numbers;
  return fmt::format("{}, {}, {}/{} correct: {}", file.training->data, counted(n.epochs, "epoch"), n.correct,
                     n.total, file.training->command);
}

std::vector<std::string> layer_lines(const ModelFile& file) {
  const Model model = file.model();
  std::vector<std::string> lines;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    lines.push_back(fmt::format("{}: {} <- {}", layer.name, formats::layer_text(layer),
                                join(formats::input_names(model, i), ", ")));
  }
  return lines;
}

std::vector<Difference> other_differences(const ModelFile& a, const ModelFile& b) {
  std::vector<Difference> found;
  const auto compare = [&](std::string what, std::string of_a, std::string of_b) {
    if (of_a != of_b) found.push_back({std::move(what), std::move(of_a), std::move(of_b)});
  };
  std::vector<std::string> layers_a = layer_lines(a), layers_b = layer_lines(b);
  layers_a.resize(std::max(layers_a.size(), layers_b.size()));
  layers_b.resize(layers_a.size());
  compare("name", a.name, b.name);
  compare("input", formats::spell(a.input), formats::spell(b.input));
  for (std::size_t i = 0; i < layers_a.size(); ++i)
    compare("layer " + std::to_string(i), layers_a[i], layers_b[i]);
  compare("normalization", normalization_text(a), normalization_text(b));
  compare("preparation", formats::recipe_text(a.recipe), formats::recipe_text(b.recipe));
  compare("labels", join(a.labels, " "), join(b.labels, " "));
  compare("licence", a.licence, b.licence);
  compare("description", a.description, b.description);
  compare("training", training_text(a), training_text(b));
  compare("weights hash", hash_text(weights_hash(a.model())), hash_text(weights_hash(b.model())));
  return found;
}

struct Comparison {
  const DiffOptions& options;
  TensorsDiff tensors;
  std::vector<Difference> other;

  bool equal() const { return tensors.equal() && other.empty(); }
};

std::string shape_text(const std::vector<std::uint32_t>& shape) {
  return shape.empty() ? "1" : fmt::format("{}", fmt::join(shape, "x"));
}

std::string tensor_line(const TensorDiff& t, std::size_t width) {
  const std::string name = t.a == t.b ? t.a : t.a + " = " + t.b;
  std::string text = fmt::format("{:<{}}", name, width);
  if (t.shape_a != t.shape_b)
    return text + fmt::format("  {} and {}: shapes differ\n", shape_text(t.shape_a), shape_text(t.shape_b));
  text += fmt::format("{:>14}", shape_text(t.shape_a));
  if (t.equal()) return text + fmt::format("{:>12}\n", "equal");
  return text + fmt::format("{:>12.3g}{:>12.3g}{:>12.3g}{:>12}\n", t.largest, t.mean, t.relative,
                            grouped(t.different));
}

std::string tensors_text(const TensorsDiff& diff) {
  if (diff.both.empty()) return "";
  std::size_t width = 24;
  for (const TensorDiff& t : diff.both)
    width = std::max(width, t.a == t.b ? t.a.size() : t.a.size() + t.b.size() + 3);
  std::string text = fmt::format("{:<{}}{:>14}{:>12}{:>12}{:>12}{:>12}\n", "tensor", width, "shape",
                                 "max |d|", "mean |d|", "relative", "elements");
  for (const TensorDiff& t : diff.both) text += tensor_line(t, width);
  return text;
}

std::string matching_text(const TensorsDiff& diff, const DiffOptions& options) {
  if (diff.by_shape) return "no names agree: tensors of one shape are matched in the order of the files\n";
  std::string text;
  if (!diff.prefix_a.empty())
    text += fmt::format("'{}' left out of the names of {}\n", diff.prefix_a, options.a);
  if (!diff.prefix_b.empty())
    text += fmt::format("'{}' left out of the names of {}\n", diff.prefix_b, options.b);
  return text;
}

std::string summary(const Comparison& c) {
  const std::vector<TensorDiff>& both = c.tensors.both;
  const auto different =
      both.size() - static_cast<std::size_t>(std::ranges::count_if(both, &TensorDiff::equal));
  const std::size_t alone = c.tensors.only_a.size() + c.tensors.only_b.size();
  std::string text = fmt::format("{} and {}: ", c.options.a, c.options.b);
  if (both.empty() && alone == 0) return text + "neither holds tensors";
  if (both.empty()) return text + "no tensors in common";
  text += fmt::format("{} of {} equal bit by bit", both.size() - different, counted(both.size(), "tensor"));
  if (different > 0) {
    const auto worst = std::ranges::max_element(both, {}, &TensorDiff::largest);
    text += fmt::format(", max |d| {:.3g} in {}", worst->largest, worst->a);
  }
  if (alone > 0) text += fmt::format(", {} in one file only", alone);
  if (!c.other.empty()) text += fmt::format(", {} beside the weights", counted(c.other.size(), "difference"));
  return text;
}

std::string whole_text(const Comparison& c) {
  std::string text = matching_text(c.tensors, c.options) + tensors_text(c.tensors);
  for (const std::string& name : c.tensors.only_a) text += fmt::format("only in {}: {}\n", c.options.a, name);
  for (const std::string& name : c.tensors.only_b) text += fmt::format("only in {}: {}\n", c.options.b, name);
  for (const Difference& d : c.other) text += fmt::format("{}:\n  - {}\n  + {}\n", d.what, d.a, d.b);
  return text + summary(c);
}

nlohmann::ordered_json whole_json(const Comparison& c) {
  auto tensors = nlohmann::ordered_json::array(), other = nlohmann::ordered_json::array();
  for (const TensorDiff& t : c.tensors.both) {
    tensors.push_back({{"name", t.a},
                       {"other_name", t.b},
                       {"shape", t.shape_a},
                       {"other_shape", t.shape_b},
                       {"equal", t.equal()},
                       {"different", t.different},
                       {"max", t.largest},
                       {"mean", t.mean},
                       {"relative", t.relative}});
  }
  for (const Difference& d : c.other)
    other.push_back({{"what", d.what}, {"value", d.a}, {"other_value", d.b}});
  return {{"file", c.options.a},
          {"other_file", c.options.b},
          {"equal", c.equal()},
          {"matched_by", c.tensors.by_shape ? "shape" : "name"},
          {"tensors", tensors},
          {"only_in_file", c.tensors.only_a},
          {"only_in_other", c.tensors.only_b},
          {"beside_weights", other}};
}

int run(const Command& command, std::span<const std::string> words) {
  DiffOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  if (!arguments.parse(words)) return 0;
  if (options.a == kStandardInput && options.b == kStandardInput)
    reject("standard input can be one of the two files only");
  const Imported a = load(options.a), b = load(options.b);
  for (const Imported* file : {&a, &b}) {
    for (const std::string& note : file->notes)
      print_note((file == &a ? options.a : options.b) + ": " + note);
  }
  Comparison comparison{options, diff_tensors(tensors_of(a), tensors_of(b)), {}};
  const auto *model_a = std::get_if<ModelFile>(&a.contents), *model_b = std::get_if<ModelFile>(&b.contents);
  if (model_a != nullptr && model_b != nullptr) comparison.other = other_differences(*model_a, *model_b);
  if (options.json) {
    print_json(whole_json(comparison));
  } else {
    print_result(whole_text(comparison));
  }
  return comparison.equal() ? 0 : kFailed;
}

}  // namespace

const Command kDiffCommand{"diff", "compares the weights of two files, tensor by tensor",
                           "  lentil diff before.lentil after.lentil\n"
                           "  lentil diff lenet.lentil lenet.safetensors\n"
                           "  lentil diff lenet.lentil weights.npz --json\n",
                           run, describe<DiffOptions, declare>};

}  // namespace lentil::tools
