// The model card: Markdown behind front matter, as Hugging Face's hub reads it.
#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "formats/export/contents.h"
#include "formats/export/exporter.h"
#include "formats/export/layer_text.h"
#include "formats/export/recipe_text.h"
#include "formats/layer_shape.h"
#include "runtime/graph.h"

namespace lentil::formats {
namespace {

struct KnownData {
  std::string_view start;  // of a training record's data
  const char* hub_name;
};
constexpr std::array kKnownData{KnownData{"MNIST", "mnist"}, KnownData{"FashionMNIST", "fashion_mnist"}};

// Null: not on the hub.
const char* hub_name(const std::string& data) {
  const auto found =
      std::ranges::find_if(kKnownData, [&](const KnownData& d) { return data.starts_with(d.start); });
  return found == kKnownData.end() ? nullptr : found->hub_name;
}

std::string title(const ModelFile& file) { return file.name.empty() ? "Network" : file.name; }

// The hub's licences are SPDX's in small letters; others have a name of their own.
std::string licence_text(const std::string& licence) {
  if (licence.empty()) return "";
  std::string small = licence;
  std::ranges::transform(small, small.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool plain = std::ranges::all_of(
      small, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.'; });
  if (plain) return "license: " + small + "\n";
  return "license: other\nlicense_name: " + literal(licence) + "\n";
}

double accuracy(const TrainingNumbers& n) { return double{1} * n.correct / n.total; }

std::string result_text(const ModelFile& file, const char* data) {
  const TrainingRecord& t = *file.training;
  return fmt::format(
      "metrics:\n- accuracy\nmodel-index:\n- name: {}\n  results:\n  - task:\n      type: "
      "image-classification\n"
      "    dataset:\n      name: {}\n      type: {}\n    metrics:\n    - type: accuracy\n      value: "
      "{:.4f}\n",
      literal(title(file)), literal(t.data), data == nullptr ? literal(t.data) : data, accuracy(t.numbers));
}

std::string front_matter(const ModelFile& file) {
  std::string text = "---\n" + licence_text(file.licence) +
                     "library_name: lentil\npipeline_tag: image-classification\ntags:\n- lentil\n"
                     "- image-classification\n";
  if (file.training) {
    const char* data = hub_name(file.training->data);
    if (data != nullptr) text += fmt::format("datasets:\n- {}\n", data);
    if (file.training->numbers.total > 0) text += result_text(file, data);
  }
  return text + "---\n\n";
}

// In a table's cell nothing may look like its border, nor like HTML.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '<' || c == '`') result += '\\';
    result += c == '\n' || c == '\r' ? ' ' : c;
  }
  return result;
}

std::string layers_text(const ModelFile& file, const std::vector<Shape>& shapes) {
  std::string text = "## Layers\n\n| layer | type | reads | output | parameters |\n|---|---|---|---|---:|\n";
  const Model model = file.model();
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    const std::uint64_t parameters =
        layer.has_parameters() ? layer.tensor(Slot::weight).size() + layer.tensor(Slot::bias).size() : 0;
    total += parameters;
    text += fmt::format("| {} | {} | {} | {} | {} |\n", cell(layer.name), cell(layer_text(layer)),
                        cell(fmt::format("{}", fmt::join(input_names(model, i), ", "))), spell(shapes[i + 1]),
                        parameters);
  }
  return text +
         fmt::format("\n{} parameters in all; weights hash `{:016x}`.\n\n", total, weights_hash(model));
}

std::string each(const ModelFile& file, const std::array<float, 4>& values) {
  const auto channels = file.input.channels <= values.size() ? file.input.channels : 1;
  return fmt::format("{}", fmt::join(values.begin(), values.begin() + channels, ", "));
}

std::string input_text(const ModelFile& file) {
  std::string text = fmt::format(
      "## Input\n\n{} values for each image (channels, height, width): "
      "(pixel / 255 - mean) / std with mean {} and std {}.\n",
      spell(file.input), each(file, file.normalization.mean), each(file, file.normalization.std));
  if (!file.recipe.empty())
    text += fmt::format("From a picture of any size: {}.\n", recipe_text(file.recipe));
  if (!file.labels.empty())
    text += fmt::format("\nClasses, in order: {}.\n", cell(fmt::format("{}", fmt::join(file.labels, ", "))));
  return text + "\n";
}

std::string training_text(const ModelFile& file) {
  if (!file.training) return "";
  const TrainingRecord& t = *file.training;
  const TrainingNumbers& n = t.numbers;
  std::string text = fmt::format("## Training\n\nOn {}, seed {}, {} epochs, {} steps, by {}.\n", cell(t.data),
                                 n.seed, n.epochs, n.steps, cell(t.tool));
  if (n.total > 0) {
    text += fmt::format("Test set: {} of {} correct ({:.2f} %), mean loss {:.4f}.\n", n.correct, n.total,
                        100 * accuracy(n), n.loss);
  }
  if (n.weights_hash != weights_hash(file.model()))
    text += fmt::format("The weights have changed since: they were `{:016x}`.\n", n.weights_hash);
  text += fmt::format("\n    {}\n", cell(t.command));
  if (t.files.empty()) return text + "\n";
  text += "\n| file | MD5 of its contents |\n|---|---|\n";
  for (const DataFile& f : t.files) text += fmt::format("| {} | {} |\n", cell(f.name), cell(f.md5));
  return text + "\n";
}

// A description that has a title of its own gets no other.
std::string introduction(const ModelFile& file) {
  if (file.description.starts_with("# ")) return file.description + "\n\n";
  const std::string text = file.description.empty() ? "" : file.description + "\n\n";
  return fmt::format("# {}\n\n{}", cell(title(file)), text);
}

Outcome<std::vector<std::byte>> write(const ModelFile& file) {
  if (const auto plain = check_layer_names(file); !plain) return plain.error();
  const auto shapes = layer_shapes(file);
  if (!shapes) return shapes.error();
  std::string text = front_matter(file) + introduction(file) + input_text(file) + layers_text(file, *shapes) +
                     training_text(file);
  text.pop_back();
  std::vector<std::byte> bytes;
  append_text(bytes, text);
  return bytes;
}

}  // namespace

const Exporter kCardExporter{"card", "the model card, Markdown for Hugging Face's hub", ".md", write,
                             "the hub shows it as README.md"};

}  // namespace lentil::formats
