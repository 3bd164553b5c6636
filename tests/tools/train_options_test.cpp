#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

Ended train(const std::string& file, Words words) {
  words.insert(words.begin(), {"train", "--arch", "logreg", "--data", "synth:120,40", "-o", file});
  return run_lentil(words);
}

}  // namespace

TEST_CASE("combinations that make no sense are wrong usage") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  CHECK(train(file, {"--force", "--resume"}).code == 2);
  CHECK(train(file, {"--nesterov", "--momentum", "0"}).code == 2);
  CHECK(train(file, {"--lr", "0"}).code == 2);
  CHECK(train(file, {"--momentum", "1"}).code == 2);
  CHECK(train(file, {"--gamma", "0.5"}).code == 2);
  CHECK(train(file, {"--step-size", "2", "--schedule", "cosine"}).code == 2);
  CHECK(train(file, {"--min-lr", "0.001", "--schedule", "step"}).code == 2);
  CHECK(train(file, {"--min-lr", "0.005", "--schedule", "cosine"}).code == 2);
  CHECK(train(file, {"--patience", "3"}).code == 2);
  CHECK(train(file, {"--accumulate", "2", "--batch-size", "full"}).code == 2);
  CHECK(train(file, {"--accumulate", "0"}).code == 2);
  CHECK(train(file, {"--label-smoothing", "1"}).code == 2);
  CHECK(train(file, {"--schedule", "linear"}).code == 2);
  CHECK(train(file, {"--augment", "rotate=360"}).code == 2);
  CHECK(read_text(file).empty());
}

TEST_CASE("a resumed training keeps its options and refuses others") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  REQUIRE(train(file, {"--epochs", "3", "--lr", "0.02", "--batch-size", "20", "--max-steps", "4"}).code == 0);
  const std::string before = read_text(file);
  const auto resume = [&](Words words) {
    words.insert(words.begin(), {"train", "--resume", "-o", file});
    return run_lentil(words);
  };

  for (const Words& words :
       {Words{"--lr", "0.01"},          Words{"--batch-size", "10"},   Words{"--accumulate", "2"},
        Words{"--drop-last"},           Words{"--momentum", "0.5"},    Words{"--seed", "2"},
        Words{"--weight-decay", "0.1"}, Words{"--nesterov"},           Words{"--arch", "lenet"},
        Words{"--freeze", "fc1"},       Words{"--schedule", "cosine"}, Words{"--step-size", "2"},
        Words{"--gamma", "0.5"},        Words{"--min-lr", "0.001"},    Words{"--label-smoothing", "0.1"},
        Words{"--augment", "light"},    Words{"--validation", "10"},   Words{"--patience", "2"},
        Words{"--epochs", "2"},         Words{"--max-steps", "4"}}) {
    const Ended ended = resume(words);
    INFO(words[0]);
    CHECK(ended.code == 2);
    CHECK_THAT(ended.err, Contains(words[0]));
  }
  const Ended other_data = resume({"--data", "synth:120,40,2"});
  CHECK(other_data.code == 1);
  CHECK_THAT(other_data.err, Contains("synth:120,40,1") && Contains("synth:120,40,2"));
  const Ended mixed = resume({"--mix", "synth:10,10,2"});
  CHECK(mixed.code == 1);
  CHECK_THAT(mixed.err, Contains("synth:120,40,1 + synth:10,10,2"));
  CHECK(read_text(file) == before);

  const auto result = run_json(
      {"train", "--resume", "-o", file, "--lr", "0.02", "--epochs", "4", "--data", "synth:120,40,1"});
  CHECK(result["epochs"] == 4);
  CHECK(result["steps"] == 24);
}

TEST_CASE("the environment sets options of a new training, and none of one that goes on") {
  const TemporaryFolder folder;
  const auto weights = [&](const std::string& name, Words words, const Words& environment) {
    words.insert(words.begin(), {"train", "-o", folder.path(name)});
    return run_json(words, environment)["weights_hash"];
  };
  const Words first{"--arch", "logreg", "--data", "synth:120,40", "--epochs", "2", "--batch-size", "20"};
  const Words faster{"LENTIL_LR=0.02"};
  Words stopped = first, given = first;
  stopped.insert(stopped.end(), {"--max-steps", "5"});
  given.insert(given.end(), {"--lr", "0.02"});

  const auto whole = weights("a", first, faster);
  CHECK(whole == weights("b", given, {}));
  CHECK(whole != weights("c", first, {}));
  weights("d", stopped, faster);
  CHECK(whole == weights("d", {"--resume"},
                         {"LENTIL_LR=0.5", "LENTIL_EPOCHS=9", "LENTIL_MOMENTUM=0", "LENTIL_SEED=7",
                          "LENTIL_DATA_DIR=nowhere", "LENTIL_SCHEDULE=cosine"}));
}

TEST_CASE("a schedule that ends with the last epoch keeps its epochs, others may get more") {
  const TemporaryFolder folder;
  for (const std::string schedule : {"cosine", "one-cycle", "step"}) {
    const std::string file = folder.path(schedule);
    REQUIRE(train(file, {"--schedule", schedule, "--epochs", "2", "--max-steps", "1"}).code == 0);
    const Ended longer = run_lentil({"train", "--resume", "-o", file, "--epochs", "3"});
    CHECK(longer.code == (schedule == "step" ? 0 : 2));
    if (schedule != "step") CHECK_THAT(longer.err, Contains(schedule + " schedule ends with epoch 2"));
    if (schedule != "step") CHECK(run_lentil({"train", "--resume", "-o", file, "--epochs", "2"}).code == 0);
  }
}

TEST_CASE("the command in the file trains to the same weights") {
  const auto& [batches, recorded] =
      GENERATE(table<Words, std::string>({{{"--batch-size", "full"}, "--batch-size 100 --accumulate 1 --lr"},
                                          {{"--batch-size", "30", "--accumulate", "2", "--drop-last"},
                                           "--batch-size 30 --accumulate 2 --drop-last --lr"}}));
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil"), again = folder.path("again.lentil");
  Words first_words{"train",
                    "--arch",
                    "conv 3 k5, relu, flatten, linear 10",
                    "--data",
                    "synth:120,40",
                    "--epochs",
                    "2",
                    "--lr",
                    "0.0125",
                    "--weight-decay",
                    "0.001",
                    "--nesterov",
                    "--seed",
                    "9",
                    "--freeze",
                    "conv1",
                    "--schedule",
                    "step",
                    "--gamma",
                    "0.25",
                    "--label-smoothing",
                    "0.0625",
                    "--validation",
                    "20",
                    "--patience",
                    "1",
                    "-o",
                    file};
  first_words.insert(first_words.end(), batches.begin(), batches.end());
  const auto first = run_json(first_words);
  const std::string command = run_json({"inspect", file})["training"]["command"];
  CHECK_THAT(command, Contains("--arch 'conv 3 k5, relu, flatten, linear 10'") && Contains(recorded));
  const std::string words = command.substr(std::string("lentil ").size());
  const int status = std::system((LENTIL_PROGRAM " " + words + " -q -o " + again + " > /dev/null").c_str());
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  CHECK(run_json({"inspect", again})["weights_hash"] == first["weights_hash"]);
}
