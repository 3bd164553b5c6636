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

// What first_model() has not: branches that join, a constant, four-sided padding, [H][W][C] order, dilation,
// rounding up, slopes of all kinds. tests/formats/data/third.lentil holds it: never change what this
// returns.
inline ModelFile third_model() {
  const Padding corner{1, 0, 0, 1};
  ModelBuilder builder("third", {2, 9, 8});
  builder.constant(LayerType::sub, {0.5f, 0.25f}, "mean");
  builder.conv2d("conv1", {.out = 4, .kernel = {3, 2}, .padding = {2, 1, 0, 3}, .groups = 2, .bias = false});
  builder.batch_norm("bn1", {.epsilon = 0.001f, .momentum = 0.25f}).leaky_relu(0.125f, "trunk");
  builder.conv2d("conv2", {.out = 4, .kernel = {3, 3}, .dilation = {2, 1}, .padding = {2, 1, 2, 1}});
  builder.prelu("prelu1", 4).add(3, 5, "sum");
  builder.max_pool2d({.kernel = {3, 3}, .stride = {2, 2}, .padding = corner, .ceil_mode = true}, "most");
  builder.after(6).avg_pool2d(
      {.kernel = {3, 3}, .stride = {2, 2}, .padding = corner, .ceil_mode = true, .count_include_pad = false});
  builder.elu(0.5f).mul(7, 9, "gate").concat({7, 10, 7}, "all").flatten(FlattenOrder::hwc);
  builder.reshape({12, 5, 6}).global_avg_pool2d().linear("fc1", 3, false).softmax();
  ModelFile file = *builder.labels({"a", "b", "c"}).build();
  initialize(file, 11);
  file.layers[2].tensor(Slot::running_mean) = {0.5f, -0.25f, 0.125f, 0};
  file.layers[2].tensor(Slot::running_var) = {1.5f, 0.75f, 2, 1};
  file.normalization = {.mean = {0.25f, 0.5f, 0, 0}, .std = {0.5f, 0.125f, 1, 1}};
  return file;
}

// What the reader says to this model in a file.
inline Error error_of(const ModelFile& file) {
  const AlignedBytes bytes = write_model(file);
  const auto opened = open_model(bytes);
  return opened ? Error{} : opened.error();
}

}  // namespace lentil::formats
