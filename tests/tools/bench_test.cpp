#include "tests/support/networks.h"
#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

// Enough to see that it works: how long anything takes is not looked at.
Words quick(Words words) {
  words.insert(words.begin(), "bench");
  words.insert(words.end(), {"--seconds", "0.01"});
  return words;
}

std::string model_path(const TemporaryFolder& folder, const std::string& arch) {
  std::string file = folder.path("m.lentil");
  run_json({"train", "--arch", arch, "--data", "synth:60,20", "--epochs", "1", "-o", file});
  return file;
}

std::string refused(const Words& words) {
  const Ended ended = run_lentil(quick(words));
  CHECK(ended.code == 2);
  CHECK(ended.out.empty());
  return ended.err;
}

}  // namespace

TEST_CASE("bench without a file times LeNet, once for each batch and number of threads") {
  const auto result = run_json(quick({"--batch", "1,3", "--threads", "1,2"}));
  CHECK(result["file"] == "lenet");
  CHECK(result["mode"] == "infer");
  CHECK(result["images"] == "drawn digits");
  CHECK(result["distinct_images"] == 512);
  CHECK(result["multiply_adds"] == 480'500);
  REQUIRE(result["runs"].size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto& run = result["runs"][i];
    CHECK(run["batch"] == (i < 2 ? 1 : 3));
    CHECK(run["threads"] == 1 + i % 2);
    CHECK(run["calls"] > 0);
    CHECK(run["p50_us"] > 0);
    CHECK(run["p99_us"] >= run["p50_us"]);
    CHECK(run["us_per_image"].get<double>() == Approx(run["p50_us"].get<double>() / run["batch"].get<int>()));
    CHECK(run["percent_of_peak"].get<double>() == Approx(100 * 480.5e9 / run["us_per_image"].get<double>() /
                                                         run["peak_multiply_adds_per_second"].get<double>()));
  }
}

TEST_CASE("bench tells the bytes of the arena: more of them for speed, and for training") {
  const TemporaryFolder folder;
  const std::string file = model_path(folder, "conv 4 k3, relu, flatten, linear 10");
  const auto bytes = [&](const char* goal, Words more) {
    more.insert(more.begin(), {file, "--batch", "1", "--goal", goal});
    const auto result = run_json(quick(more));
    CHECK(result["goal"] == goal);
    return result["runs"][0]["arena_bytes"].get<std::uint64_t>();
  };
  CHECK(bytes("small", {}) < bytes("fast", {}));
  CHECK(bytes("fast", {}) < bytes("fast", {"--train"}));
}

TEST_CASE("a file whose network takes digits is timed with many of them, not with its few golden samples") {
  const TemporaryFolder folder;
  const auto result = run_json(quick({model_path(folder, "mlp"), "--batch", "20"}));
  CHECK(result["images"] == "drawn digits");
  CHECK(result["distinct_images"] == 512);
}

TEST_CASE("a file whose network takes other pictures is timed with its golden samples") {
  const TemporaryFolder folder;
  lentil::formats::ModelFile file = network("input 4, linear 3");
  file.golden.assign(2, {.pixels = {1, 2, 3, 4}, .values = {}, .outputs = {0, 0, 0}});
  REQUIRE(lentil::formats::save_model_file(folder.path("m.lentil"), file));
  const auto result = run_json(quick({folder.path("m.lentil"), "--batch", "3"}));
  CHECK(result["images"] == "golden samples");
  CHECK(result["distinct_images"] == 2);
}

TEST_CASE("bench times the images of a data set: for inference those of its tests") {
  const auto infer = run_json(quick({"logreg", "--data", "synth:70,20", "--batch", "1,30"}));
  CHECK(infer["images"] == "test images of synth:70,20,1");
  CHECK(infer["distinct_images"] == 20);
  const auto train = run_json(quick({"logreg", "--data", "synth:2100,20", "--batch", "4", "--train"}));
  CHECK(train["images"] == "training images of synth:2100,20,1");
  CHECK(train["distinct_images"] == 2048);
  CHECK(train["runs"][0]["calls"] > 0);
}

TEST_CASE("bench refuses a data set that the network cannot take, and one that is not there") {
  const TemporaryFolder folder;
  REQUIRE(lentil::formats::save_model_file(folder.path("m.lentil"), network("input 4, linear 10")));
  const Ended other = run_lentil(quick({folder.path("m.lentil"), "--data", "synth:60,20"}));
  CHECK(other.code == 1);
  CHECK_THAT(other.err, Contains("images of 784 pixels; the network takes 4"));
  const Ended missing = run_lentil(quick({"--data", folder.path("none")}));
  CHECK(missing.code == 1);
  CHECK_THAT(missing.err, Contains(folder.path("none")));
}

TEST_CASE("bench tells how long a network takes to start: a file is mapped first") {
  const TemporaryFolder folder;
  const std::string file = model_path(folder, "mlp");
  for (const std::string& name : {file, std::string("mlp")}) {
    const auto result = run_json(quick({name, "--batch", "1"}));
    double total = 0;
    for (const auto& [part, value] : result["start_up"].items()) {
      CHECK(value > 0);
      if (part != "checksum_us" && part != "total_us") total += value.get<double>();
    }
    CHECK(result["start_up"]["total_us"].get<double>() == Approx(total));
    CHECK(result["start_up"].size() == (name == file ? 6 : 5));
    CHECK(result["start_up"].contains("map_us") == (name == file));
  }
  CHECK_FALSE(run_json(quick({"mlp", "--batch", "1", "--train"})).contains("start_up"));
  CHECK_THAT(run_lentil(quick({file})).out,
             Catch::Matches("[^]*\nstart-up: map [0-9.]+ us, open [0-9.]+ us \\(checksum [0-9.]+ us\\), "
                            "plan [0-9.]+ us, pack [0-9.]+ us; [0-9.]+ us in all\n[^]*"));
}

TEST_CASE("the time of layers is told in the network's own words, and their multiply-adds are all of them") {
  const TemporaryFolder folder;
  const std::string file = model_path(folder, "mlp");
  const auto result = run_json(quick({file, "--batch", "20", "--layers"}));
  CHECK(result["weights_hash"] == run_json({"inspect", file})["weights_hash"]);
  std::uint64_t counted = 0;
  for (const auto& step : result["layers"][0]["steps"]) {
    counted += step["multiply_adds"].get<std::uint64_t>();
    CHECK(step["us_per_image"] > 0);
  }
  CHECK(counted == result["multiply_adds"]);
}

TEST_CASE("bench tells which kernel each step has got") {
  const auto chosen = [](const std::string& isa, const std::string& goal) {
    std::vector<std::string> names;
    const auto result =
        run_json(quick({"lenet", "--batch", "1", "--layers", "--goal", goal}), {"LENTIL_ISA=" + isa});
    for (const auto& step : result["layers"][0]["steps"]) names.push_back(step["kernel"]);
    return names;
  };
  using Names = std::vector<std::string>;
  CHECK(chosen("baseline", "fast") == Names{"", "columns", "columns", "packed", "packed", ""});
  CHECK(chosen("baseline", "small") == Names{"", "columns", "columns", "file order", "file order", ""});
  if (lentil::kernels::cpu("avx2").table != nullptr)
    CHECK(chosen("avx2", "fast") == Names{"", "rows", "rows", "packed", "packed", ""});
}

TEST_CASE("training steps are timed on drawn digits, and count more multiply-adds") {
  const auto result = run_json(quick({"--train", "--batch", "5"}));
  CHECK(result["mode"] == "train");
  CHECK(result["images"] == "drawn digits");
  CHECK(result["multiply_adds"] == 1'297'500);
  CHECK(result["runs"][0]["calls"] > 0);
}

TEST_CASE("bench runs under the instruction set that it is told, and says so") {
  CHECK(run_json(quick({"logreg", "--batch", "1"}), {"LENTIL_ISA=baseline"})["isa"] == "baseline");
}

TEST_CASE("the tables of bench are a result, its progress is not") {
  const Ended ended = run_lentil(quick({"--batch", "2", "--layers"}));
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out, Contains("lenet: inference of 512 drawn digits") &&
                            Contains("480,500 multiply-adds") && Contains("% of peak") &&
                            Contains("layers, batch 2, 1 thread") && Contains("conv1, ") && Contains("fc2"));
  CHECK(ended.err == "batch 2, 1 thread\n");
}

