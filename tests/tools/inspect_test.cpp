#include "formats/model_builder.h"
#include "formats/model_file.h"
#include "models/lenet.h"
#include "models/separable.h"
#include "tests/tools/program.h"

using namespace lentil;
using namespace lentil::test;
using Catch::Contains;

namespace {

// The tutorial's network with weights of zero.
std::string save_lenet(const TemporaryFolder& folder) {
  const std::string file = folder.path("lenet.lentil");
  REQUIRE(formats::save_model_file(file, models::lenet()));
  return file;
}

}  // namespace

TEST_CASE("inspect reports in JSON what scripts rely on") {
  const TemporaryFolder folder;
  const std::string file = save_lenet(folder);
  const auto result = run_json({"inspect", file});
  CHECK(result["parameters"] == 21840);
  CHECK_THAT(result["weights_hash"].get<std::string>(), Catch::Matches("[0-9a-f]{16}"));
  REQUIRE(result["layers"].size() == 13);
  CHECK(
      result["layers"][0] ==
      nlohmann::json::parse(
          R"json({"name":"conv1","type":"Conv2d","inputs":["(input)"],"output_shape":[10,24,24],"parameters":260})json"));
  CHECK(result["layers"][12]["type"] == "LogSoftmax");
  CHECK(result["layers"][12]["output_shape"] == nlohmann::json::parse("[10]"));
  CHECK(result["layers"][7]["output_shape"] == nlohmann::json::parse("[320]"));
}

TEST_CASE("inspect tells the memory budgets of the tutorial's network") {
  const TemporaryFolder folder;
  const std::string file = save_lenet(folder);
  const auto arena = run_json({"inspect", file})["arena"];
  CHECK(arena["infer_bytes"].get<int>() <= 7552);
  CHECK(arena["train_bytes"].get<int>() <= 188416);
  CHECK(arena["infer_fast_bytes"] > arena["infer_bytes"]);
  const auto more = run_json({"inspect", file, "--batch", "8"})["arena"];
  CHECK(more["infer_bytes"].get<int>() > 7 * 7040);
}

TEST_CASE("inspect shows layers as PyTorch does, and parameters with their ranges") {
  const TemporaryFolder folder;
  const Ended ended = run_lentil({"inspect", save_lenet(folder)});
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out,
             Catch::StartsWith("LeNet(\n  (conv1): Conv2d(1, 10, kernel_size=(5, 5), stride=(1, 1))\n"));
  CHECK_THAT(
      ended.out,
      Contains("\nconv2.weight                 20x10x5x5         5,000     0.0000     0.0000     0.0000\n"));
  CHECK_THAT(ended.out, Contains("21,840") && Contains("(pixel / 255 - 0.1307) / 0.3081"));
  CHECK_THAT(ended.out, Contains("labels       0 1 2 3 4 5 6 7 8 9"));
}

TEST_CASE("inspect counts what is learnt apart from statistics") {
  const TemporaryFolder folder;
  const std::string file = folder.path("separable.lentil");
  REQUIRE(formats::save_model_file(file, models::separable()));
  const Ended ended = run_lentil({"inspect", file});
  CHECK_THAT(
      ended.out,
      Contains("\nbn1.running_var                     16            16     1.0000     1.0000     1.0000\n"));
  CHECK_THAT(ended.out, Contains("\nparameters                                    11,466\n"
                                 "not learnt                                       640\n"));
  CHECK_THAT(run_lentil({"inspect", save_lenet(folder)}).out, !Contains("not learnt"));
}

TEST_CASE("the map of an arena covers it, and no two ranges meet at one time") {
  const TemporaryFolder folder;
  const std::string file = save_lenet(folder);
  const auto result = run_json({"inspect", file, "--memory", "--batch", "3"});
  for (const char* kind : {"infer_bytes", "infer_fast_bytes", "train_bytes"}) {
    const auto& map = result["memory"][kind];
    REQUIRE(map.size() > 4);
    CHECK(map[0]["what"] == "plan");
    std::uint64_t end = 0;
    for (const auto& range : map) {
      const auto offset = range["offset"].get<std::uint64_t>(), bytes = range["bytes"].get<std::uint64_t>();
      CHECK(range["what"] != "unknown");
      CHECK(offset <= end);  // no hole
      end = std::max(end, offset + bytes);
      for (const auto& other : map) {
        const auto from = other["offset"].get<std::uint64_t>(), size = other["bytes"].get<std::uint64_t>();
        if (other == range || from + size <= offset || from >= offset + bytes) continue;
        CHECK(range["from"] != "always");
        CHECK((range["from"] != other["from"] || range["to"] != other["to"]));
      }
    }
    CHECK(end == result["arena"][kind].get<std::uint64_t>());
  }
  const Ended text = run_lentil({"inspect", file, "--memory"});
  CHECK_THAT(text.out,
             Contains("fc1 velocity") && Contains("always") && Contains("conv1 forward to conv2 forward"));
}

TEST_CASE("a network that this build cannot run is shown all the same") {
  const TemporaryFolder folder;
  const std::string file = folder.path("tall.lentil");
  formats::ModelFile model = models::lenet();
  model.layers[1].settings.kernel = {32, 32};  // larger than what arrives
  REQUIRE(formats::save_model_file(file, model));
  const auto result = run_json({"inspect", file});
  CHECK(result["arena"]["infer_bytes"].is_null());
  CHECK(result["layers"][1]["output_shape"].is_null());
  CHECK_THAT(run_lentil({"inspect", file}).out, Contains("window larger than its input"));
}

TEST_CASE("inspect shows which layers a layer reads, and counts parameters without constants") {
  const TemporaryFolder folder;
  const std::string file = folder.path("branches.lentil");
  formats::ModelBuilder builder("Branches", {2, 8, 8});
  builder.constant(LayerType::mul, {0.5f, 2}, "scale").conv2d("conv1", {.out = 2}).batch_norm().relu();
  builder.add(3, 0, "sum");
  REQUIRE(formats::save_model_file(file, *builder.build()));
  CHECK_THAT(run_lentil({"inspect", file}).out, Contains("  (scale): Mul(constant=[2])\n") &&
                                                    Contains("  (relu1): ReLU()\n") &&
                                                    Contains("  (sum): Add() <- relu1, scale\n"));
  const auto result = run_json({"inspect", file});
  CHECK(result["layers"][4]["inputs"] == nlohmann::json::parse(R"(["relu1","scale"])"));
  CHECK(result["layers"][0]["parameters"] == 0);
  CHECK(result["layers"][2]["parameters"] == 4);
  CHECK(result["parameters"] == 2 * 2 + 2 + 4);
}

TEST_CASE("names in a file cannot give orders to the terminal") {
  const TemporaryFolder folder;
  const std::string file = folder.path("evil.lentil");
  formats::ModelFile model = models::lenet();
  model.name = "\x1b]0;gotcha\x07";
  model.labels[3] = "\xff";
  REQUIRE(formats::save_model_file(file, model));
  CHECK(run_lentil({"inspect", file}).out.find('\x1b') == std::string::npos);
  CHECK(run_json({"inspect", file})["labels"].size() == 10);
}

TEST_CASE("inspect refuses what is no model") {
  const TemporaryFolder folder;
  CHECK(run_lentil({"inspect", folder.path("missing")}).code == 1);
  CHECK(run_lentil({"inspect", folder.path("")}).code == 1);
}
