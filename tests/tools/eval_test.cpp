#include <algorithm>

#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

constexpr const char* kData = "synth:600,200";

nlohmann::json make_model(const std::string& file) {
  return run_json({"train", "--arch", "mlp", "--data", kData, "--epochs", "1", "--lr", "0.02", "-o", file});
}

}  // namespace

TEST_CASE("eval finds what train has found") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  const auto trained = make_model(file);
  for (const Words& way : {Words{}, Words{"--batch-size", "7"}, Words{"--threads", "3"}}) {
    Words words{"eval", file, "--data", kData};
    words.insert(words.end(), way.begin(), way.end());
    const auto result = run_json(words);
    CHECK(result["correct"] == trained["test"]["correct"]);
    CHECK(result["total"] == 200);
    CHECK(result["loss"] == trained["test"]["loss"]);
    CHECK(result["weights_hash"] == trained["weights_hash"]);
    CHECK(result["isa"] == trained["isa"]);
    CHECK(result["golden"]["samples"] == 16);
    CHECK(result["golden"]["equal"] == 16);
    CHECK(result["golden"]["pass"] == true);
  }
}

TEST_CASE("eval tells the accuracy with two digits, and the confusion with the recall of each class") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  make_model(file);
  const Ended ended = run_lentil({"eval", file, "--data", kData, "--confusion"});
  CHECK(ended.code == 0);
  CHECK_THAT(
      ended.out,
      Catch::Matches("[^]* on synth:600,200,1: [0-9]+/200 correct \\([0-9]+\\.[0-9]{2} %\\), loss [^]*"));
  CHECK_THAT(ended.out, Contains("golden samples: all 16 give the recorded bits"));
  CHECK_THAT(ended.out, Contains("    9    recall\n") && Contains("confused"));
}

TEST_CASE("the confusion counts every image once, the right answers in the diagonal") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  make_model(file);
  const auto result = run_json({"eval", file, "--data", kData, "--confusion"});
  std::uint64_t all = 0, right = 0;
  REQUIRE(result["confusion"].size() == 10);
  for (std::size_t row = 0; row < 10; ++row) {
    std::uint64_t of_class = 0;
    for (const auto& count : result["confusion"][row]) of_class += count.get<std::uint64_t>();
    CHECK(of_class == 20);
    all += of_class;
    right += result["confusion"][row][row].get<std::uint64_t>();
  }
  CHECK(all == 200);
  CHECK(result["correct"] == right);
}

TEST_CASE("files that are no models are refused with the reason") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil"), bad = folder.path("bad.lentil");
  make_model(file);
  const auto refused = [&](const std::string& path) {
    const Ended ended = run_lentil({"eval", path, "--data", kData});
    CHECK(ended.code == 1);
    CHECK(ended.out.empty());
    CHECK_THAT(ended.err, Contains(path));
    return ended.err;
  };
  CHECK_THAT(refused(folder.path("missing")), Contains("No such file"));
  CHECK_THAT(refused(folder.path(".")), Contains("folder"));
  write_text(
      bad,
      "A text, as long as the smallest of all model files has to be, and then somewhat longer than that.");
  CHECK_THAT(refused(bad), Contains("no Lentil model"));
  const std::string bytes = read_text(file);
  write_text(bad, bytes.substr(0, bytes.size() / 2));
  CHECK_THAT(refused(bad), Contains("cut short"));
  std::string flipped = bytes;
  flipped[flipped.size() / 2] ^= 1;
  write_text(bad, flipped);
  CHECK_THAT(refused(bad), Contains("checksum"));
}

TEST_CASE("eval on a GPU finds what it finds on the processor") {
  const std::string file = LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil";
  const Words fake{"LENTIL_LIBCUDA=" LENTIL_FAKE_CUDA, "LENTIL_FAKE_CUDA=devices=2"};
  if (run_json({"doctor"}, fake)["cuda"]["toolkit"] == "") {
    std::printf("skipped: this build has no CUDA kernels\n");
    return;
  }
  auto expected = run_json({"eval", file, "--data", kData});
  CHECK(expected["device"] == "cpu");
  for (const std::string device : {"cuda", "cuda:1", "auto"}) {
    auto found = run_json({"eval", file, "--data", kData, "--batch-size", "64", "--device", device}, fake);
    CHECK(found["device"] == (device == "cuda:1" ? "Fake GPU (cuda:1)" : "Fake GPU (cuda:0)"));
    expected["device"] = found["device"];
    CHECK(found == expected);
  }
}

TEST_CASE("eval with auto runs on the CPU where there is no GPU, and says so once") {
  const Ended ended = run_lentil(
      {"eval", LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil", "--data", kData, "--device", "auto"},
      {"LENTIL_LIBCUDA=/nowhere/libcuda.so.1"});
  CHECK(ended.code == 0);
  CHECK_THAT(ended.err, Catch::StartsWith("running on the CPU: this machine has no CUDA driver"));
  CHECK(std::count(ended.err.begin(), ended.err.end(), '\n') == 1);
}

TEST_CASE("eval draws the confusion") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil"), svg = folder.path("c.svg"), png = folder.path("c.png");
  const auto trained = make_model(file);
  const Ended ended = run_lentil({"eval", file, "--data", kData, "--plot", svg});
  CHECK(ended.code == 0);
  CHECK_THAT(ended.err, Contains("saved " + svg));
  const auto correct = trained["test"]["correct"].get<int>();
  CHECK_THAT(read_text(svg), Contains("on synth:600,200,1: " + std::to_string(correct) + "/200 correct") &&
                                 Contains(">recall<"));
  CHECK(run_lentil({"eval", file, "--data", kData, "--confusion", "--png", png}).code == 0);
  CHECK(read_text(png).starts_with("\x89PNG"));
  const Ended wrong = run_lentil({"eval", file, "--data", kData, "--plot", folder.path("c.txt")});
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.err, Contains("--plot") && Contains("end with .png or .svg"));
  const Ended nowhere = run_lentil({"eval", file, "--data", kData, "--plot", folder.path("no/c.png")});
  CHECK(nowhere.code == 1);
  CHECK_THAT(nowhere.err, Contains("there is no folder") && Contains("with --plot"));
}
