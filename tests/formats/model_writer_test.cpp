#include "formats/model_writer.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/formats/sample_models.h"

namespace lentil::formats {
namespace {

std::vector<std::byte> copy(const AlignedBytes& bytes) { return {bytes.begin(), bytes.end()}; }

ModelFile reopened(const AlignedBytes& bytes) {
  const auto file = open_model(bytes);
  REQUIRE(file);
  return to_model_file(*file);
}

TEST_CASE("the same model gives the same bytes") {
  CHECK(copy(write_model(first_model())) == copy(write_model(first_model())));
}

TEST_CASE("another model gives other bytes") {
  ModelFile file = first_model();
  file.state->velocities[1].data[0] += 1;
  CHECK(copy(write_model(file)) != copy(write_model(first_model())));
}

TEST_CASE("what is read back writes the same bytes again") {
  for (const ModelFile& file : {first_model(), third_model()}) {
    const AlignedBytes bytes = write_model(file);
    CHECK(copy(write_model(reopened(bytes))) == copy(bytes));
  }
}

TEST_CASE("files and their tensors keep to multiples of 64") {
  std::minstd_rand random(3);
  const auto below = [&](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
  for (int i = 0; i < 50; ++i) {
    ModelBuilder builder("any", {1, 8, 8});
    builder.conv2d("conv1", {.out = 1 + below(7), .kernel = {1 + below(3), 3}, .bias = below(2) == 0});
    builder.flatten().linear("fc1", 1 + below(9));
    ModelFile file = *builder.build();
    file.description = std::string(below(100), 'x');
    const AlignedBytes bytes = write_model(file);
    CHECK(bytes.size() % 64 == 0);
    const auto model = read_model(bytes);
    REQUIRE(model);
    for (std::uint32_t layer = 0; layer < model->layer_count; ++layer) {
      for (const auto& tensor : model->layer(layer).tensors) {
        CHECK(reinterpret_cast<std::uintptr_t>(tensor.data()) % 64 == 0);
      }
    }
  }
}

TEST_CASE("a file without parameters is written and read") {
  const ModelFile file = *ModelBuilder("none", {3, 4, 4}).relu().global_avg_pool2d().build();
  const AlignedBytes bytes = write_model(file);
  CHECK(bytes.size() % 64 == 0);
  CHECK(reopened(bytes).layers.size() == 2);
}

TEST_CASE("numbers, texts and settings come back as they were") {
  const ModelFile file = reopened(write_model(first_model()));
  const ModelFile wanted = first_model();
  CHECK(file.name == "first");
  CHECK(file.input == Shape{1, 6, 6});
  CHECK(file.normalization.mean == wanted.normalization.mean);
  CHECK(file.normalization.std == wanted.normalization.std);
  CHECK(file.labels == wanted.labels);
  CHECK(file.licence == "Apache-2.0");
  CHECK(file.description == wanted.description);
  REQUIRE(file.recipe.size() == 3);
  CHECK(file.recipe[2].kind == StepKind::normalize);
  CHECK(file.recipe[2].values == std::vector{0.25f, 0.5f});
  REQUIRE(file.golden.size() == 1);
  CHECK(file.golden[0].outputs == wanted.golden[0].outputs);
  CHECK(file.golden[0].label == 1);
  REQUIRE(file.replay.size() == 2);
  CHECK(file.replay[0].values == wanted.replay[0].values);
  CHECK(file.replay[1].pixels == wanted.replay[1].pixels);
}

TEST_CASE("the training record and the state come back as they were") {
  const ModelFile file = reopened(write_model(second_model()));
  const ModelFile wanted = second_model();
  REQUIRE(file.training);
  CHECK(file.training->numbers == wanted.training->numbers);
  CHECK(file.training->command == wanted.training->command);
  CHECK(file.training->tool == wanted.training->tool);
  CHECK(file.training->data == wanted.training->data);
  REQUIRE(file.training->files.size() == 1);
  CHECK(file.training->files[0].md5 == wanted.training->files[0].md5);
  CHECK(file.training->files[0].name == wanted.training->files[0].name);
  REQUIRE(file.state);
  CHECK(file.state->numbers == wanted.state->numbers);
  CHECK(file.state->command == wanted.state->command);
  CHECK(file.state->frozen == wanted.state->frozen);
  REQUIRE(file.state->velocities.size() == 2);
  CHECK(file.state->velocities[1].layer == 6);
  CHECK(file.state->velocities[1].slot == Slot::bias);
  CHECK(file.state->velocities[1].data == std::vector{1.0f, 2.0f, 3.0f});
  CHECK(file.state->best_weights == wanted.state->best_weights);
}

TEST_CASE("every setting of a layer comes back as it was") {
  ModelFile file =
      *ModelBuilder("settings", {4, 16, 16})
           .conv2d("conv1", {.out = 6,
                             .kernel = {3, 5},
                             .stride = {2, 1},
                             .dilation = {1, 2},
                             .padding = {1, 2, 3, 4},
                             .groups = 2,
                             .bias = false})
           .avg_pool2d(
               {.kernel = {2, 3}, .padding = {1, 0, 1, 2}, .ceil_mode = true, .count_include_pad = false})
           .leaky_relu(0.125f)
           .flatten(FlattenOrder::hwc)
           .build();
  const ModelFile again = reopened(write_model(file));
  const Layer& conv = again.layers[0].settings;
  CHECK(conv.in_features == 4);
  CHECK(conv.out_features == 6);
  CHECK(conv.kernel == Extent{3, 5});
  CHECK(conv.stride == Extent{2, 1});
  CHECK(conv.dilation == Extent{1, 2});
  CHECK(conv.padding == Padding{1, 2, 3, 4});
  CHECK(conv.groups == 2);
  CHECK(again.layers[0].tensor(Slot::weight).size() == 6 * 2 * 3 * 5);
  CHECK(again.layers[0].tensor(Slot::bias).empty());
  const Layer& pool = again.layers[1].settings;
  CHECK(pool.stride == Extent{2, 3});
  CHECK(pool.ceil_mode);
  CHECK(!pool.count_include_pad);
  CHECK(again.layers[2].settings.slope == 0.125f);
  CHECK(again.layers[3].settings.order == FlattenOrder::hwc);
}

TEST_CASE("normalization of several channels comes back channel by channel") {
  ModelFile file = *ModelBuilder("rgb", {3, 2, 2}).relu().build();
  file.normalization = {{0.5f, 0.25f, 0.125f, 0}, {0.5f, 2, 4, 1}};
  const ModelFile again = reopened(write_model(file));
  CHECK(again.normalization.mean == file.normalization.mean);
  CHECK(again.normalization.std == file.normalization.std);
}

}  // namespace
}  // namespace lentil::formats
