#include "formats/import/input_line.h"

#include <catch2/catch.hpp>

#include "formats/model_builder.h"
#include "formats/model_reader.h"
#include "formats/model_writer.h"
#include "formats/recipe.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;

namespace {

InputLine line(std::string_view text) {
  const auto parsed = parse_input_line(text);
  INFO(text);
  REQUIRE(parsed);
  return *parsed;
}

ModelFile network(const Shape& input) {
  return *ModelBuilder("network", input)
              .conv2d("conv1", {.out = 1, .kernel = {3, 3}})
              .flatten()
              .linear("fc1", 2)
              .build();
}

ModelFile with_input(const Shape& input, std::string_view text) {
  ModelFile file = network(input);
  const auto done = set_input(file, line(text));
  INFO((done ? "" : done.error().message));
  REQUIRE(done);
  REQUIRE(open_model(write_model(file)));
  return file;
}

}  // namespace

TEST_CASE("an input line is read part by part") {
  CHECK(line("div255").std == 1);
  CHECK(line("raw").std == 1.0f / 255);
  CHECK(line("norm(0.1307,0.3081)").mean == 0.1307f);
  CHECK(line("0.1307,0.3081").std == 0.3081f);
  CHECK(line("bin0.3-0.5").fit.threshold == 76);
  CHECK(line("bin0.3-0.5").mean == 0.5f);
  CHECK(line("pad2+norm(0.1,0.3)").fit.padding.left == 2);
  CHECK(line("norm(0.1,0.3)+pad2").padding_after == 2);
  CHECK(line("div255+pad2").fit.padding.left == 2);  // 0 stays 0
  CHECK(line("resize32+norm(0.5,0.5)").side == 32);
  CHECK(line("div255+mean2").pool == LayerType::avg_pool2d);
  CHECK(line("div255+rgb").colours);
  CHECK(input_text(line("resize32+norm(0.5,0.25)")) == "resized to 32x32, (pixel / 255 - 0.5) / 0.25");
  CHECK(input_text(line("raw")) == "pixel");
}

TEST_CASE("an input line that makes no sense is refused by the part at fault") {
  for (const char* text :
       {"", "div256", "norm(0.1)", "norm(0.1,0)", "norm(nan,1)", "div255+raw", "pad0", "pad99999999999",
        "norm(0.1,0.3)+resize32", "bin2-0.5", "pad2+pad2", "resize32+pad2"}) {
    const auto parsed = parse_input_line(text);
    INFO(text);
    REQUIRE_FALSE(parsed);
    CHECK_THAT(parsed.error().message, Contains("div255") && Contains("'"));
  }
}

TEST_CASE("padding in front of the scaling is a step of the preparation") {
  const ModelFile file = with_input({1, 32, 32}, "pad2+norm(0.1,0.3)");
  const auto recipe = recipe_of(file);
  REQUIRE(recipe);
  CHECK(prepared_shape(*recipe, file.input) == Shape{1, 28, 28});
  CHECK(recipe->box == 20);
  CHECK(file.input == Shape{1, 32, 32});
}

TEST_CASE("padding behind the scaling is the convolution's") {
  const ModelFile file = with_input({1, 32, 32}, "norm(0.1,0.3)+pad2");
  CHECK(file.input == Shape{1, 28, 28});
  CHECK(file.layers[0].settings.padding == Padding{2, 2, 2, 2});
}

TEST_CASE("a pool in front becomes a layer, of flat inputs too") {
  const ModelFile file = with_input({1, 14, 14}, "div255+max2");
  CHECK(file.input == Shape{1, 28, 28});
  CHECK(file.layers[0].settings.type == LayerType::max_pool2d);
  ModelFile flat = *ModelBuilder("flat", {196, 1, 1}).linear("fc1", 2).build();
  REQUIRE(set_input(flat, line("div255+mean2")));
  CHECK(flat.input == Shape{1, 28, 28});
  CHECK(flat.layers[1].settings.type == LayerType::flatten);
  CHECK(open_model(write_model(flat)));
}

TEST_CASE("three equal channels are made of a digit, others of the whole picture") {
  const auto grey = recipe_of(with_input({3, 28, 28}, "div255+rgb"));
  REQUIRE(grey);
  CHECK(grey->crop);
  const auto colours = recipe_of(with_input({3, 28, 28}, "div255"));
  REQUIRE(colours);
  CHECK_FALSE(colours->crop);
}

TEST_CASE("sizes that do not agree are refused") {
  ModelFile file = network({1, 28, 28});
  const auto resized = set_input(file, line("resize32+div255"));
  REQUIRE_FALSE(resized);
  CHECK_THAT(resized.error().message, Contains("28x28") && Contains("resize32"));
  CHECK_FALSE(set_input(file, line("pad14+div255")));
  CHECK_FALSE(set_input(file, line("div255+rgb")));
  ModelFile flat = *ModelBuilder("flat", {784, 1, 1}).linear("fc1", 2).build();
  CHECK_FALSE(set_input(flat, line("norm(0.1,0.3)+pad2")));
}

TEST_CASE("a network that is inverted sees white paper as it sees black else") {
  ModelFile file = with_input({1, 28, 28}, "norm(0.25,0.5)");
  invert_input(file);
  CHECK(file.normalization.mean[0] == 0.75f);
  CHECK(file.layers[0].tensor(Slot::weight) == std::vector<float>{-1});
  CHECK(open_model(write_model(file)));
}

TEST_CASE("constants in front of a network become its normalization") {
  const auto scaled = [](auto append) {
    ModelBuilder builder("scaled", {1, 28, 28});
    append(builder);
    return *builder.flatten().linear("fc1", 2).build();
  };
  ModelFile file =
      scaled([](ModelBuilder& b) { b.constant(LayerType::sub, {0.25f}).constant(LayerType::mul, {2}); });
  absorb_scaling(file);
  CHECK(file.layers.size() == 2);
  CHECK(file.normalization.mean[0] == 0.25f);
  CHECK(file.normalization.std[0] == 0.5f);
  ModelFile raw = scaled(
      [](ModelBuilder& b) { b.constant(LayerType::mul, {1.0f / 255}).constant(LayerType::add, {-0.5f}); });
  CHECK(scales_pixels(raw));
  REQUIRE(set_input(raw, line("raw")));
  absorb_scaling(raw);
  CHECK(raw.normalization.mean[0] == 0.5f);
  CHECK(raw.normalization.std[0] == 1);
  ModelFile negative = scaled([](ModelBuilder& b) { b.constant(LayerType::mul, {-1}); });
  absorb_scaling(negative);
  CHECK(negative.layers.size() == 3);
  ModelFile branched =
      scaled([](ModelBuilder& b) { b.constant(LayerType::sub, {0.5f}).add(0, kNetworkInput); });
  absorb_scaling(branched);
  CHECK(branched.layers.size() == 4);
}
