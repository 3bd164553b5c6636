#include "formats/model_file.h"
#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

// Has seen a hundred digits once.
std::string trained(const TemporaryFolder& folder, const Words& more = {}) {
  const std::string file = folder.path("base.lentil");
  Words words{"train", "--arch", "mlp", "--data", "synth:100,50", "--epochs", "1", "-q", "-o", file};
  words.insert(words.end(), more.begin(), more.end());
  REQUIRE(run_lentil(words).code == 0);
  return file;
}

Words finetune(const std::string& file, const std::string& output, const Words& more = {}) {
  Words words{"finetune", file, "--data", "synth:200,60,7", "--corrections", "40", "-o", output};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

lentil::formats::ModelFile load(const std::string& path) {
  const auto file = lentil::formats::load_model_file(path);
  REQUIRE(file);
  return *file;
}

// Steps too small to change a weight.
Words hopeless(const std::string& file, const std::string& output) {
  return finetune(file, output, {"--lr", "1e-30"});
}

}  // namespace

TEST_CASE("finetune writes better weights and reports before and after") {
  const TemporaryFolder folder;
  const std::string base = trained(folder), mine = folder.path("mine.lentil");
  const auto result = run_json(finetune(base, mine, {"--old", "synth:1,80"}));
  CHECK(result["kept"] == true);
  CHECK(result["file"] == mine);
  CHECK(result["corrections"] == 40);
  CHECK(result["judges"] == 8);
  CHECK(result["replayed"] == 100);
  CHECK(result["new"]["total"] == 60);
  CHECK(result["new"]["after"]["correct"] > result["new"]["before"]["correct"]);
  CHECK(result["old"]["total"] == 80);
  CHECK(result["weights_hash"] != result["base_hash"]);
  const auto eval = run_json({"eval", mine, "--data", "synth:1,60,7"});
  CHECK(eval["weights_hash"] == result["weights_hash"]);
  CHECK(eval["correct"] == result["new"]["after"]["correct"]);
  CHECK(eval["golden"]["pass"] == true);
  const auto command = load(mine).training->command;
  CHECK_THAT(command, Contains("lentil train") && Contains("; lentil finetune " + base));
  CHECK_THAT(command, Contains("--corrections 40") && Contains(result["base_hash"].get<std::string>()));
}

TEST_CASE("finetune shows a table for people") {
  const TemporaryFolder folder;
  const std::string mine = folder.path("mine.lentil");
  const Ended ended = run_lentil(finetune(trained(folder), mine));
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out, Contains("before") && Contains("after") && Contains("held out") &&
                            Contains("replayed pictures") && Contains("kept: yes") &&
                            Contains("lentil finetune --undo " + mine));
  CHECK_THAT(ended.err, Contains("40 corrections from synth:200,60,7"));
}

TEST_CASE("the same seed learns the same weights for any number of threads") {
  const TemporaryFolder folder;
  const std::string base = trained(folder), mine = folder.path("mine.lentil");
  const auto hash = [&](const Words& more) { return run_json(finetune(base, mine, more))["weights_hash"]; };
  const auto expected = hash({"--threads", "1"});
  CHECK(hash({"--threads", "3"}) == expected);
  CHECK(hash({"--seed", "2"}) != expected);
}

TEST_CASE("undo puts the old weights back once") {
  const TemporaryFolder folder;
  const std::string base = trained(folder), mine = folder.path("mine.lentil");
  const std::string old = read_text(base);
  REQUIRE(run_json(finetune(base, mine))["kept"] == true);
  REQUIRE(run_json(finetune(base, base))["kept"] == true);  // in place
  CHECK(read_text(base) != old);
  for (const std::string& file : {base, mine}) {
    CHECK(run_lentil({"finetune", "--undo", file}).code == 0);
    CHECK(read_text(file) == old);
    const Ended again = run_lentil({"finetune", "--undo", file});
    CHECK(again.code == 1);
    CHECK_THAT(again.err, Contains("nothing to undo") && Contains(file + ".bak"));
    CHECK(read_text(file) == old);
  }
}

TEST_CASE("undo does not take what is no model") {
  const TemporaryFolder folder;
  const std::string base = trained(folder), old = read_text(base);
  write_text(base + ".bak", "no model");
  const Ended ended = run_lentil({"finetune", "--undo", base});
  CHECK(ended.code == 1);
  CHECK_THAT(ended.err, Contains("cannot undo"));
  CHECK(read_text(base) == old);
}

TEST_CASE("weights that are no better stay out of the file") {
  const TemporaryFolder folder;
  const std::string base = trained(folder), mine = folder.path("mine.lentil"), old = read_text(base);
  const Ended ended = run_lentil(hopeless(base, mine));
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out, Contains("kept: no") && Contains("old weights"));
  CHECK(read_text(mine) == old);
  CHECK(run_json(hopeless(base, base))["kept"] == false);
  CHECK(read_text(base) == old);
}

