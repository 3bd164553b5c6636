#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

// The message of a command line that is refused.
std::string refused(const Words& words) {
  const Ended ended = run_lentil(words);
  INFO(ended.err);
  CHECK(ended.code == 2);
  CHECK(ended.out.empty());
  return ended.err;
}

}  // namespace

TEST_CASE("an unknown option is refused, with the nearest one named") {
  CHECK_THAT(refused({"train", "--epoch", "3"}),
             Contains("unknown option '--epoch' (did you mean '--epochs'?)"));
  CHECK_THAT(refused({"train", "--epoch=3"}), Contains("unknown option '--epoch'"));
  CHECK_THAT(refused({"eval", "--fast"}), Contains("unknown option '--fast'"));
}

TEST_CASE("an operand that is missing or one too many is refused") {
  CHECK_THAT(refused({"eval"}), Contains("FILE is missing"));
  CHECK_THAT(refused({"inspect", "a", "b", "c"}), Contains("'c' is one word too many"));
  CHECK_THAT(refused({"train", "data"}), Contains("'data' is one word too many"));
}

TEST_CASE("an option without its value is refused") {
  CHECK_THAT(refused({"train", "--epochs"}), Contains("--epochs needs a value"));
}

TEST_CASE("numbers are whole, real and in their range") {
  CHECK_THAT(refused({"train", "--epochs", "many"}), Contains("--epochs takes a whole number from 1"));
  CHECK_THAT(refused({"train", "--epochs", "0"}), Contains("not '0'"));
  CHECK_THAT(refused({"train", "--epochs", "1.5"}), Contains("not '1.5'"));
  CHECK_THAT(refused({"train", "--epochs", "99999999999"}), Contains("--epochs"));
  CHECK_THAT(refused({"train", "--seed=-1"}), Contains("--seed takes a whole number"));
  CHECK_THAT(refused({"train", "--lr", "fast"}), Contains("--lr takes a number"));
  CHECK_THAT(refused({"train", "--lr", "nan"}), Contains("--lr takes a number"));
  CHECK_THAT(refused({"train", "--momentum", "1.5"}), Contains("from 0 to 1"));
  CHECK_THAT(refused({"train", "--threads", "5000"}), Contains("from 0 to 1024"));
  CHECK_THAT(refused({"train", "--batch-size", "half"}), Contains("--batch-size"));
}

TEST_CASE("a choice is one of its words") {
  CHECK_THAT(refused({"train", "--goal", "tiny"}), Contains("--goal takes small, fast, not 'tiny'"));
  CHECK_THAT(refused({"train", "--progress", "dots"}), Contains("auto, bar, plain, none"));
  CHECK_THAT(refused({"train", "--log-format", "xml"}), Contains("pytorch"));
}

TEST_CASE("options are taken with a blank or an equals sign, and the last one counts") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  const auto result =
      run_json({"train", "--data=synth:60,20", "--epochs=7", "--epochs", "1", "-o", file, "--arch=logreg"});
  CHECK(result["epochs"] == 1);
}

TEST_CASE("operands are one or more words, with options among them") {
  const auto files = [](const Words& words) {
    Words all{"predict", LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil"};
    all.insert(all.end(), words.begin(), words.end());
    Words found;  // nothing is there: each is answered with an error
    for (const auto& answer : nlohmann::json::parse(run_lentil(all).out)) found.push_back(answer["file"]);
    return found;
  };
  CHECK(files({"/no/a", "--json", "/no/b", "--", "--no"}) == Words{"/no/a", "/no/b", "--no"});
  CHECK(files({"--json", "/no/a"}) == Words{"/no/a"});
  CHECK_THAT(refused({"predict", "model", "--json"}), Contains("IMAGE is missing"));
}
