#include "kernels/device.h"
#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

const Words kTutorial{"train", "--data", "synth:600,200", "--epochs", "2", "--batch-size", "50"};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Trains to a file of its own.
nlohmann::json train(const Words& more, const Words& environment = {}) {
  const TemporaryFolder folder;
  return run_json(with(with(kTutorial, {"-o", folder.path("m.lentil")}), more), environment);
}

}  // namespace

TEST_CASE("every way to train gives the same weights") {
  const auto reference = train({});
  const std::string hash = reference["weights_hash"];
  for (const Words& way :
       {Words{"--threads", "1"}, Words{"--threads", "2"}, Words{"--threads", "3"}, Words{"--goal", "small"},
        Words{"--no-fuse"}, Words{"--goal", "small", "--no-fuse", "--threads", "3"},
        Words{"--test-batch-size", "7"}}) {
    const auto result = train(way);
    INFO(way[0] << " " << way.back());
    CHECK(result["weights_hash"] == hash);
    CHECK(result["test"] == reference["test"]);
  }
}

TEST_CASE("distorted images are the same for every number of threads") {
  const std::string hash = train({"--augment", "full", "--threads", "1"})["weights_hash"];
  CHECK(train({"--augment", "full", "--threads", "3"})["weights_hash"] == hash);
}

TEST_CASE("every instruction set gives the same weights") {
  const std::string hash = train({"--max-steps", "4"})["weights_hash"];
  for (const auto& isa : lentil::kernels::isas()) {
    if (!isa.supported()) continue;
    const std::string name(isa.name);
    const auto result = train({"--max-steps", "4"}, {"LENTIL_ISA=" + name});
    CHECK(result["isa"] == name);
    CHECK(result["weights_hash"] == hash);
  }
}

TEST_CASE("another seed, rate, schedule or batch gives other weights") {
  const auto reference = train({});
  for (const Words& way :
       {Words{"--seed", "2"}, Words{"--lr", "0.004"}, Words{"--batch-size", "49"}, Words{"--momentum", "0.8"},
        Words{"--weight-decay", "0.01"}, Words{"--nesterov"}, Words{"--freeze", "conv1"},
        Words{"--schedule", "step"}, Words{"--schedule", "step", "--gamma", "0.5"},
        Words{"--schedule", "cosine"}, Words{"--schedule", "one-cycle"}, Words{"--label-smoothing", "0.1"},
        Words{"--validation", "50"}, Words{"--augment", "light"}, Words{"--augment", "light,shift=3"},
        Words{"--mix", "synth:10,10,3"}, Words{"--accumulate", "2"},
        Words{"--accumulate", "5", "--drop-last"}}) {
    INFO(way[0]);
    CHECK(train(way)["weights_hash"] != reference["weights_hash"]);
  }
}

TEST_CASE("accumulated batches give the weights of one batch of their size, dropout included") {
  const auto whole = train({"--batch-size", "64"});
  for (const Words& way : {Words{"--batch-size", "16", "--accumulate", "4"},
                           Words{"--batch-size", "16", "--accumulate", "4", "--goal", "small"},
                           Words{"--batch-size", "1", "--accumulate", "64", "--no-fuse"}}) {
    INFO(way[1]);
    const auto parts = train(way);
    CHECK(parts["weights_hash"] == whole["weights_hash"]);
    CHECK(parts["steps"] == whole["steps"]);
    CHECK(parts["test"] == whole["test"]);
  }
}

TEST_CASE("as many accumulated images as there are, or more, are one step of all") {
  const auto full = train({"--batch-size", "full"});
  CHECK(full["steps"] == 2);
  for (const char* count : {"12", "13", "2147483647"}) {
    CHECK(train({"--accumulate", count})["weights_hash"] == full["weights_hash"]);
  }
}

TEST_CASE("a training in parts gives the weights of one in a piece") {
  for (const Words& way : {Words{}, Words{"--momentum", "0"}, Words{"--freeze", "conv1,fc1", "--nesterov"},
                           Words{"--goal", "small", "--weight-decay", "0.001"},
                           Words{"--schedule", "one-cycle", "--label-smoothing", "0.1"},
                           Words{"--schedule", "step", "--gamma", "0.1"},
                           Words{"--augment", "full,rotate=20", "--mix", "synth:55,10,3"},
                           Words{"--batch-size", "20", "--accumulate", "2", "--drop-last"}}) {
    const TemporaryFolder folder;
    const std::string file = folder.path("m.lentil");
    const auto whole = train(way);
    // In the first epoch, at its end, in the second.
    auto part = run_json(with(with(kTutorial, {"-o", file, "--max-steps", "5"}), way));
    CHECK(part["steps"] == 5);
    CHECK(part["finished"] == false);
    for (const char* steps : {"12", "13", "20"}) {
      part = run_json({"train", "--resume", "-o", file, "--max-steps", steps, "--threads", "3"});
    }
    CHECK(part["steps"] == 20);
    CHECK(part["epochs"] == 1);
    const auto rest = run_json({"train", "--resume", "-o", file, "--no-fuse"});
    CHECK(rest["weights_hash"] == whole["weights_hash"]);
    CHECK(rest["steps"] == whole["steps"]);
    CHECK(rest["test"] == whole["test"]);
    CHECK(rest["finished"] == true);
  }
}

TEST_CASE("frozen layers keep their weights and statistics, and their names must be known") {
  // A larger rate for separable: most of its batch-norms are followed by another one, which takes away their
  // scale, so that they move little.
  const auto& [arch, frozen, rate] = GENERATE(table<std::string, std::string, std::string>(
      {{"lenet", "conv1,conv2", "0.005"}, {"separable", "bn1,pointwise1,bn7", "0.1"}}));
  const TemporaryFolder folder;
  const std::string base = folder.path("base.lentil"), tuned = folder.path("tuned.lentil");
  run_json({"train", "--arch", arch, "--data", "synth:60,20", "--max-steps", "2", "-o", base});
  run_json({"train", "--arch", base, "--data", "synth:60,20", "--freeze", frozen, "--lr", rate, "--max-steps",
            "2", "-o", tuned});
  const auto before = run_json({"inspect", base})["tensors"], after = run_json({"inspect", tuned})["tensors"];
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::string name = before[i]["name"];
    INFO(name);
    const std::string layer = name.substr(0, name.find('.'));
    CHECK((before[i] == after[i]) == (("," + frozen + ",").find("," + layer + ",") != std::string::npos));
  }
  const Ended ended = run_lentil(with(kTutorial, {"-o", folder.path("x"), "--freeze", "conv3"}));
  CHECK(ended.code == 2);
  CHECK_THAT(ended.err, Contains("conv3") && Contains("conv1, conv2, fc1, fc2"));
}

TEST_CASE("a loss that is no number stops the training and saves nothing") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  const Ended ended = run_lentil(with(kTutorial, {"-o", file, "--lr", "100000"}));
  CHECK(ended.code == 1);
  CHECK(ended.out.empty());
  CHECK_THAT(ended.err, Contains("learning rate than 100000") && Contains("Nothing was saved"));
  CHECK(read_text(file).empty());
}
