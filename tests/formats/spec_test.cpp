#include "formats/spec.h"

#include <catch2/catch.hpp>

#include "models/lenet.h"
#include "models/registry.h"
#include "tests/formats/sample_models.h"

namespace lentil::formats {
namespace {

ModelFile made(std::string_view line) {
  const auto file = model_from_spec(line);
  INFO((file ? std::string() : file.error().message));
  REQUIRE(file);
  CHECK(error_of(*file).status == Status::ok);
  return *file;
}

std::string refusal(std::string_view line) {
  const auto file = model_from_spec(line);
  REQUIRE(!file);
  return file.error().message;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("a line makes the tutorial's network") {
  const ModelFile file = made(
      "input 1x28x28, conv 10 k5, maxpool 2, relu, conv 20 k5, dropout2d, maxpool 2, relu, flatten, linear "
      "50, "
      "relu, dropout, linear 10, logsoftmax");
  const ModelFile lenet = models::lenet();
  REQUIRE(file.layers.size() == lenet.layers.size());
  for (std::size_t i = 0; i < lenet.layers.size(); ++i) {
    CHECK(file.layers[i].settings.type == lenet.layers[i].settings.type);
    CHECK(file.layers[i].settings.rate == lenet.layers[i].settings.rate);
    CHECK(file.layers[i].tensors == lenet.layers[i].tensors);
    if (!file.layers[i].tensor(Slot::weight).empty()) CHECK(file.layers[i].name == lenet.layers[i].name);
  }
}

TEST_CASE("every word of the vocabulary makes its layer") {
  const ModelFile file = made(
      "input 4x20x20, conv 8 k3x5 s2x1 p1x2 d1 g4 nobias @first, bn @norm, prelu @slope, maxpool 2 s1 p1, "
      "avgpool 3x2, leakyrelu 0.2, elu, sigmoid, tanh, dropout2d 0.1, globalavgpool, flatten hwc, bn, "
      "dropout 0.3, "
      "linear 5 nobias @last, softmax");
  const LayerData& conv = file.layers[0];
  CHECK(conv.name == "first");
  CHECK(conv.settings.kernel == Extent{3, 5});
  CHECK(conv.settings.stride == Extent{2, 1});
  CHECK(conv.settings.padding == Padding{1, 2, 1, 2});
  CHECK(conv.settings.groups == 4);
  CHECK(conv.tensor(Slot::bias).empty());
  CHECK(file.layers[1].settings.type == LayerType::batch_norm2d);
  CHECK(file.layers[1].name == "norm");
  CHECK(file.layers[2].name == "slope");
  CHECK(file.layers[3].settings.stride == Extent{1, 1});
  CHECK(file.layers[4].settings.stride == Extent{3, 2});
  CHECK(file.layers[5].settings.slope == 0.2f);
  CHECK(file.layers[6].settings.slope == 1.0f);
  CHECK(file.layers[9].settings.rate == 0.1f);
  CHECK(file.layers[11].settings.order == FlattenOrder::hwc);
  CHECK(file.layers[12].settings.type == LayerType::batch_norm1d);
  CHECK(file.layers[14].name == "last");
  CHECK(file.layers[14].tensor(Slot::bias).empty());
  CHECK(file.layers[15].settings.type == LayerType::softmax);
}

TEST_CASE("four numbers of padding are top, left, bottom and right") {
  CHECK(made("conv 1 k5 p1x2x3x4").layers[0].settings.padding == Padding{1, 2, 3, 4});
  CHECK(made("maxpool 5 p1x2x3x4").layers[0].settings.padding == Padding{1, 2, 3, 4});
}

TEST_CASE("pools round up, count no padding and are dilated where the line says so") {
  const ModelFile file = made("maxpool 2 d3 ceil, avgpool 2 s1 nopad, avgpool 2");
  CHECK(file.layers[0].settings.ceil_mode);
  CHECK(file.layers[0].settings.dilation == Extent{3, 3});
  CHECK(file.layers[0].settings.stride == Extent{2, 2});
  CHECK(!file.layers[1].settings.ceil_mode);
  CHECK(!file.layers[1].settings.count_include_pad);
  CHECK(file.layers[2].settings.count_include_pad);
}

TEST_CASE("a slope for each channel, a constant and the settings of batch-norm can be said") {
  const ModelFile file =
      made("conv 6 k5, prelu channels, mul 0.5, sub 3 @shift, bn eps0.01 momentum0.5, reshape 24x12x12");
  CHECK(file.layers[1].tensor(Slot::weight) == std::vector<float>(6, 0.25f));
  CHECK(file.layers[2].settings.type == LayerType::mul);
  CHECK(file.layers[2].name == "mul1");
  CHECK(file.layers[2].tensor(Slot::weight) == std::vector{0.5f});
  CHECK(file.layers[3].name == "shift");
  CHECK(file.layers[3].tensor(Slot::weight) == std::vector{3.0f});
  CHECK(file.layers[4].settings.epsilon == 0.01f);
  CHECK(file.layers[4].settings.momentum == 0.5f);
  CHECK(file.layers[5].settings.out_features == 24);
}

TEST_CASE("the input may be a vector, or left to the caller") {
  CHECK(made("input 20, linear 3").layers[0].settings.in_features == 20);
  const auto file = model_from_spec("flatten,linear 3", {2, 5, 5});
  REQUIRE(file);
  CHECK(file->layers[1].settings.in_features == 50);
  CHECK(made("flatten,linear 3").layers[1].settings.in_features == 784);
}

TEST_CASE("what the weights at hand tell may be left out and filled in") {
  auto spec = parse_spec("conv @a, flatten, linear @b");
  REQUIRE(spec);
  CHECK(!build_spec(*spec));
  spec->layers[0].out = 3;
  spec->layers[0].kernel = Extent{5, 5};
  spec->layers[2].out = 10;
  const auto file = build_spec(*spec);
  REQUIRE(file);
  CHECK(file->layers[2].settings.in_features == 3 * 24 * 24);
}

TEST_CASE("an unknown word is met with a proposal") {
  CHECK(refusal("conv 10 k5, maxpol 2") ==
        "network spec, 'maxpol 2' at position 13: unknown word 'maxpol'; did you mean 'maxpool'?");
  CHECK(contains(refusal("ReLU"), "did you mean 'relu'?"));
  CHECK(contains(refusal("fc 10"), "did you mean 'linear'?"));
  CHECK(contains(refusal("conv2d 3 k3"), "did you mean 'conv'?"));
  CHECK(contains(refusal("transformer 12"), "expected one of input, conv, linear"));
}

TEST_CASE("a word that does not suit its entry is named with what was expected") {
  CHECK(refusal("conv 10 q5") ==
        "network spec, 'conv 10 q5' at position 1: cannot make sense of 'q5'; "
        "expected conv OUT kK [sS] [pP] [dD] [gG] [nobias] [@NAME]");
  for (const char* line :
       {"conv ten k5",    "conv 10 k5x5x5",  "conv 10 kx5",        "conv 10 k5 g2x2",  "conv -1 k3",
        "relu 3",         "relu @name",      "maxpool 2 nobias",   "dropout much",     "flatten chw",
        "linear 10 k3",   "conv 10 k5 @",    "linear 99999999999", "conv 1 k3 p1x2x3", "conv 1 k3 p1x2x3x4x5",
        "conv 1 k3 ceil", "maxpool 2 nopad", "avgpool 2 ceil2",    "avgpool 2 d2",     "bn 0.1",
        "bn eps",         "prelu 3",         "reshape 1x28",       "reshape 784 @a",   "add x",
        "softmax 1"}) {
    INFO(line);
    CHECK(contains(refusal(line), "'" + std::string(line) + "' at position 1"));
    CHECK(contains(refusal(line), "cannot make sense of"));
  }
}

TEST_CASE("a setting that comes twice is refused") {
  for (const char* line : {"conv 10 20 k3", "conv 10 k3 k5", "linear 10 @a @b", "linear 10 nobias nobias"}) {
    CHECK(contains(refusal(line), "sets something twice"));
  }
}

TEST_CASE("what is missing is told with its entry") {
  CHECK(contains(refusal("conv k5"), "the number of outputs is missing; expected conv OUT"));
  CHECK(contains(refusal("conv 10"), "the size of the window is missing"));
  CHECK(contains(refusal("maxpool"), "the size of the window is missing"));
  CHECK(contains(refusal("relu, add"), "'add' at position 7: the constant is missing; expected add C"));
  CHECK(contains(refusal("reshape"), "the shape is missing; expected reshape CxHxW"));
  CHECK(contains(refusal("relu,,relu"), "'' at position 6: nothing between two commas"));
  CHECK(contains(refusal("relu, "), "nothing between two commas"));
  CHECK(contains(refusal(""), "nothing between two commas"));
  CHECK(contains(refusal("input 3"), "it has no layer"));
}

TEST_CASE("the input comes first and is a shape") {
  CHECK(contains(refusal("relu, input 3"), "at position 7: the input comes first"));
  for (const char* line : {"input, relu", "input 1x28, relu", "input 1x2x3x4, relu", "input 0, relu",
                           "input 1x28x28 3, relu", "input axbxc, relu"}) {
    CHECK(contains(refusal(line), "this is no shape; expected input CxHxW or input N"));
  }
}

TEST_CASE("a layer that does not fit is told with its position") {
  CHECK(refusal("conv 10 k5, linear 10") ==
        "network spec, 'linear 10' at position 13: fc1: its input is 10x24x24: flatten it first");
  CHECK(contains(refusal("conv 10 k29"), "larger than its input 1x28x28"));
  CHECK(contains(refusal("dropout 1"), "the rate must be"));
  CHECK(contains(refusal("dropout nan"), "the rate must be"));
  CHECK(contains(refusal("conv 4 k3 g3"), "position 1"));
  CHECK(contains(refusal("conv 4 k3 s0"), "a setting of 0 where the limit is 1"));
  CHECK(contains(refusal("elu -1"), "'elu -1' at position 1: elu1: the slope must be finite and at least 0"));
  CHECK(contains(refusal("bn momentum2"), "momentum from 0 to 1"));
  CHECK(contains(refusal("reshape 3x3x3"), "cannot make 3x3x3 of 1x28x28"));
  CHECK(contains(refusal("maxpool 2 p2"), "a setting of 2 where the limit is 1"));
}

TEST_CASE("a network's line makes the same network") {
  for (const std::string line : {
           "conv 3 k5, relu",
           "conv 8 k3x5 s2x1 p1x2 d1x2 nobias @first, conv 4 k3 p0x1x2x3, conv 4 k2 p1 g4",
           "maxpool 2, maxpool 3x2 s1 p1, maxpool 3 s2 p0x1x1x0 d2 ceil",
           "avgpool 2, avgpool 3x2 s2 p1x0 ceil nopad, avgpool 2 nopad",
           "input 4x20x20, bn, bn eps0.001 momentum0.01 @norm, prelu, prelu channels @slopes, globalavgpool, "
           "bn",
           "relu, leakyrelu, leakyrelu 0.2, elu, elu 0.5, sigmoid, tanh",
           "dropout, dropout 0.3, dropout2d, dropout2d 0.1",
           "reshape 4x14x14, flatten hwc, reshape 784, linear 16, reshape 1x4x4, flatten, linear 5 nobias "
           "@last",
           "add 0.5, sub 0, mul -2 @scale, mul 1e-10",
           "input 7, linear 3 @b, softmax",
           "input 7, linear 2, logsoftmax",
       }) {
    const auto text = to_spec(made(line));
    REQUIRE(text);
    CHECK(*text == line);
  }
}

TEST_CASE("defaults that are said are left out when a network is put in a line") {
  CHECK(*to_spec(made("conv 4 k3x3 s1 p0 d1x1 g1 @conv1, maxpool 2 s2, elu 1, dropout 0.5, bn eps1e-5")) ==
        "conv 4 k3, maxpool 2, elu, dropout, bn");
  CHECK(*to_spec(made("input 1x28x28, conv 4 k3 p1x2x1x2")) == "conv 4 k3 p1x2");
}

TEST_CASE("the lines of our own networks make them again") {
  for (const models::Definition& definition : models::definitions()) {
    const auto line = to_spec(definition.make());
    REQUIRE(line);
    CHECK(*to_spec(made(*line)) == *line);
  }
}

TEST_CASE("a network that a line cannot say is named") {
  const auto refused = [](const ModelBuilder& builder) {
    const auto line = to_spec(*builder.build());
    return line ? "said: " + *line : line.error().message;
  };
  const auto net = [] { return ModelBuilder("m", {2, 8, 8}); };
  const std::string cannot = "a one-line spec cannot say layer ";
  CHECK(refused(net().relu().add(-1, 0, "sum")) == cannot + "'sum'");
  CHECK(refused(net().relu().after(-1).relu("branch")) == cannot + "'branch'");
  CHECK(refused(net().relu().constant(LayerType::add, {1, 2}, "shifts")) == cannot + "'shifts'");
  CHECK(refused(net().avg_pool2d({.dilation = {2, 2}}, "wide")) == cannot + "'wide'");
  CHECK(refused(net().flatten().linear("with, comma", 3)) == cannot + "'with, comma'");
  CHECK(refused(net().flatten().linear("with blank", 3)) == cannot + "'with blank'");
}

}  // namespace
}  // namespace lentil::formats