TEST_CASE("lists of numbers are checked one by one") {
  CHECK_THAT(refused({"--batch", "1,none"}), Contains("--batch takes a whole number") && Contains("'none'"));
  CHECK_THAT(refused({"--batch", "0"}), Contains("from 1 to"));
  CHECK_THAT(refused({"--batch", ","}), Contains("--batch takes numbers such as 1,8"));
  CHECK_THAT(refused({"--threads", "1,5000"}), Contains("from 0 to 1024"));
}

TEST_CASE("bench refuses what it cannot time") {
  CHECK_THAT(refused({"--train", "--layers"}), Contains("leave --train out"));
  CHECK_THAT(refused({"a.lentil", "b.lentil"}), Contains("one word too many"));
  const Ended ended = run_lentil(quick({"missing.lentil"}));
  CHECK(ended.code == 1);
  CHECK_THAT(ended.err, Contains("missing.lentil"));
}

TEST_CASE("bench times a GPU: inference, and the steps of a pass through all images") {
  const Words fake{"LENTIL_LIBCUDA=" LENTIL_FAKE_CUDA};
  if (run_json({"doctor"}, fake)["cuda"]["toolkit"] == "") {
    std::printf("skipped: this build has no CUDA kernels\n");
    return;
  }
  for (const Words& more : {Words{}, Words{"--train"}}) {
    Words words{"logreg", "--data", "synth:70,20", "--batch", "8", "--device", "cuda"};
    words.insert(words.end(), more.begin(), more.end());
    const auto result = run_json(quick(words), fake);
    CHECK(result["device"] == "Fake GPU (cuda:0)");
    CHECK(result["mode"] == (more.empty() ? "infer" : "train"));
    const auto& run = result["runs"][0];
    CHECK(run["batch"] == 8);
    CHECK(run["p50_us"] > 0);
    CHECK(run["p99_us"] >= run["p50_us"]);
    CHECK(run["images_per_second"] > 0);
    CHECK(run["arena_bytes"] > 0);
    CHECK_FALSE(run.contains("percent_of_peak"));
    CHECK_FALSE(result.contains("start_up"));
  }
  const Ended text = run_lentil(quick({"logreg", "--batch", "8", "--device", "cuda"}), fake);
  CHECK_THAT(text.out, Contains("Fake GPU (cuda:0), kernels of Lentil") && Contains(" -\n"));
  const Ended few = run_lentil(
      quick({"logreg", "--data", "synth:20,20", "--batch", "64", "--train", "--device", "cuda"}), fake);
  CHECK(few.code == 1);
  CHECK_THAT(few.err, Contains("20 images for a step of 64"));
}

