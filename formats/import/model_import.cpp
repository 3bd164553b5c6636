#include "formats/import/model_import.h"

#include <array>
#include <optional>

#include "formats/host/file_io.h"
#include "formats/import/input_line.h"
#include "formats/import/match.h"

namespace lentil::formats {
namespace {

constexpr std::array kUsualInputs{Shape{1, 28, 28}, Shape{1, 32, 32}};

Outcome<Match> network_of(Imported& imported, const ImportOptions& options,
                          const std::optional<InputLine>& input) {
  if (auto* file = std::get_if<ModelFile>(&imported.contents)) {
    if (!options.arch.empty() || options.like != nullptr)
      return Failure{"it holds its own network, which --arch cannot change"};
    return Match{{std::move(*file), {}}, "the file's own network", {}, imported.input_known};
  }
  const std::array said{input ? network_input(*input) : Shape{}};
  return match_network(std::move(std::get<WeightFile>(imported.contents)), options,
                       input ? std::span<const Shape>(said) : kUsualInputs);
}

// What pictures become of which nothing was said.
InputLine usual_input(const ModelFile& file) {
  InputLine line;
  if (scales_pixels(file)) line.std = 1.0f / 255;
  const Shape shape = picture_shape(file.input);
  line.resized = shape.height == shape.width && shape.height != kUsualInputs[0].height;
  line.side = shape.height;
  line.colours = shape.channels == 3;
  return line;
}

Outcome<std::monostate> describe_input(const ImportOptions& options, const std::optional<InputLine>& said,
                                       Match& match) {
  ModelFile& file = match.network.file;
  const bool from_weights = !match.network.used.empty();
  const ModelFile* example = options.example;
  if (!said && !match.input_known && example != nullptr && example->input == file.input &&
      !has_scaling(file)) {
    file.normalization = example->normalization;
    file.recipe = example->recipe;
    match.input_known = true;
  }
  if (said || !match.input_known) {
    const InputLine line = said ? *said : usual_input(file);
    if (auto set = set_input(file, line); !set) return set;
    if (!said) match.assumed.push_back("input = " + input_text(line) + "; --normalize says otherwise");
    absorb_scaling(file);
  } else if (from_weights) {
    const InputLine line{.mean = file.normalization.mean[0], .std = file.normalization.std[0]};
    match.assumed.push_back("input = " + input_text(line) + "; --normalize says otherwise");
  }
  if (options.invert) {
    invert_input(file);
  } else if (from_weights || !match.input_known) {
    match.assumed.push_back("light ink on black; --invert says otherwise");
  }
  return std::monostate{};
}

// What told of other weights or another input holds no longer.
void forget(ModelFile& file) {
  file.golden.clear();
  file.replay.clear();
  file.training.reset();
  file.state.reset();
}

}  // namespace

Outcome<ImportedModel> import_model(const ImportSource& source, const ImportOptions& options) {
  const auto fail = [&](const std::string& why) { return Failure{source.path + ": " + why}; };
  std::optional<InputLine> input;
  if (!options.input.empty()) {
    const auto parsed = parse_input_line(options.input);
    if (!parsed) return parsed.error();
    input = *parsed;
  }
  auto imported = import_source(source);
  if (!imported) return imported.error();
  auto match = network_of(*imported, options, input);
  if (!match) return fail(match.error().message);
  const bool changed = !imported->input_known || input || options.invert || !match->network.used.empty();
  if (changed) forget(match->network.file);
  if (auto described = describe_input(options, input, *match); !described)
    return fail(described.error().message);
  if (!options.labels.empty()) match->network.file.labels = options.labels;
  return ImportedModel{
      std::move(match->network.file),
      {imported->format, std::move(match->how), std::move(match->assumed), std::move(imported->notes)}};
}

Outcome<ImportedModel> import_model(const std::string& path, const ImportOptions& options) {
  auto bytes = read_file_aligned(path);
  if (!bytes) return bytes.error();
  return import_model(ImportSource{path, std::move(*bytes)}, options);
}

}  // namespace lentil::formats
