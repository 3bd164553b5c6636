// --device, from the words to the files: with a driver that runs the kernels' own source on the host, so that
// all bits are seen.
#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

const Words kFake{"LENTIL_LIBCUDA=" LENTIL_FAKE_CUDA};
const Words kNone{"LENTIL_LIBCUDA=/nowhere/libcuda.so.1"};
constexpr const char* kNet = "conv 3 k5, maxpool 2, relu, dropout2d, flatten, linear 10";

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words train_words(const std::string& file, const Words& more = {}) {
  return with({"train", "--data", "synth:70,20", "--epochs", "2", "--batch-size", "16", "-q", "-o", file},
              more);
}

bool has_kernels() {
  static const bool has = run_json({"doctor"}, kNone)["cuda"]["toolkit"] != "";
  if (!has) std::printf("skipped: this build has no CUDA kernels\n");
  return has;
}

std::string succeeded(const Words& words, const Words& environment = {}) {
  const Ended ended = run_lentil(words, environment);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return ended.out;
}

// Trains on both; the files must be equal, byte for byte.
void check_training(const Words& options) {
  const TemporaryFolder folder;
  const std::string on_cpu = folder.path("cpu.lentil"), on_gpu = folder.path("gpu.lentil");
  const auto expected = run_json(train_words(on_cpu, options));
  const auto found = run_json(train_words(on_gpu, with(options, {"--device", "cuda"})), kFake);
  CHECK(expected["device"] == "cpu");
  CHECK(found["device"] == "Fake GPU (cuda:0)");
  for (const char* field : {"weights_hash", "steps", "epochs", "test", "accuracy", "finished"})
    CHECK(found[field] == expected[field]);
  CHECK(found.value("best", nlohmann::json()) == expected.value("best", nlohmann::json()));
  CHECK(read_text(on_gpu) == read_text(on_cpu));
}

}  // namespace

TEST_CASE("training on a GPU writes the file of the processor") {
  if (!has_kernels()) return;
  check_training({"--arch", "lenet"});
  check_training({"--arch", "conv 3 k5, bn, relu, maxpool 2, flatten, linear 10"});
  const std::vector<Words> ways{{},
                                {"--augment", "light", "--schedule", "cosine"},
                                {"--validation", "20", "--patience", "1", "--nesterov"},
                                {"--accumulate", "2", "--weight-decay", "0.01"},
                                {"--batch-size", "full", "--label-smoothing", "0.1"},
                                {"--drop-last", "--momentum", "0", "--schedule", "step"}};
  for (const Words& way : ways) {
    INFO((way.empty() ? "" : way[0]));
    check_training(with({"--arch", kNet}, way));
  }
  check_training({"--arch", "conv 3 k5 @conv1, maxpool 2, relu, flatten, linear 10", "--freeze", "conv1"});
}

TEST_CASE("the log of a training on a GPU is that of the processor, but for where it runs") {
  if (!has_kernels()) return;
  const TemporaryFolder folder;
  Words words{"train",          "--data", "synth:70,20", "--epochs",       "2", "--batch-size", "16", "-o",
              folder.path("m"), "--arch", kNet,          "--log-interval", "1", "--force"};
  const std::string expected = run_lentil(words).err;
  std::string found = run_lentil(with(words, {"--device", "cuda"}), kFake).err;
  const std::size_t title = found.find("Fake GPU (cuda:0)\n");
  REQUIRE(title < found.find('\n'));
  CHECK(found.substr(found.find('\n')) == expected.substr(expected.find('\n')));
}

TEST_CASE("a training stops on one device and goes on on the other") {
  if (!has_kernels()) return;
  const TemporaryFolder folder;
  const std::string whole = folder.path("whole.lentil"), moved = folder.path("moved.lentil");
  for (const char* augment : {"none", "light"}) {
    const Words net{"--arch", kNet, "--epochs", "3", "--augment", augment, "--validation", "10", "--force"};
    succeeded(train_words(whole, net));
    // In the middle of the first epoch, at the end of the second, to the end.
    succeeded(train_words(moved, with(net, {"--max-steps", "3", "--device", "cuda"})), kFake);
    succeeded({"train", "--resume", "-q", "-o", moved, "--max-steps", "8"});
    succeeded({"train", "--resume", "-q", "-o", moved, "--device", "cuda:0"}, kFake);
    CHECK(read_text(moved) == read_text(whole));
  }
}

TEST_CASE("an interrupted training on a GPU is saved, and goes on on the processor") {
  if (!has_kernels()) return;
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil"), whole = folder.path("whole.lentil");
  // So many lines of log that the pipe is full long before the end.
  const Words words{"train",          "--data", "synth:3000,20", "--epochs", "3", "--batch-size", "1",
                    "--log-interval", "1",      "--arch",        "logreg",   "-o"};
  Running running(with(words, {file, "--device", "cuda"}), kFake);
  running.wait_for("Train Epoch: 1 [7/3000");
  running.send(SIGINT);
  const Ended interrupted = running.finish();
  INFO(interrupted.err);
  REQUIRE(interrupted.code == 130);
  CHECK_THAT(interrupted.err, Contains("go on with: lentil train --resume -o " + file));
  succeeded({"train", "--resume", "-q", "-o", file});
  succeeded(with(words, {whole, "-q"}));
  CHECK(read_text(file) == read_text(whole));
}

