#include <filesystem>

#include "formats/model_file.h"
#include "tests/tools/program.h"

using namespace lentil;
using namespace lentil::test;
using Catch::Contains;

namespace {

const std::string kModel = LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil";

// The model with a change.
template <class Change>
std::string changed(const TemporaryFolder& folder, Change change) {
  auto file = *formats::load_model_file(kModel);
  change(file);
  const std::string path = folder.path("changed.lentil");
  REQUIRE(formats::save_model_file(path, file));
  return path;
}

nlohmann::json diff_json(const std::string& a, const std::string& b, int code) {
  const Ended ended = run_lentil({"diff", a, b, "--json"});
  INFO(ended.err);
  CHECK(ended.code == code);
  return nlohmann::json::parse(ended.out);
}

}  // namespace

TEST_CASE("diff finds no difference between a model and itself") {
  const auto json = diff_json(kModel, kModel, 0);
  CHECK(json["equal"] == true);
  CHECK(json["tensors"].size() == 8);
  CHECK(json["beside_weights"].empty());
  const Ended ended = run_lentil({"diff", kModel, kModel});
  CHECK_THAT(ended.out, Contains("8 of 8 tensors equal bit by bit\n"));
}

TEST_CASE("diff tells which tensor differs and by how much") {
  const TemporaryFolder folder;
  const std::string other =
      changed(folder, [](formats::ModelFile& file) { file.layers[8].tensors[1][7] += 0.5f; });
  const auto json = diff_json(kModel, other, 1);
  CHECK(json["equal"] == false);
  const auto& bias = json["tensors"][5];
  CHECK(bias["name"] == "fc1.bias");
  CHECK(bias["different"] == 1);
  CHECK(bias["max"].get<double>() == Approx(0.5));
  CHECK(bias["mean"].get<double>() == Approx(0.01));
  CHECK(json["tensors"][4]["equal"] == true);
  CHECK(json["beside_weights"][0]["what"] == "weights hash");
  const Ended ended = run_lentil({"diff", kModel, other});
  CHECK(ended.code == 1);
  CHECK_THAT(ended.out, Contains("7 of 8 tensors equal bit by bit, max |d| 0.5 in fc1.bias"));
}

TEST_CASE("diff of two models also tells what else they say differently") {
  const TemporaryFolder folder;
  const std::string other = changed(folder, [](formats::ModelFile& file) {
    file.labels[3] = "three";
    file.normalization.mean.fill(0);
    file.layers[2].settings.type = LayerType::tanh;
    file.licence = "MIT";
    file.recipe.pop_back();
  });
  const auto json = diff_json(kModel, other, 1);
  std::vector<std::string> what;
  for (const auto& difference : json["beside_weights"]) what.push_back(difference["what"]);
  CHECK(what == std::vector<std::string>{"layer 2", "normalization", "preparation", "labels", "licence"});
  CHECK(json["beside_weights"][0]["value"] == "relu1: ReLU() <- pool1");
  CHECK(json["beside_weights"][0]["other_value"] == "relu1: Tanh() <- pool1");
  const Ended ended = run_lentil({"diff", kModel, other});
  CHECK_THAT(ended.out,
             Contains("licence:\n  - Apache-2.0\n  + MIT\n") && Contains("5 differences beside the weights"));
}

TEST_CASE("diff reads one side from a pipe, and says what it cannot read") {
  const TemporaryFolder folder;
  const Ended piped = run_lentil({"diff", "-", "-"});
  CHECK(piped.code == 2);
  write_text(folder.path("notes.txt"), "nothing to see here");
  const Ended text = run_lentil({"diff", kModel, folder.path("notes.txt")});
  CHECK(text.code == 1);
  CHECK_THAT(text.err,
             Contains("notes.txt: not a model file") && Contains("safetensors") && Contains(".npz"));
  CHECK(run_lentil({"diff", kModel}).code == 2);
}