TEST_CASE("a new head learns new classes") {
  const TemporaryFolder folder;
  const std::string base = trained(folder), mine = folder.path("mine.lentil");
  const Words names{"--new-head", "a,b,c,d,e,f,g,h,i,j", "--corrections", "150", "--lr", "0.05"};
  const auto result = run_json(finetune(base, mine, names));
  CHECK(result["kept"] == true);
  CHECK(result["replayed"] == 0);
  CHECK(result["new"]["before"]["correct"] < 25);
  CHECK(result["new"]["after"]["correct"] > 35);
  CHECK(load(mine).labels[2] == "c");

  CHECK(run_json(finetune(base, mine, {"--new-head", "12"}))["kept"] == true);
  CHECK(load(mine).layers.back().settings.type == lentil::LayerType::log_softmax);
  CHECK(run_json({"inspect", mine})["parameters"] == 785 * 128 + 129 * 64 + 65 * 12);
}

TEST_CASE("frozen layers keep their weights") {
  const TemporaryFolder folder;
  const std::string base = folder.path("base.lentil"), mine = folder.path("mine.lentil");
  REQUIRE(run_lentil({"train", "--arch", "mlp", "--data", "synth:300,50", "--epochs", "1", "-q", "-o", base})
              .code == 0);
  const auto before = load(base);
  std::string first;
  for (const auto& layer : before.layers) {
    if (first.empty() && !layer.tensors[0].empty()) first = layer.name;
  }
  REQUIRE(run_json(finetune(base, mine, {"--freeze", first}))["kept"] == true);
  const auto after = load(mine);
  for (std::size_t i = 0; i < before.layers.size(); ++i) {
    const auto &a = before.layers[i], &b = after.layers[i];
    if (!a.tensors[0].empty()) CHECK((a.tensors[0] == b.tensors[0]) == (a.name == first));
  }
}

TEST_CASE("train puts pictures to replay into the file, and finetune uses them") {
  const TemporaryFolder folder;
  const std::string drawn = trained(folder, {"--replay", "12"});
  CHECK(load(drawn).replay.size() == 12);
  const std::string mine = folder.path("mine.lentil");
  CHECK(run_json(finetune(drawn, mine))["replayed"] == 12);
  CHECK(load(mine).replay.size() == 12);
  CHECK(run_json(finetune(drawn, mine, {"--replay", "5"}))["replayed"] == 5);
  CHECK(run_json(finetune(drawn, mine, {"--replay", "0"}))["replayed"] == 0);
  CHECK(run_json(finetune(drawn, mine, {"--replay-from", "synth:70,1"}))["replayed"] == 70);
  const std::string own = trained(folder, {"--force", "--replay", "9", "--replay-from", "synth:40,1,5"});
  CHECK(load(own).replay.size() == 9);
}

TEST_CASE("finetune refuses what makes no sense") {
  const TemporaryFolder folder;
  const std::string base = trained(folder), mine = folder.path("mine.lentil");
  const auto refused = [](const Words& words, const std::string& why, int code = 2) {
    const Ended ended = run_lentil(words);
    CHECK(ended.code == code);
    CHECK_THAT(ended.err, Contains(why));
  };
  refused({"finetune"}, "FILE is missing");
  refused({"finetune", base, "-o", mine}, "--data is missing");
  refused({"finetune", base, "--data", "synth"}, "-o is missing");
  refused({"finetune", "--undo"}, "--undo needs the FILE");
  refused({"finetune", "--undo", base, "-o", mine}, "one FILE");
  refused(finetune(base, mine, {"--undo"}), "--undo");
  refused(finetune(base, mine, {"--lr", "0"}), "--lr must be above 0");
  refused(finetune(base, mine, {"--share", "0"}), "--share must be above 0");
  refused(finetune(base, mine, {"--share", "nan"}), "--share takes a number");
  refused(finetune(base, mine, {"--new-head", "1"}), "2 to 256 classes");
  refused(finetune(base, mine, {"--new-head", "4294967297"}), "2 to 256 classes");
  refused(finetune(base, mine, {"--new-head", "12", "--replay", "5"}), "--replay-from");
  refused(finetune(base, mine, {"--replay", "0", "--replay-from", "synth"}), "--replay 0");
  refused(finetune(base, mine, {"--freeze", "nobody"}), "no layer with weights has this name");
  refused(finetune(base, mine, {"--new-head", "3"}), "label", 1);
  refused(finetune(folder.path("none.lentil"), mine), "none.lentil", 1);
  refused({"finetune", base, "--data", folder.path("nowhere"), "-o", mine}, "nowhere", 1);
  refused(finetune(base, folder.path("no/folder.lentil")), "there is no folder", 1);
  CHECK_FALSE(std::filesystem::exists(mine));
  refused({"train", "--data", "synth", "--replay-from", "synth"}, "give both");
}

TEST_CASE("finetune that is interrupted writes nothing") {
  const TemporaryFolder folder;
  const std::string base = trained(folder), mine = folder.path("mine.lentil");
  Running running(finetune(base, mine, {"--steps", "2000000000"}));
  running.wait_for("known pictures");
  running.send(SIGINT);
  const Ended ended = running.finish();
  CHECK(ended.code == 130);
  CHECK_THAT(ended.err, Contains("nothing was written"));
  CHECK_FALSE(std::filesystem::exists(mine));
}