TEST_CASE("bench refuses options that do not go with a GPU, or not without one") {
  CHECK_THAT(refused({"--engine", "vendor"}), Contains("say --device cuda, too"));
  CHECK_THAT(refused({"--engine", "vendor", "--device", "cuda", "--train"}), Contains("inferences only"));
  CHECK_THAT(refused({"--layers", "--device", "cuda"}), Contains("leave --device out"));
  const Words no_driver{"LENTIL_LIBCUDA=/nowhere/libcuda.so.1"};
  const Ended none = run_lentil(quick({"--device", "cuda"}), no_driver);
  CHECK(none.code == 1);
  CHECK_THAT(none.err, Contains("--device cuda: this machine has no CUDA driver"));
  const Ended fallen_back = run_lentil(quick({"--engine", "vendor", "--device", "auto"}), no_driver);
  CHECK(fallen_back.code == 1);
  CHECK_THAT(fallen_back.err, Contains("--engine vendor needs a GPU"));
}

TEST_CASE("bench by cuDNN and cuBLAS says why it cannot, where it cannot") {
  const Words fake{"LENTIL_LIBCUDA=" LENTIL_FAKE_CUDA};
  const Ended ended =
      run_lentil(quick({"logreg", "--batch", "8", "--device", "cuda", "--engine", "vendor"}), fake);
  if (ended.code == 0) {  // a GPU is behind the libraries
    std::printf("skipped: cuDNN starts here\n");
    return;
  }
  CHECK(ended.code == 1);
  CHECK_THAT(ended.err, Contains("cuDNN") || Contains("libcudnn") || Contains("no CUDA kernels"));
}
