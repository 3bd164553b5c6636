#include <filesystem>

#include "formats/host/image.h"
#include "formats/initial_weights.h"
#include "formats/model_builder.h"
#include "tests/tools/program.h"

using namespace lentil::test;
using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;
using Catch::StartsWith;

namespace {

const std::string kLenet = LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil";
const std::string kPicture = LENTIL_SOURCE_DIR "/examples/pictures/4_yellow_note.png";

ModelFile built(ModelBuilder builder) {
  ModelFile file = *std::move(builder).build();
  initialize(file, 1);
  return file;
}

std::string save(const TemporaryFolder& folder, const ModelFile& file) {
  REQUIRE(save_model_file(folder.path("m.lentil"), file));
  return folder.path("m.lentil");
}

// Two outputs that see an input of 2x3x4 in this order, each weight the number of its place in [2][3][4].
ModelFile flat(FlattenOrder order) {
  ModelBuilder builder("tiny", {2, 3, 4});
  builder.dropout().flatten(order).linear("fc", 2).log_softmax().labels({"<cat>", "dog"});
  ModelFile file = built(std::move(builder));
  std::vector<float>& weights = file.layers[2].tensor(Slot::weight);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t place = i % 24;
    weights[i] = static_cast<float>(order == FlattenOrder::chw ? place : place % 2 * 12 + place / 2);
  }
  return file;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

Ended refused(Words words, int code) {
  words.insert(words.begin(), "show");
  Ended ended = run_lentil(words);
  INFO(ended.err);
  CHECK(ended.code == code);
  CHECK(ended.out.empty());
  return ended;
}

}  // namespace

TEST_CASE("show draws conv1 with its minimum and maximum, for every kind of terminal") {
  const std::string head =
      "conv1.weight: 10 filters of 1x5x5\nminimum -0.5403, maximum 0.4488, absolute maximum 0.5403\n\n";
  const Ended blocks = run_lentil({"show", kLenet}, {"LC_ALL=C.UTF-8"});
  CHECK(blocks.code == 0);
  CHECK_THAT(blocks.out, StartsWith(head) && Contains("▓▓") && Contains("9\n"));
  CHECK_THAT(blocks.out, !Contains("\x1b"));
  const Ended letters = run_lentil({"show", kLenet, "conv1"}, {"LC_ALL=C"});
  CHECK_THAT(letters.out, StartsWith(head) && Contains("@@") && !Contains("▓"));
  const Ended colors = run_lentil({"show", kLenet, "--color", "always", "--scale", "symmetric"},
                                  {"LC_ALL=C.UTF-8", "COLORTERM="});
  CHECK_THAT(colors.out, StartsWith(head) && Contains("\x1b[38;5;") && Contains("▀"));
  const Ended none = run_lentil({"show", kLenet}, {"LC_ALL=C.UTF-8", "NO_COLOR=1", "CLICOLOR_FORCE=1"});
  CHECK(none.out == blocks.out);
}

TEST_CASE("show writes PNG and SVG files by the ending of the name, the same in each run") {
  const TemporaryFolder folder;
  for (const char* scale : {"each", "global", "symmetric"}) {
    const std::string png = folder.path(std::string(scale) + ".png"),
                      svg = folder.path(std::string(scale) + ".svg");
    REQUIRE(run_lentil({"show", kLenet, "--scale", scale, "-o", png}).code == 0);
    REQUIRE(run_lentil({"show", kLenet, "--scale", scale, "-o", svg}).err == "saved " + svg + "\n");
    CHECK(read_image(png));
    CHECK(count(read_text(svg), "<g shape-rendering") == 10);
    REQUIRE(run_lentil({"show", kLenet, "--scale", scale, "-o", folder.path("again.svg")}).code == 0);
    CHECK(read_text(folder.path("again.svg")) == read_text(svg));
  }
  CHECK(read_text(folder.path("each.svg")) != read_text(folder.path("global.svg")));
}

