// Models for the tests of the file format.
#pragma once
#include "formats/initial_weights.h"
#include "formats/model_builder.h"
#include "formats/model_file.h"
#include "formats/model_writer.h"

namespace lentil::formats {

// 55 parameters and statistics and something in every field. tests/formats/data/first.lentil holds it as the
// first published revision wrote it: never change what this returns.
inline ModelFile first_model() {
  auto file = *ModelBuilder("first", {1, 6, 6})
                   .conv2d("conv1", {.out = 2, .kernel = {3, 3}})
                   .batch_norm("bn1")
                   .relu()
                   .max_pool2d()
                   .dropout(0.25f)
                   .flatten()
                   .linear("fc1", 3)
                   .log_softmax()
                   .labels({"circle", "square", "cross"})
                   .normalize(0.25f, 0.5f)
                   .build();
  initialize(file, 7);
  file.layers[0].inputs = {kNetworkInput};
  file.recipe = {{StepKind::invert, {}}, {StepKind::scale, {255}}, {StepKind::normalize, {0.25f, 0.5f}}};
  file.golden = {{std::vector<std::uint8_t>(36, 200), {}, {-1.5f, -0.5f, -1.75f}, 1}};
  file.replay = {{{}, std::vector<float>(36, 0.5f), {}, 2}, {std::vector<std::uint8_t>(36, 9), {}, {}, 0}};
  file.training = TrainingRecord{.data = "shapes",
                                 .command = "lentil train --data shapes",
                                 .tool = "lentil 0.1.0",
                                 .files = {{"shapes.idx", "0123456789abcdef0123456789abcdef"}},
                                 .numbers = {.seed = 1ull << 40,
                                             .epochs = 3,
                                             .steps = 1ull << 33,
                                             .correct = 97,
                                             .total = 100,
                                             .loss = 0.0625,
                                             .weights_hash = 0xFEDCBA9876543210}};
  file.state = TrainingState{
      .command = "lentil train --resume first.lentil",
      .numbers = {.seed = 5,
                  .step = 11,
                  .epoch = 2,
                  .position = 64,
                  .shuffle_epoch = 2,
                  .batch = 32,
                  .rate = 0.01f,
                  .momentum = 0.5f,
                  .weight_decay = 0.125f,
                  .nesterov = true},
      .frozen = {0},
      .velocities = {{6, Slot::weight, std::vector<float>(24, 0.25f)}, {6, Slot::bias, {1, 2, 3}}}};
  file.licence = "Apache-2.0";
  file.description = "# First\nA network that knows nothing.";
  return file;
}

// The same with what the second revision added. Never change what this returns either.
inline ModelFile second_model() {
  ModelFile file = first_model();
  file.state->numbers.best_epoch = 1;
  file.state->numbers.best_loss = 0.375f;
  file.state->best_weights.assign(27, -0.75f);
  return file;
}

// What the reader says to this model in a file.
inline Error error_of(const ModelFile& file) {
  const AlignedBytes bytes = write_model(file);
  const auto opened = open_model(bytes);
  return opened ? Error{} : opened.error();
}

}  // namespace lentil::formats
