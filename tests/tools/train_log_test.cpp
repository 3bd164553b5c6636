#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

constexpr const char* kData = "synth:150,40";

Ended train(Words words) {
  const TemporaryFolder folder;
  words.insert(words.begin(), {"train", "--arch", "logreg", "--data", kData, "--epochs", "1", "--batch-size",
                               "40", "-o", folder.path("m.lentil")});
  const Ended ended = run_lentil(words);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return ended;
}

// The lines of the log, without the values of the losses.
std::vector<std::string> log_lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    const std::size_t loss = line.find("oss: ");
    if (loss == std::string::npos) continue;
    std::size_t i = loss + 5;
    while (i < line.size() && line[i] != ',') line[i] = line[i] == '.' ? '.' : '9', ++i;
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("the log has the bytes of PyTorch's examples") {
  const Ended ended = train({"--log-interval", "1"});
  const auto lines = log_lines(ended.err);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == "Train Epoch: 1 [0/150 (0%)]\tLoss: 9.999999");
  CHECK(lines[1] == "Train Epoch: 1 [40/150 (25%)]\tLoss: 9.999999");
  CHECK(lines[2] == "Train Epoch: 1 [80/150 (50%)]\tLoss: 9.999999");
  CHECK(lines[3] == "Train Epoch: 1 [90/150 (75%)]\tLoss: 9.999999");  // the last batch has 30
  CHECK_THAT(lines[4], Catch::Matches("Test set: Average loss: 9\\.9999, Accuracy: [0-9]+/40 \\([0-9]+%\\)"));
}

TEST_CASE("the log counts steps, however many batches make one") {
  const Ended ended = train({"--log-interval", "1", "--batch-size", "20", "--accumulate", "2"});
  const auto lines = log_lines(ended.err);
  REQUIRE(lines.size() == 5);
  CHECK(lines[2] == "Train Epoch: 1 [80/150 (50%)]\tLoss: 9.999999");
  CHECK_THAT(ended.err, Contains("batch 20 x 2, seed 1"));
}

TEST_CASE("the log of an epoch without its last batch counts the images that are used") {
  const Ended ended = train({"--log-interval", "1", "--drop-last"});
  const auto lines = log_lines(ended.err);
  REQUIRE(lines.size() == 4);
  CHECK(lines[2] == "Train Epoch: 1 [80/120 (67%)]\tLoss: 9.999999");
}

TEST_CASE("the tutorial's interval and batch give the tutorial's lines") {
  const TemporaryFolder folder;
  const Ended ended =
      run_lentil({"train", "--arch", "input 1x28x28, maxpool 14, flatten, linear 10", "--data",
                  "synth:60000,10", "--epochs", "1", "-o", folder.path("m.lentil")});
  const auto lines = log_lines(ended.err);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == "Train Epoch: 1 [0/60000 (0%)]\tLoss: 9.999999");
  CHECK(lines[1] == "Train Epoch: 1 [25600/60000 (43%)]\tLoss: 9.999999");
  CHECK(lines[2] == "Train Epoch: 1 [51200/60000 (85%)]\tLoss: 9.999999");
}

TEST_CASE("the plain log tells the percentage with two digits") {
  const Ended ended = train({"--log-format", "plain", "--log-interval", "3"});
  CHECK_THAT(ended.err, Contains("epoch 1/1  40/150  loss ") && Contains("epoch 1/1  150/150  loss "));
  CHECK_THAT(ended.err, !Contains("80/150"));
  CHECK_THAT(ended.err, Catch::Matches("[^]*epoch 1/1  test: [0-9]+/40 correct \\([0-9.]+ %\\), loss [^]*"));
}

TEST_CASE("progress can be switched off, and quiet says nothing at all") {
  const Ended none = train({"--progress", "none"});
  CHECK_THAT(none.err, !Contains("Train Epoch") && !Contains("Test set") && Contains("7,850 parameters"));
  const Ended quiet = train({"-q"});
  CHECK(quiet.err.empty());
  CHECK_THAT(quiet.out, Contains("correct"));
}

TEST_CASE("a bar can be asked for without a terminal") {
  const Ended ended = train({"--progress", "bar"});
  CHECK_THAT(ended.err, Contains("\repoch 1/1 ") && Contains("loss"));
}
