#include "formats/host/cuda/learner.h"

#include "formats/host/model_learner.h"
#include "formats/host/synth.h"
#include "tests/formats/host/cuda/fake.h"

using namespace lentil;
using namespace lentil::formats;
using namespace lentil::test;
using Catch::Contains;
using cuda::LearnSteps;

namespace {

constexpr std::uint32_t kBatch = 6;
constexpr std::uint64_t kSeed = 3;

ModelFile base() { return network("input 1x28x28, maxpool 4, dropout 0.2, flatten, linear 10, logsoftmax"); }

ModelLearner learner_of(const ModelFile& file) {
  auto learner = ModelLearner::create(file, {.corrections = 30, .batch = kBatch, .seed = kSeed});
  REQUIRE(learner);
  const Dataset digits = synth_dataset(30, 3, SynthPart::train);
  for (std::size_t i = 0; i < digits.size(); ++i)
    REQUIRE(learner->correct(digits.image(i), digits.labels[i]));
  return std::move(*learner);
}

LearnOptions options() {
  return {.batch = kBatch, .passes = 3, .forgotten = 1, .targets = ReplayTargets::labels};
}

}  // namespace

TEST_CASE("a learning whose steps a GPU does keeps what the processor would, again and again") {
  FakeCuda fake;
  const ModelFile file = base();
  ModelLearner expected = learner_of(file), learner = learner_of(file);
  const auto gpu = open_fake();
  auto steps = LearnSteps::create(*gpu, file.model(), {}, kBatch, kSeed);
  REQUIRE(steps);
  for (int lesson = 0; lesson < 2; ++lesson) {
    LearnOptions on_gpu = options();
    on_gpu.device = steps->device();
    const auto cpu = expected.learn(options());
    const auto report = learner.learn(on_gpu);
    REQUIRE(cpu);
    REQUIRE(report);
    CHECK(cpu->kept);
    CHECK(report->kept == cpu->kept);
    CHECK(report->steps == cpu->steps);
    CHECK(report->share == cpu->share);
    CHECK(report->corrections_after.loss == cpu->corrections_after.loss);
    CHECK(weights_hash(learner.session()) == weights_hash(expected.session()));
  }
  CHECK_FALSE(steps->failure());
}

TEST_CASE("when the GPU fails, nothing is learnt, and the reason can be had") {
  FakeCuda fake;
  const ModelFile file = base();
  ModelLearner learner = learner_of(file);
  const std::uint64_t before = weights_hash(learner.session());
  std::size_t told = 0;
  for (const int call : {1, 4, 9, 30, 100}) {  // taking over, recording, first and later steps
    fake.reset("");
    const auto gpu = open_fake();
    auto steps = LearnSteps::create(*gpu, file.model(), {}, kBatch, kSeed);
    REQUIRE(steps);
    LearnOptions on_gpu = options();
    on_gpu.device = steps->device();
    fake.reset("fail_at=" + std::to_string(call));
    const auto report = learner.learn(on_gpu);
    REQUIRE(report);
    if (!steps->failure()) continue;  // recording: done without
    ++told;
    CHECK(report->stopped);
    CHECK_FALSE(report->kept);
    CHECK_THAT(steps->failure()->message, Contains("719"));
    CHECK(weights_hash(learner.session()) == before);
  }
  CHECK(told >= 3);
}

TEST_CASE("a plan that accumulates has no use for a device") {
  const ModelFile file = base();
  const OwnedPlan plan(file.model(),
                       {.mode = Mode::train, .input = InputType::uint8, .batch = 2, .accumulate = true});
  const LearnerLimits limits{.corrections = 4, .replay = 0};
  PoisonedArena arena(learner_bytes(file.model(), *plan, limits));
  auto learner = Learner::create(file.model(), *plan, *kernels::cpu().table, arena.bytes(), limits, kSeed);
  REQUIRE(learner);
  REQUIRE(learner->correct(random_bytes(784, 1), 3) == Status::ok);
  LearnOptions on_gpu = options();
  on_gpu.device.step = [](void*, std::span<const std::uint8_t>, std::span<const float>, const Sgd&) {
    return true;
  };
  CHECK(learner->learn({}, on_gpu).status == Status::wrong_mode);
}