TEST_CASE("finetune on a GPU writes the file of the processor") {
  if (!has_kernels()) return;
  const TemporaryFolder folder;
  const std::string base = folder.path("base.lentil");
  succeeded(train_words(base, {"--arch", kNet, "--epochs", "1"}));
  const Words learn{"finetune", base, "--data", "synth:60,30,5", "--corrections", "22",
                    "--passes", "4",  "-q"};
  const std::vector<Words> ways{{}, {"--freeze", "conv1"}, {"--new-head", "10", "--batch-size", "7"}};
  for (const Words& way : ways) {
    INFO((way.empty() ? "" : way[0]));
    const std::string on_cpu = folder.path("cpu.lentil"), on_gpu = folder.path("gpu.lentil");
    const auto expected = run_json(with(with(learn, way), {"-o", on_cpu}));
    const auto found = run_json(with(with(learn, way), {"-o", on_gpu, "--device", "cuda"}), kFake);
    for (const char* field : {"weights_hash", "kept", "share", "steps", "new", "old"})
      CHECK(found[field] == expected[field]);
    CHECK(read_text(on_gpu) == read_text(on_cpu));
  }
}

TEST_CASE("predict and eval on a GPU say what they say on the processor") {
  if (!has_kernels()) return;
  const std::string model = LENTIL_SOURCE_DIR "/models/digits.lentil";
  const Words predict{"predict", model, LENTIL_SOURCE_DIR "/examples/pictures", "--json"};
  CHECK(succeeded(with(predict, {"--device", "cuda"}), kFake) == succeeded(predict));
  const Words eval{"eval", model, "--data", "synth:10,30", "--confusion"};
  auto expected = run_json(eval), found = run_json(with(eval, {"--device", "cuda"}), kFake);
  expected["device"] = found["device"];
  CHECK(found == expected);
}

TEST_CASE("a GPU that is asked for and is not there ends every command with one line") {
  const TemporaryFolder folder;
  const std::string model = LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil", out = folder.path("m.lentil");
  const std::vector<Words> commands{
      train_words(out, {"--arch", "logreg"}),
      {"finetune", model, "--data", "synth:60,30", "--corrections", "5", "-o", out},
      {"predict", model, LENTIL_SOURCE_DIR "/examples/pictures/4_yellow_note.png"},
      {"eval", model, "--data", "synth:10,10"}};
  for (const Words& command : commands) {
    INFO(command[0]);
    const Ended refused = run_lentil(with(command, {"--device", "cuda"}), kNone);
    CHECK(refused.code == 1);
    CHECK(refused.out.empty());
    CHECK_THAT(refused.err, Catch::StartsWith("lentil: --device cuda: ") && Contains("no CUDA "));
    CHECK(std::count(refused.err.begin(), refused.err.end(), '\n') == 1);
    CHECK(read_text(out).empty());
    CHECK(run_lentil(with(command, {"--device", "gpu"}), kNone).code == 2);
  }
}

TEST_CASE("auto falls back to the processor and says why, once") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  const Ended none = run_lentil(train_words(file, {"--arch", "logreg", "--device", "auto"}), kNone);
  CHECK(none.code == 0);
  CHECK_THAT(none.err, Catch::StartsWith("running on the CPU: "));
  CHECK(std::count(none.err.begin(), none.err.end(), '\n') == 1);
  if (!has_kernels()) return;
  // A GPU without room for the training.
  const Words small{kFake[0], "LENTIL_FAKE_CUDA=memory=10000"};
  const Ended full =
      run_lentil(train_words(file, {"--arch", "logreg", "--device", "auto", "--force"}), small);
  CHECK(full.code == 0);
  CHECK_THAT(full.err, Catch::StartsWith("running on the CPU: allocating "));
  const Ended asked =
      run_lentil(train_words(file, {"--arch", "logreg", "--device", "cuda", "--force"}), small);
  CHECK(asked.code == 1);
  CHECK_THAT(asked.err, Contains("--device cuda: allocating "));
}

TEST_CASE("batches that are added up do not suit a batch-norm that learns on a GPU") {
  if (!has_kernels()) return;
  const TemporaryFolder folder;
  const Words words = train_words(
      folder.path("m.lentil"),
      {"--arch", "conv 3 k5, bn @norm, relu, flatten, linear 10", "--accumulate", "2", "--device", "cuda"});
  const Ended refused = run_lentil(words, kFake);
  CHECK(refused.code == 1);
  CHECK_THAT(refused.err, Contains("leave --accumulate out"));
  check_training(
      {"--arch", "conv 3 k5, bn @norm, relu, flatten, linear 10", "--accumulate", "2", "--freeze", "norm"});
}

TEST_CASE("a GPU that fails in the middle ends the command, and no file is written") {
  if (!has_kernels()) return;
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  const Words failing{kFake[0], "LENTIL_FAKE_CUDA=fail_at=200"};
  const Ended train =
      run_lentil(train_words(file, {"--arch", kNet, "--epochs", "9", "--device", "cuda"}), failing);
  CHECK(train.code == 1);
  CHECK_THAT(train.err, Contains("(719)") && Contains("Nothing was saved"));
  CHECK(read_text(file).empty());
  const Ended learn = run_lentil({"finetune", LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil", "--data",
                                  "synth:60,30", "--corrections", "22", "-o", file, "--device", "cuda"},
                                 failing);
  CHECK(learn.code == 1);
  CHECK_THAT(learn.err, Contains("nothing was learnt: ") && Contains("(719)"));
  CHECK(read_text(file).empty());
}

TEST_CASE("a training that runs away says the same on both devices") {
  if (!has_kernels()) return;
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  const Words wild{"--arch", "linear 10", "--lr", "1e6", "--epochs", "50"};
  const Ended cpu = run_lentil(train_words(file, wild));
  const Ended gpu = run_lentil(train_words(file, with(wild, {"--device", "cuda"})), kFake);
  CHECK(cpu.code == 1);
  CHECK(gpu.code == 1);
  CHECK(gpu.err == cpu.err);
}
