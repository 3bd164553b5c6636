// Images held out of training: the best weights, and when to end.
#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Overfits: the best of its epochs comes early.
Words training(const std::string& file, const Words& more = {}) {
  return with({"train", "--arch", "logreg", "--data", "synth:400,100", "--lr", "0.5", "--epochs", "8",
               "--validation", "100", "-o", file},
              more);
}

std::string description(const std::string& file) {
  const auto in = run_json({"inspect", file});
  return in["weights_hash"].get<std::string>() + in["training"].dump();
}

}  // namespace

TEST_CASE("a finished training has the weights of the epoch with the least validation loss") {
  const TemporaryFolder folder;
  const auto whole = run_json(training(folder.path("m.lentil")));
  const std::uint32_t best = whole["best"]["epoch"];
  REQUIRE(best < 8);
  CHECK(whole["epochs"] == 8);
  CHECK(whole["best"]["validation_loss"].get<double>() > 0);
  // The same weights as a training that ends there, tested on the same images.
  const auto shorter = run_json(training(folder.path("short.lentil"), {"--epochs", std::to_string(best)}));
  CHECK(shorter["best"] == whole["best"]);
  CHECK(shorter["weights_hash"] == whole["weights_hash"]);
  CHECK(shorter["test"] == whole["test"]);
  const auto in = run_json({"inspect", folder.path("m.lentil")});
  CHECK(in["weights_hash"] == whole["weights_hash"]);
  CHECK(in["training"]["loss"] == whole["test"]["loss"]);
  CHECK(in["training"]["correct"] == whole["test"]["correct"]);
}

TEST_CASE("patience ends a training, and who asks again for its epochs need not train on") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  const Ended ended = run_lentil(training(file, {"--patience", "2"}));
  REQUIRE(ended.code == 0);
  CHECK_THAT(ended.err, Contains("ended early: the validation loss has not become better for 2 epochs"));
  const auto whole = run_json(training(folder.path("whole.lentil")));
  const std::uint32_t best = whole["best"]["epoch"];
  REQUIRE(best + 2 < 8);
  CHECK_THAT(ended.out, Contains("best weights: those after epoch " + std::to_string(best) + " of " +
                                 std::to_string(best + 2) + ", validation loss "));
  CHECK(run_json({"inspect", file})["weights_hash"] == whole["weights_hash"]);
  const Words again{"train", "--resume", "-o", file, "--data", "synth:400,100", "--epochs", "8"};
  CHECK(run_json(again)["trained"] == false);
}

TEST_CASE("a training in parts finds the best weights and the end of one in a piece") {
  for (const Words& way : {Words{}, Words{"--patience", "2"}, Words{"--patience", "3", "--freeze", "fc1"},
                           Words{"--schedule", "cosine", "--min-lr", "0.01", "--label-smoothing", "0.1"}}) {
    const TemporaryFolder folder;
    const std::string file = folder.path("m.lentil"), whole = folder.path("whole.lentil");
    const Words arch{"--arch", "flatten, linear 20 @fc1, relu, linear 10"};
    const auto expected = run_json(with(training(whole, way), arch));
    // Within the first epoch, at its end, and behind the best epoch.
    run_json(with(training(file, with(way, {"--max-steps", "2"})), arch));
    for (const char* steps : {"5", "10", "13"})
      run_json({"train", "--resume", "-o", file, "--max-steps", steps, "--threads", "3"});
    CHECK(run_json({"inspect", file})["unfinished"] == true);
    const auto rest = run_json({"train", "--resume", "-o", file, "--goal", "small"});
    CHECK(rest["weights_hash"] == expected["weights_hash"]);
    CHECK(rest["best"] == expected["best"]);
    CHECK(rest["epochs"] == expected["epochs"]);
    CHECK(read_text(file) == read_text(whole));
  }
}

TEST_CASE("an unfinished file has the newest weights and tells of the best") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil"), plain = folder.path("plain.lentil");
  const auto part = run_json(training(file, {"--max-steps", "34"}));
  CHECK(part["finished"] == false);
  CHECK(part["best"]["epoch"].get<int>() < 6);
  CHECK_THAT(run_lentil(training(plain, {"--max-steps", "34"})).out, Contains("\nbest so far: epoch "));
  CHECK(description(file) == description(plain));
}

TEST_CASE("images held out are not trained on") {
  const TemporaryFolder folder;
  const auto steps = [&](const char* held_out, const char* batch) {
    const std::string file = folder.path(std::string(held_out) + batch);
    return run_json({"train", "--arch", "logreg", "--data", "synth:400,100", "--epochs", "1", "--validation",
                     held_out, "--batch-size", batch, "-o", file})["steps"]
        .get<int>();
  };
  CHECK(steps("0", "1") == 400);
  CHECK(steps("150", "1") == 250);
  CHECK(steps("150", "full") == 1);
  const Ended all = run_lentil(training(folder.path("m"), {"--validation", "400"}));
  CHECK(all.code == 1);
  CHECK_THAT(all.err, Contains("400 images") && Contains("left to train"));
}

TEST_CASE("the log tells the validation loss of every epoch") {
  const TemporaryFolder folder;
  const Ended pytorch = run_lentil(training(folder.path("a"), {"--epochs", "1"}));
  CHECK_THAT(pytorch.err, Contains("300 images to train, 100 to validate and 100 to test"));
  CHECK_THAT(pytorch.err, Contains("\nValidation set: Average loss: ") && Contains("/100 ("));
  const Ended plain = run_lentil(training(folder.path("b"), {"--epochs", "1", "--log-format", "plain"}));
  CHECK_THAT(plain.err,
             Catch::Matches("[^]*epoch 1/1  validation: [0-9]+/100 correct [^\n]*, best so far\n[^]*"));
}
