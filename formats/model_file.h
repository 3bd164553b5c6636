// A model with its memory: what importers, builders and training make, and what the writer writes.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "formats/host/outcome.h"
#include "formats/model_contents.h"
#include "formats/model_reader.h"
#include "runtime/model.h"
#include "runtime/prepare.h"
#include "runtime/session.h"

namespace lentil::formats {

struct LayerData {
  std::string name;
  Layer settings;                    // type and hyperparameters; its name, inputs and tensors stay empty
  std::vector<std::int16_t> inputs;  // empty: the layer before
  std::array<std::vector<float>, kSlots> tensors;

  std::vector<float>& tensor(Slot s) { return tensors[static_cast<std::size_t>(s)]; }
  const std::vector<float>& tensor(Slot s) const { return tensors[static_cast<std::size_t>(s)]; }
  Layer view() const;  // borrows name, inputs and tensors
};

struct PreparationStep {
  StepKind kind = StepKind::invert;
  std::vector<float> values;
};

struct Sample {
  std::vector<std::uint8_t> pixels;  // either these
  std::vector<float> values;         // or these
  std::vector<float> outputs;
  std::int16_t label = -1;
};

struct DataFile {
  std::string name, md5;
};

struct TrainingRecord {
  std::string data, command, tool;
  std::vector<DataFile> files;
  TrainingNumbers numbers;
};

struct Velocity {
  std::uint16_t layer = 0;
  Slot slot = Slot::weight;
  std::vector<float> data;
};

struct TrainingState {
  std::string command;
  StateNumbers numbers;
  std::vector<std::uint16_t> frozen;
  std::vector<Velocity> velocities;
  std::vector<float> best_weights{};  // as Trainer::save_weights gives them; empty: none yet
};

struct ModelFile {
  std::string name;
  Shape input;
  Normalization normalization;  // of channels beyond the fourth: as the first, see model.fbs
  std::vector<PreparationStep> recipe;
  std::vector<LayerData> layers;
  std::vector<std::string> labels;
  std::vector<Sample> golden, replay;
  std::optional<TrainingRecord> training;
  std::optional<TrainingState> state;
  std::string licence, description;

  // Borrows this object; adding or removing layers, or moving the object, ends it.
  Model model() const;
};

// As formats/recipe.h says it of a file in memory.
Result<Recipe> recipe_of(const ModelFile& file);
// The steps that say `recipe` of a network with this input, and how pixels become the network's input.
std::vector<PreparationStep> recipe_steps(const Recipe& recipe, const Shape& input,
                                          const Normalization& normalization);

// A copy that no longer needs the file's bytes.
ModelFile to_model_file(const FileView& file);

// The file's weights become those of the session, which was made from it.
void take_weights(const Session& session, ModelFile& file);

// Once the weights are others: description, state and test results, which told of the old ones, go; the
// record has `what` behind its command.
void forget_old_weights(ModelFile& file, const std::string& what);

Outcome<ModelFile> load_model_file(const std::string& path);

// Replaces the file in one piece, or leaves the old one; never writes what could not be read again.
Outcome<std::monostate> save_model_file(const std::string& path, const ModelFile& file);

}  // namespace lentil::formats