TEST_CASE("show knows deeper convolutions and linear layers") {
  const TemporaryFolder folder;
  const std::string svg = folder.path("a.svg");
  CHECK_THAT(run_lentil({"show", kLenet, "conv2", "-o", svg}).out, Contains("20 filters of 10x5x5"));
  CHECK_THAT(read_text(svg), Contains(">19, 9<"));
  CHECK(count(read_text(svg), "<g shape-rendering") == 200);
  CHECK_THAT(run_lentil({"show", kLenet, "fc2", "-o", svg}).out, Contains("10 rows of 50 values"));
  CHECK(count(read_text(svg), "<g shape-rendering") == 1);
  CHECK_THAT(run_lentil({"show", kLenet, "fc1"}).out, Contains("wider than this terminal: -o FILE.png"));
}

TEST_CASE("a linear layer that sees the picture is shown as pictures, one for each class and channel") {
  const TemporaryFolder folder;
  const std::string file = save(folder, flat(FlattenOrder::chw)), svg = folder.path("a.svg");
  CHECK_THAT(run_lentil({"show", file, "-o", svg}).out, Contains("fc.weight: 2 pictures of 2x3x4"));
  CHECK_THAT(read_text(svg), Contains(">&lt;cat&gt;, 0<") && Contains(">dog, 1<"));
  CHECK(count(read_text(svg), "<g shape-rendering") == 4);
}

TEST_CASE("flattening with the channels of a pixel beside each other gives the same pictures") {
  const TemporaryFolder folder;
  const std::string planes = run_lentil({"show", save(folder, flat(FlattenOrder::chw))}, {"LC_ALL=C"}).out;
  CHECK_THAT(planes, Contains("      ..\n") || Contains("    ..::"));
  CHECK(run_lentil({"show", save(folder, flat(FlattenOrder::hwc))}, {"LC_ALL=C"}).out == planes);
}

TEST_CASE("activations of all layers are listed and drawn, of drawn digits, files and data sets") {
  const TemporaryFolder folder;
  const std::string svg = folder.path("a.svg");
  const Ended drawn = run_lentil({"show", kLenet, "--activations", "synth:7", "-o", svg});
  CHECK(drawn.code == 0);
  CHECK_THAT(drawn.out, StartsWith("input: 1x28x28, minimum 0.0000, maximum 255.0000") &&
                            Contains("\nconv1 (Conv2d): 10x24x24, minimum ") &&
                            Contains("\npool2 (MaxPool2d): 20x4x4, ") &&
                            Contains("\nrelu2 (ReLU): 20x4x4, minimum 0.0000") &&
                            Contains("\nlog_softmax1 (LogSoftmax): 10, "));
  CHECK_THAT(drawn.out, !Contains("Dropout") && !Contains("Flatten"));
  CHECK_THAT(read_text(svg), Contains(">conv2 (Conv2d): 20x8x8<"));
  CHECK(count(read_text(svg), "<g shape-rendering") == 1 + 10 + 10 + 10 + 20 + 20 + 20 + 4);
  const Ended stored = run_lentil({"show", kLenet, "--activations", "7", "--data", "synth:10,10"});
  CHECK(stored.code == 0);
  CHECK_THAT(stored.out, Contains(drawn.out.substr(0, drawn.out.find('\n'))));
  const Ended picture = run_lentil({"show", kLenet, "--activations", kPicture, "-o", svg});
  CHECK(picture.code == 0);
  CHECK_THAT(read_text(svg), Contains(">LeNet: what its layers make of 4_yellow_note.png<"));
  CHECK_THAT(picture.out, Contains("conv1 (Conv2d)"));
  CHECK_THAT(run_lentil({"show", kLenet, "--activations", "synth", "--count", "3", "-o", svg}).err,
             Contains("conv1 (Conv2d): 10x24x24: the first 3 pictures of 10; --count shows more"));
}

TEST_CASE("activations do not depend on where a network branches") {
  const TemporaryFolder folder;
  ModelBuilder builder("branches");
  builder.conv2d("a", {.out = 2, .kernel = {3, 3}, .padding = {1, 1, 1, 1}});
  const std::int16_t a = builder.last();
  builder.relu("r");
  builder.add(a, builder.last(), "sum").flatten().linear("fc", 150).linear("out", 10);
  const Ended ended =
      run_lentil({"show", save(folder, built(std::move(builder))), "--activations", "synth:3"});
  INFO(ended.err);
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out, Contains("sum (Add): 2x28x28") && Contains("fc (Linear): 150"));
}

