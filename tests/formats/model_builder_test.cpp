#include "formats/model_builder.h"

#include <catch2/catch.hpp>

#include "tests/formats/sample_models.h"

namespace lentil::formats {
namespace {

std::string failure(const ModelBuilder& builder) {
  const auto file = builder.build();
  REQUIRE(!file);
  return file.error().message;
}

TEST_CASE("the builder follows the shape") {
  ModelBuilder builder("shapes", {3, 32, 30});
  CHECK(builder.conv2d("conv1", {.out = 8, .kernel = {5, 3}, .padding = {2, 1, 2, 1}}).shape() ==
        Shape{8, 32, 30});
  CHECK(builder.max_pool2d().shape() == Shape{8, 16, 15});
  CHECK(builder.avg_pool2d({.kernel = {2, 2}, .ceil_mode = true}).shape() == Shape{8, 8, 8});
  CHECK(builder.conv2d("conv2", {.out = 4, .kernel = {3, 3}, .stride = {2, 2}, .groups = 4}).shape() ==
        Shape{4, 3, 3});
  CHECK(builder.reshape({12, 3, 1}).shape() == Shape{12, 3, 1});
  CHECK(builder.flatten().shape() == Shape{36, 1, 1});
  CHECK(builder.linear("fc1", 7).shape() == Shape{7, 1, 1});
  const auto file = builder.build();
  REQUIRE(file);
  CHECK(file->layers[3].settings.in_features == 8);
  CHECK(file->layers[3].tensor(Slot::weight).size() == 4 * 2 * 3 * 3);
  CHECK(file->layers[6].settings.in_features == 36);
  CHECK(error_of(*file).status == Status::ok);
}

TEST_CASE("layers without a name get one that counts") {
  const auto file = ModelBuilder("names").conv2d("", {.out = 2}).relu().conv2d("", {.out = 2}).relu().build();
  REQUIRE(file);
  CHECK(file->layers[0].name == "conv1");
  CHECK(file->layers[2].name == "conv2");
  CHECK(file->layers[3].name == "relu2");
}

TEST_CASE("parameters start as PyTorch's neutral ones") {
  const auto file = ModelBuilder("start", {2, 4, 4}).conv2d("conv1", {.out = 2}).batch_norm().prelu().build();
  REQUIRE(file);
  CHECK(file->layers[0].tensor(Slot::weight) == std::vector<float>(4));
  CHECK(file->layers[1].settings.type == LayerType::batch_norm2d);
  CHECK(file->layers[1].tensor(Slot::weight) == std::vector<float>{1, 1});
  CHECK(file->layers[1].tensor(Slot::bias) == std::vector<float>{0, 0});
  CHECK(file->layers[1].tensor(Slot::running_mean) == std::vector<float>{0, 0});
  CHECK(file->layers[1].tensor(Slot::running_var) == std::vector<float>{1, 1});
  CHECK(file->layers[2].tensor(Slot::weight) == std::vector<float>{0.25f});
}

TEST_CASE("networks that are no chain can be built") {
  ModelBuilder builder("residual", {4, 8, 8});
  builder.conv2d("conv1", {.out = 4, .kernel = {3, 3}, .padding = {1, 1, 1, 1}}).relu();
  const std::int16_t branch = builder.last();
  builder.conv2d("conv2", {.out = 4, .kernel = {3, 3}, .padding = {1, 1, 1, 1}});
  builder.join(LayerType::add, {branch, builder.last()});
  const std::int16_t sum = builder.last();
  builder.after(branch).conv2d("conv3", {.out = 2});
  builder.join(LayerType::concat, {sum, builder.last()});
  CHECK(builder.shape() == Shape{6, 8, 8});
  const auto file = builder.build();
  REQUIRE(file);
  CHECK(file->layers[3].inputs == std::vector<std::int16_t>{1, 2});
  CHECK(file->layers[4].inputs == std::vector<std::int16_t>{1});
  CHECK(error_of(*file).status == Status::ok);
}

TEST_CASE("the builder tells the first mistake by the layer's name") {
  CHECK(failure(ModelBuilder("m", {1, 4, 4}).conv2d("big", {.out = 1, .kernel = {5, 5}}).relu()) ==
        "big: its window 5x5 is larger than its input 1x4x4");
  CHECK(failure(ModelBuilder("m").linear("fc1", 10)) == "fc1: its input is 1x28x28: flatten it first");
  CHECK(failure(ModelBuilder("m").flatten().linear("a", 9).linear("a", 9)) ==
        "a: two layers with parameters have this name");
  CHECK(failure(ModelBuilder("m").dropout(1.0f)) == "drop1: the rate must be at least 0 and less than 1");
  CHECK(failure(ModelBuilder("m", {3, 4, 4}).conv2d("c", {.out = 4, .groups = 2})) ==
        "c: the groups must divide the channels, in and out");
  CHECK(failure(ModelBuilder("m").conv2d("c", {.out = 0})) == "c: a setting of 0 where the limit is 1");
  CHECK(failure(ModelBuilder("m", {0, 4, 4})) == "input: impossible shape 0x4x4");
  CHECK(failure(ModelBuilder("m").reshape({2, 2, 2})) == "reshape1: cannot make 2x2x2 of 1x28x28");
  CHECK(failure(ModelBuilder("m").after(0)) == "after(0): there is no such layer yet");
  CHECK(failure(ModelBuilder("m", {2, 4, 4}).max_pool2d().join(LayerType::add, {-1, 0})) ==
        "add1: cannot join 2x4x4 and 2x2x2");
  CHECK(failure(ModelBuilder("m", {4, 1, 1}).prelu("p", 3)) == "p: as many slopes as channels, or one");
}

TEST_CASE("impossible sizes fail before memory is asked for") {
  CHECK(failure(ModelBuilder("m").flatten().linear("fc1", 1u << 23)) == "fc1: too many weights");
  CHECK(failure(ModelBuilder("m", {1, 4096, 4096}).conv2d("c", {.out = 4096})) ==
        "c: its output is too large: 4096x4096x4096");
}

}  // namespace
}  // namespace lentil::formats
