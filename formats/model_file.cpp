#include "formats/model_file.h"

#include "formats/host/file_io.h"
#include "formats/model_writer.h"
#include "formats/recipe.h"

namespace lentil::formats {
namespace {

template <class T>
std::vector<T> copy(std::span<const T> values) {
  return {values.begin(), values.end()};
}

// count items of type T, each made from its index.
template <class Make>
auto collect(std::uint32_t count, Make make) {
  std::vector<decltype(make(0u))> items;
  items.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) items.push_back(make(i));
  return items;
}

LayerData to_layer_data(const Layer& layer) {
  LayerData data{
      .name = std::string(layer.name), .settings = layer, .inputs = copy(layer.inputs), .tensors = {}};
  for (std::size_t s = 0; s < kSlots; ++s) data.tensors[s] = copy(layer.tensors[s]);
  data.settings.name = {};
  data.settings.inputs = {};
  data.settings.tensors = {};
  return data;
}

Sample to_sample(const SampleView& sample) {
  return {copy(sample.pixels), copy(sample.values), copy(sample.outputs), sample.label};
}

TrainingRecord to_record(const FileView& file, const TrainingView& training) {
  const auto data_file = [&](std::uint32_t i) {
    const DataFileView view = file.data_file(i);
    return DataFile{std::string(view.name), std::string(view.md5)};
  };
  return {.data = std::string(training.data),
          .command = std::string(training.command),
          .tool = std::string(training.tool),
          .files = collect(training.file_count, data_file),
          .numbers = training.numbers};
}

TrainingState to_state(const FileView& file, const StateView& state) {
  const auto velocity = [&](std::uint32_t i) {
    const VelocityView view = file.velocity(i);
    return Velocity{view.layer, view.slot, copy(view.data)};
  };
  return {.command = std::string(state.command),
          .numbers = state.numbers,
          .frozen = copy(state.frozen),
          .velocities = collect(state.velocity_count, velocity),
          .best_weights = copy(state.best_weights)};
}

// Whole numbers of pixels are exact in a step.
std::vector<float> step_values(std::initializer_list<std::uint32_t> values) {
  std::vector<float> result;
  for (const std::uint32_t value : values) result.push_back(static_cast<float>(value));
  return result;
}

std::vector<PreparationStep> fit_steps(const Fit& fit, const Shape& input, const Normalization& n) {
  std::vector<PreparationStep> steps;
  if (const Padding& p = fit.padding; p != Padding{}) {
    steps.push_back({StepKind::pad, step_values({p.top, p.left, p.bottom, p.right})});
  } else if (fit.height != 0) {
    steps.push_back({StepKind::resize, step_values({input.height, input.width, fit.height, fit.width})});
  }
  // Halfway between two pixel values: no rounding matters there.
  if (fit.threshold) {
    const float threshold = (static_cast<float>(*fit.threshold) + 0.5f) / 255;
    steps.push_back({StepKind::binarize, {threshold, -n.mean[0] / n.std[0]}});
  }
  return steps;
}

}  // namespace

Layer LayerData::view() const {
  Layer layer = settings;
  layer.name = name;
  layer.inputs = inputs;
  for (std::size_t s = 0; s < kSlots; ++s) layer.tensors[s] = tensors[s];
  return layer;
}

Model ModelFile::model() const {
  Model model;
  model.source = this;
  model.read_layer = [](const void* source, std::uint32_t index) {
    return static_cast<const ModelFile*>(source)->layers[index].view();
  };
  model.layer_count = static_cast<std::uint32_t>(layers.size());
  model.input = input;
  model.normalization = normalization;
  return model;
}

Result<Recipe> recipe_of(const ModelFile& file) {
  return recipe_of_steps(
      static_cast<std::uint32_t>(file.recipe.size()),
      [&](std::uint32_t i) {
        return StepView{file.recipe[i].kind, file.recipe[i].values};
      },
      file.input);
}

std::vector<PreparationStep> recipe_steps(const Recipe& recipe, const Shape& network_input,
                                          const Normalization& normalization) {
  const Shape input = picture_shape(network_input);
  std::vector<PreparationStep> steps;
  if (recipe.ink == Ink::dark) steps.push_back({StepKind::invert, {}});
  if (recipe.crop) {
    steps.push_back({StepKind::crop, {}});
    steps.push_back({StepKind::box20, {static_cast<float>(recipe.box)}});
    steps.push_back({StepKind::center_of_mass, {recipe.row, recipe.column}});
  }
  const std::vector<PreparationStep> fitting = fit_steps(recipe.fit, input, normalization);
  steps.insert(steps.end(), fitting.begin(), fitting.end());
  steps.push_back({StepKind::scale, {255}});
  steps.push_back({StepKind::normalize, {normalization.mean[0], normalization.std[0]}});
  return steps;
}

ModelFile to_model_file(const FileView& file) {
  const Model model = file.model();
  ModelFile result;
  result.name = file.name();
  result.input = model.input;
  result.normalization = model.normalization;
  result.recipe = collect(file.step_count(), [&](std::uint32_t i) {
    return PreparationStep{file.step(i).kind, copy(file.step(i).values)};
  });
  result.layers = collect(model.layer_count, [&](std::uint32_t i) { return to_layer_data(model.layer(i)); });
  result.labels = collect(file.label_count(), [&](std::uint32_t i) { return std::string(file.label(i)); });
  result.golden = collect(file.golden_count(), [&](std::uint32_t i) { return to_sample(file.golden(i)); });
  result.replay = collect(file.replay_count(), [&](std::uint32_t i) { return to_sample(file.replay(i)); });
  if (const auto training = file.training()) result.training = to_record(file, *training);
  if (const auto state = file.state()) result.state = to_state(file, *state);
  result.licence = file.licence();
  result.description = file.description();
  return result;
}

void take_weights(const Session& session, ModelFile& file) {
  for (std::uint32_t layer = 0; layer < file.layers.size(); ++layer) {
    for (std::size_t s = 0; s < kSlots; ++s) {
      const auto values = session.tensor(layer, static_cast<Slot>(s));
      file.layers[layer].tensors[s].assign(values.begin(), values.end());
    }
  }
}

void forget_old_weights(ModelFile& file, const std::string& what) {
  file.description.clear();
  file.state.reset();
  if (!file.training) file.training.emplace();
  TrainingRecord& record = *file.training;
  record.command += (record.command.empty() ? "" : "; ") + what;
  record.numbers.weights_hash = weights_hash(file.model());
  record.numbers.correct = record.numbers.total = 0;
  record.numbers.loss = 0;
}

Outcome<ModelFile> load_model_file(const std::string& path) {
  const auto bytes = read_file_aligned(path);
  if (!bytes) return bytes.error();
  const auto file = open_model(*bytes);
  if (!file) return Failure{"cannot use '" + path + "': " + explain(file.error())};
  return to_model_file(*file);
}

Outcome<std::monostate> save_model_file(const std::string& path, const ModelFile& file) {
  const AlignedBytes bytes = write_model(file);
  const auto readable = open_model(bytes);
  if (!readable) return Failure{"cannot save '" + path + "': " + explain(readable.error())};
  return write_file_atomically(path, bytes);
}

}  // namespace lentil::formats
