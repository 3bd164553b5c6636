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
  builder.add(branch, builder.last());
  const std::int16_t sum = builder.last();
  builder.after(branch).conv2d("conv3", {.out = 2});
  builder.concat({sum, builder.last()});
  CHECK(builder.shape() == Shape{6, 8, 8});
  const auto file = builder.build();
  REQUIRE(file);
  CHECK(file->layers[3].inputs == std::vector<std::int16_t>{1, 2});
  CHECK(file->layers[4].inputs == std::vector<std::int16_t>{1});
  CHECK(error_of(*file).status == Status::ok);
}

TEST_CASE("sums, differences and products take two layers of one shape") {
  ModelBuilder builder("joins", {3, 4, 5});
  builder.relu().sigmoid().add(0, 1).sub(kNetworkInput, 2).mul(3, 3, "square").concat({0, 1, 4, -1});
  CHECK(builder.shape() == Shape{12, 4, 5});
  const auto file = builder.build();
  REQUIRE(file);
  CHECK(file->layers[2].settings.type == LayerType::add);
  CHECK(file->layers[3].settings.type == LayerType::sub);
  CHECK(file->layers[3].inputs == std::vector<std::int16_t>{-1, 2});
  CHECK(file->layers[4].settings.type == LayerType::mul);
  CHECK(file->layers[4].name == "square");
  CHECK(file->layers[4].tensor(Slot::weight).empty());
  CHECK(file->layers[5].inputs.size() == 4);
  CHECK(error_of(*file).status == Status::ok);
}

TEST_CASE("a constant is one value, one for each channel or one for each element") {
  const auto file = ModelBuilder("constants", {3, 2, 2})
                        .constant(LayerType::mul, {0.5f})
                        .constant(LayerType::sub, {1, 2, 3}, "mean")
                        .constant(LayerType::add, std::vector<float>(12, 7))
                        .build();
  REQUIRE(file);
  CHECK(file->layers[0].name == "mul1");
  CHECK(file->layers[0].settings.out_features == 1);
  CHECK(file->layers[1].name == "mean");
  CHECK(file->layers[1].tensor(Slot::weight) == std::vector<float>{1, 2, 3});
  CHECK(file->layers[2].settings.out_features == 12);
  CHECK(error_of(*file).status == Status::ok);
}

TEST_CASE("a builder that has failed takes further calls") {
  CHECK(failure(ModelBuilder("m").concat({7, 8}).conv2d("c", {.out = 1}).batch_norm().add(9, 9)) ==
        "after(7): there is no such layer yet");
}

TEST_CASE("the builder tells the first mistake by the layer's name") {
  CHECK(failure(ModelBuilder("m", {1, 4, 4}).conv2d("big", {.out = 1, .kernel = {5, 5}}).relu()) ==
        "big: its window 5x5 is larger than its input 1x4x4");
  CHECK(failure(ModelBuilder("m").linear("fc1", 10)) == "fc1: its input is 1x28x28: flatten it first");
  CHECK(failure(ModelBuilder("m").max_pool2d({.kernel = {16, 17}})) ==
        "pool1: its window 16x17 has more than 256 elements");
  CHECK(failure(ModelBuilder("m").flatten().linear("a", 9).linear("a", 9)) ==
        "a: two layers with parameters have this name");
  CHECK(failure(ModelBuilder("m").dropout(1.0f)) == "drop1: the rate must be at least 0 and less than 1");
  CHECK(failure(ModelBuilder("m", {3, 4, 4}).conv2d("c", {.out = 4, .groups = 2})) ==
        "c: the groups must divide the channels, in and out");
  CHECK(failure(ModelBuilder("m").conv2d("c", {.out = 0})) == "c: a setting of 0 where the limit is 1");
  CHECK(failure(ModelBuilder("m", {0, 4, 4})) == "input: impossible shape 0x4x4");
  CHECK(failure(ModelBuilder("m").reshape({2, 2, 2})) == "reshape1: cannot make 2x2x2 of 1x28x28");
  CHECK(failure(ModelBuilder("m").after(0)) == "after(0): there is no such layer yet");
  CHECK(failure(ModelBuilder("m", {2, 4, 4}).max_pool2d().add(-1, 0)) == "add1: cannot join 2x4x4 and 2x2x2");
  CHECK(failure(ModelBuilder("m", {4, 1, 1}).prelu("p", 3)) == "p: as many slopes as channels, or one");
  CHECK(failure(ModelBuilder("m").leaky_relu(-0.5f)) ==
        "leaky_relu1: the slope must be finite and at least 0");
  CHECK(failure(ModelBuilder("m").elu(-1, "e")) == "e: the slope must be finite and at least 0");
  CHECK(failure(ModelBuilder("m").batch_norm("b", {.epsilon = -1})) ==
        "b: eps must be finite and at least 0, momentum from 0 to 1");
  CHECK(failure(ModelBuilder("m", {3, 2, 2}).constant(LayerType::add, {1, 2}, "c")) ==
        "c: a constant of 2 for 3x2x2: one value, one for each channel, or one for each element");
  CHECK(failure(ModelBuilder("m").constant(LayerType::add, {}, "c")) ==
        "c: it needs 2 layers to read and has 1");
  CHECK(failure(ModelBuilder("m").relu().join(LayerType::mul, {-1, 0, 0}, "j")) ==
        "j: it needs 2 layers to read and has 3");
  CHECK(failure(ModelBuilder("m").concat({-1}, "j")) == "j: it needs 2 layers to read and has 1");
  CHECK(failure(ModelBuilder("m", {2, 4, 4}).max_pool2d().concat({-1, 0})) ==
        "concat1: cannot join 2x4x4 and 2x2x2");
  CHECK(failure(ModelBuilder("m").constant(LayerType::add, {1}, "c").constant(LayerType::mul, {2}, "c")) ==
        "c: two layers with parameters have this name");
}

TEST_CASE("impossible sizes fail before memory is asked for") {
  CHECK(failure(ModelBuilder("m").flatten().linear("fc1", 1u << 23)) == "fc1: too many weights");
  CHECK(failure(ModelBuilder("m", {1, 4096, 4096}).conv2d("c", {.out = 4096})) ==
        "c: its output is too large: 4096x4096x4096");
}

}  // namespace
}  // namespace lentil::formats
