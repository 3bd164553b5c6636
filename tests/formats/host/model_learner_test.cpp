#include "formats/host/model_learner.h"

#include <catch2/catch.hpp>

#include "formats/host/samples.h"
#include "formats/host/synth.h"
#include "tests/support/networks.h"
#include "tests/support/temporary_folder.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;

namespace {

// Knows nothing yet, and has all that travels with a model.
std::string saved_network(const test::TemporaryFolder& folder) {
  ModelFile file = test::network("input 1x28x28, flatten, linear 10, logsoftmax");
  file.golden = drawn_samples(file, 2);
  REQUIRE(renew_golden(*kernels::cpu().table, file));
  file.training =
      TrainingRecord{.data = "synth", .command = "lentil train", .tool = "t", .files = {}, .numbers = {}};
  file.training->numbers.total = 5;
  file.description = "of the old weights";
  file.licence = "Apache-2.0";
  const std::string path = folder.path("m.lentil");
  REQUIRE(save_model_file(path, file));
  return path;
}

void correct(ModelLearner& learner, std::uint32_t count) {
  const Dataset digits = synth_dataset(count, 3, SynthPart::train);
  for (std::size_t i = 0; i < count; ++i) REQUIRE(learner.correct(digits.image(i), digits.labels[i]));
}

}  // namespace

TEST_CASE("pictures of any size are prepared, classified and learnt from") {
  const test::TemporaryFolder folder;
  auto learner = ModelLearner::open(saved_network(folder));
  REQUIRE(learner);
  Image image{.width = 90, .height = 120, .channels = 3};
  image.pixels.assign(90 * 120 * 3, 250);
  for (std::size_t y = 20; y < 100; ++y) std::fill_n(image.pixels.begin() + (y * 90 + 40) * 3, 36, 10);
  for (int i = 0; i < 30; ++i) REQUIRE(learner->correct(image, 1));
  CHECK(learner->corrections() == 30);
  REQUIRE(learner->learn({.targets = ReplayTargets::labels}));
  const auto answer = learner->classify(image);
  REQUIRE(answer);
  CHECK(answer->label == 1);
  CHECK(answer->probability > 0.5f);

  const Image empty{.width = 5, .height = 5, .channels = 1, .pixels = std::vector<std::uint8_t>(25, 9)};
  const auto refused = learner->correct(empty, 1);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("looks empty"));
  CHECK_FALSE(learner->classify(empty));
  CHECK(learner->corrections() == 30);
}

TEST_CASE("an app opens, corrects, learns and saves") {
  const test::TemporaryFolder folder;
  const std::string path = saved_network(folder);
  const std::uint64_t before = weights_hash(load_model_file(path)->model());
  auto learner = ModelLearner::open(path);
  REQUIRE(learner);
  correct(*learner, 50);
  CHECK(learner->corrections() == 50);
  CHECK(learner->replayed() == 100);
  const auto report = learner->learn({.targets = ReplayTargets::labels});
  REQUIRE(report);
  CHECK(report->kept);
  CHECK(report->corrections_after.correct > report->corrections_before.correct);

  const ModelLearner moved = std::move(*learner);
  REQUIRE(moved.save(path, "lentil finetune"));
  const auto saved = load_model_file(path);
  REQUIRE(saved);
  const std::uint64_t after = weights_hash(saved->model());
  CHECK(after != before);
  CHECK(saved->training->numbers.weights_hash == after);
  CHECK(saved->training->numbers.total == 0);
  CHECK(saved->training->command == "lentil train; lentil finetune");
  CHECK(saved->description.empty());
  CHECK(saved->licence == "Apache-2.0");
  CHECK(saved->replay.empty());
  REQUIRE(saved->golden.size() == 2);
  CHECK(saved->golden[1].outputs == *run_sample(*kernels::cpu().table, *saved, saved->golden[1]));
}

TEST_CASE("the record counts the corrections where nobody says more") {
  const test::TemporaryFolder folder;
  auto opened = ModelLearner::open(saved_network(folder));
  REQUIRE(opened);
  ModelLearner& learner = *opened;
  correct(learner, 3);
  CHECK(learner.file("")->training->command == "lentil train; 3 corrections learnt");
}

TEST_CASE("what cannot be corrected or learnt is said") {
  const test::TemporaryFolder folder;
  auto opened = ModelLearner::open(saved_network(folder));
  REQUIRE(opened);
  ModelLearner& learner = *opened;
  CHECK_THAT(learner.correct(std::vector<std::uint8_t>(100), 1).error().message,
             Contains("has 100 values, and the network takes 784"));
  CHECK_THAT(learner.correct(std::vector<std::uint8_t>(784), 10).error().message,
             Contains("class 10, and the network tells 10"));
  CHECK_THAT(learner.learn().error().message, Contains("no corrections"));
  correct(learner, 1);
}

TEST_CASE("known pictures of the caller's are checked when it learns") {
  const test::TemporaryFolder folder;
  LearnerSettings settings;
  settings.known = std::vector<Sample>{{.pixels = {1, 2}, .values = {}, .outputs = {}, .label = 1}};
  auto opened = ModelLearner::open(saved_network(folder), settings);
  REQUIRE(opened);
  ModelLearner& learner = *opened;
  correct(learner, 1);
  CHECK_THAT(learner.learn().error().message, Contains("a known picture does not suit the network"));
}

TEST_CASE("files that are missing or cannot learn are refused") {
  const test::TemporaryFolder folder;
  CHECK_THAT(ModelLearner::open(folder.path("none")).error().message, Contains("none"));
  CHECK_THAT(ModelLearner::create(test::network("input 4, relu")).error().message, Contains("cannot learn"));
}

TEST_CASE("a failed save leaves the old file") {
  const test::TemporaryFolder folder;
  const auto learner = ModelLearner::open(saved_network(folder));
  REQUIRE(learner);
  CHECK_FALSE(learner->save(folder.path("no/such/folder.lentil")));
}