TEST_CASE("show tells what it cannot show") {
  CHECK_THAT(
      refused({kLenet, "conv3"}, 1).err,
      Contains(
          "no layer 'conv3' (did you mean 'conv1'?)\nLayers with weights to show: conv1, conv2, fc1, fc2"));
  CHECK_THAT(refused({kLenet, "pool1"}, 1).err, Contains("layer 'pool1' is a MaxPool2d"));
  const TemporaryFolder folder;
  ModelBuilder builder("plain");
  builder.relu().flatten();
  CHECK_THAT(refused({save(folder, built(std::move(builder)))}, 1).err,
             Contains("neither a convolution nor a linear"));
  CHECK_THAT(refused({kPicture}, 1).err, Contains("no Lentil model"));
  CHECK_THAT(refused({kLenet, "conv1", "--activations", "synth"}, 2).err, Contains("leave out conv1"));
  CHECK_THAT(refused({kLenet, "--data", "synth"}, 2).err, Contains("--data belongs to --activations"));
  CHECK_THAT(refused({kLenet, "--scale", "log"}, 2).err, Contains("--scale"));
  CHECK_THAT(refused({kLenet, "--count", "0"}, 2).err, Contains("--count"));
}

TEST_CASE("show tells which picture it cannot use") {
  const TemporaryFolder folder;
  CHECK_THAT(refused({kLenet, "--activations", "no.png"}, 1).err, Contains("no.png"));
  CHECK_THAT(refused({kLenet, "--activations", kLenet}, 1).err, Contains("lenet_mnist.lentil"));
  CHECK_THAT(refused({kLenet, "--activations", "17"}, 2).err, Contains("say with --data"));
  CHECK_THAT(refused({kLenet, "--activations", "synth:x"}, 2).err, Contains("as in synth:7"));
  CHECK_THAT(refused({kLenet, "--activations", "10", "--data", "synth:10,10"}, 1).err,
             Contains("has 10 images, the first is 0"));
  ModelBuilder builder("other", {4, 8, 8});
  builder.conv2d("c", {.out = 2, .kernel = {3, 3}});
  const std::string other = save(folder, built(std::move(builder)));
  CHECK_THAT(refused({other, "--activations", "synth"}, 1).err, Contains("takes other pictures"));
}

TEST_CASE("show tells where it cannot write, before it computes anything") {
  const TemporaryFolder folder;
  CHECK_THAT(refused({kLenet, "-o", folder.path("a.jpg")}, 2).err, Contains("end with .png or .svg"));
  CHECK_THAT(refused({kLenet, "-o", "-"}, 2).err, Contains("end with .png or .svg"));
  CHECK_THAT(refused({kLenet, "-o", folder.path("no/a.png")}, 1).err, Contains("there is no folder"));
  std::filesystem::create_directory(folder.path("b.png"));
  CHECK_THAT(refused({kLenet, "-o", folder.path("b.png")}, 2).err, Contains("is a folder"));
}

TEST_CASE("layers of absurd size are cut to --count, or refused where a picture cannot hold them") {
  const TemporaryFolder folder;
  ModelBuilder builder("wide");
  builder.conv2d("c", {.out = 300, .kernel = {3, 3}});
  const std::string many = save(folder, built(std::move(builder)));
  const Ended ended = run_lentil({"show", many, "-o", folder.path("a.svg")});
  CHECK(ended.code == 0);
  CHECK_THAT(ended.err, Contains("c.weight: the first 256 pictures of 300; --count shows more"));
  CHECK(count(read_text(folder.path("a.svg")), "<g shape-rendering") == 256);
  ModelFile file = built(ModelBuilder("long").flatten().linear("fc", 33'000).linear("out", 2));
  const Ended refused_png = run_lentil({"show", save(folder, file), "out", "-o", folder.path("b.png")});
  CHECK(refused_png.code == 1);
  CHECK_THAT(refused_png.err, Contains("too large for PNG"));
  CHECK_FALSE(std::filesystem::exists(folder.path("b.png")));
}
