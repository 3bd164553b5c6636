// PlanOptions::accumulate: a step with more images than the plan's batch, which are computed part by part.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <limits>

#include "tests/reference/channels.h"
#include "tests/support/networks.h"

using namespace lentil;
using test::OwnedPlan;
using test::PoisonedArena;

namespace {

constexpr std::uint32_t kImages = 11;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr Sgd kSgd{.rate = 0.1f, .momentum = 0.5f, .weight_decay = 0.01f};
constexpr std::string_view kNormSpec = "input 6, linear 4, bn, tanh, linear 5";
constexpr std::array<std::string_view, 5> kSpecs{
    "input 1x6x6, conv 3 k3, maxpool 2, relu, dropout 0.3, flatten, linear 5",
    "input 1x6x6, conv 3 k3 nobias, tanh, flatten, linear 5",
    "input 20, linear 16, sigmoid, dropout 0.3, linear 7, logsoftmax",
    "input 2x7x7, conv 4 k3 nobias, prelu channels, dropout2d 0.4, avgpool 2, flatten, linear 6 nobias, "
    "prelu, linear 3",
    test::kLenetSpec};

// A training whose step takes the images [begin, end) of one and the same batch.
struct Training {
  Training(std::string_view spec, const PlanOptions& with)
      : options(with),
        file(test::network(spec)),
        plan(file.model(), options),
        arena(arena_bytes(*plan)),
        trainer(*Trainer::create(file.model(), *plan, *kernels::cpu().table, arena.bytes(), 3)),
        outputs(static_cast<std::uint32_t>(trainer.session().output_size())),
        values(test::random_floats(kImages * file.input.count(), 1)),
        pixels(test::random_bytes(kImages * file.input.count(), 2)),
        labels(test::random_bytes(kImages, 3, outputs)),
        targets(test::random_floats(kImages * outputs, 4)) {}

  StepResult step(std::uint32_t begin = 0, std::uint32_t end = kImages, std::uint32_t total = 0) {
    const auto of = [&]<class T>(const std::vector<T>& all) {
      const std::size_t size = all.size() / kImages;
      return std::span<const T>(all).subspan(begin * size, (end - begin) * size);
    };
    const auto from = [&](auto input) {
      return options.loss == Loss::mse ? trainer.step(input, of(targets), kSgd, total)
                                       : trainer.step(input, of(labels), kSgd, total);
    };
    return options.input == InputType::uint8 ? from(of(pixels)) : from(of(values));
  }
  std::uint64_t hash() const { return weights_hash(trainer.session()); }

  PlanOptions options;
  formats::ModelFile file;
  OwnedPlan plan;
  PoisonedArena arena;
  Trainer trainer;
  std::uint32_t outputs;
  std::vector<float> values;
  std::vector<std::uint8_t> pixels, labels;
  std::vector<float> targets;
};

PlanOptions in_parts(std::uint32_t of_images) {
  return {.mode = Mode::train, .batch = of_images, .accumulate = true};
}
PlanOptions whole(PlanOptions options) {
  options.batch = kImages;
  options.accumulate = false;
  return options;
}

void check_equal(const StepResult& a, const StepResult& b) {
  CHECK(a.status == b.status);
  CHECK(a.loss == b.loss);
  CHECK(a.correct == b.correct);
}

}  // namespace

TEST_CASE("parts of any size give the bits of the whole batch, small or fast, fused or not") {
  const auto spec = GENERATE(from_range(kSpecs.begin(), kSpecs.end()));
  PlanOptions options = in_parts(GENERATE(1u, 2u, 4u, kImages));
  options.goal = GENERATE(Goal::small, Goal::fast);
  options.fuse = GENERATE(false, true);
  Training parts(spec, options), at_once(spec, whole(options));
  INFO(spec << ", parts of " << options.batch);
  for (int step = 0; step < 2; ++step) {
    check_equal(parts.step(), at_once.step());
    REQUIRE(parts.hash() == at_once.hash());
  }
  CHECK(parts.arena.guards_intact());
}

TEST_CASE("every loss and input type may come in parts") {
  PlanOptions options = in_parts(4);
  options.loss = GENERATE(Loss::cross_entropy, Loss::nll, Loss::mse);
  options.input = GENERATE(InputType::float32, InputType::uint8);
  // Folded normalisation; without a bias its gradient is needed all the same.
  const auto spec = GENERATE(kSpecs[0], kSpecs[1]);
  Training parts(spec, options), at_once(spec, whole(options));
  for (int step = 0; step < 2; ++step) {
    check_equal(parts.step(), at_once.step());
    REQUIRE(parts.hash() == at_once.hash());
  }
}

TEST_CASE("a step's images may come in several calls, and the weights move with the last one") {
  Training calls(kSpecs[0], in_parts(3)), at_once(kSpecs[0], whole(in_parts(3)));
  Training first_four(kSpecs[0], whole(in_parts(3))), first_nine(kSpecs[0], whole(in_parts(3)));
  const std::uint64_t before = calls.hash();
  check_equal(calls.step(0, 4, kImages), first_four.step(0, 4));
  check_equal(calls.step(4, 9, kImages), first_nine.step(0, 9));
  CHECK(calls.hash() == before);
  CHECK(calls.trainer.steps_done() == 0);
  check_equal(calls.step(9, kImages, kImages), at_once.step());
  CHECK(calls.hash() == at_once.hash());
  CHECK(calls.trainer.steps_done() == 1);
  check_equal(calls.step(), at_once.step());
  CHECK(calls.hash() == at_once.hash());
}

TEST_CASE("without accumulate a step has no more images than the batch, and all in one call") {
  PlanOptions options = in_parts(3);
  options.accumulate = false;
  Training training(kSpecs[0], options);
  CHECK(training.step(0, 4).status == Status::bad_batch);
  CHECK(training.step(0, 2, 3).status == Status::bad_batch);
  CHECK(training.step(0, 3, 3).status == Status::ok);
}

TEST_CASE("an error in a later call drops the whole step and leaves everything as it was") {
  const auto spec = GENERATE(kSpecs[2], kNormSpec);
  INFO(spec);
  Training training(spec, in_parts(4)), other(spec, in_parts(4));
  REQUIRE(training.step().status == Status::ok);
  REQUIRE(other.step().status == Status::ok);
  const auto labels = training.labels;
  const auto values = training.values;
  struct Fault {
    Status status;
    void (*make)(Training&);
    std::uint32_t total = kImages;
  };
  const auto fault = GENERATE(
      Fault{Status::label_out_of_range, [](Training& t) { t.labels[7] = 255; }},
      Fault{Status::wrong_size, [](Training& t) { t.values.resize(t.values.size() - kImages); }},
      Fault{Status::non_finite_loss, [](Training& t) { t.values[t.values.size() / kImages * 9 - 1] = kNan; }},
      Fault{Status::bad_batch, [](Training&) {}, 5}, Fault{Status::bad_batch, [](Training&) {}, 8},
      Fault{Status::bad_batch, [](Training&) {}, kImages + 1}, Fault{Status::bad_batch, [](Training&) {}, 0});
  const std::uint64_t before = training.hash();
  REQUIRE(training.step(0, 6, kImages).status == Status::ok);
  fault.make(training);
  CHECK(training.step(6, 9, fault.total).status == fault.status);
  CHECK(training.hash() == before);
  CHECK(training.trainer.steps_done() == 1);
  training.labels = labels;
  training.values = values;
  check_equal(training.step(), other.step());
  CHECK(training.hash() == other.hash());
}

TEST_CASE("batch-norm takes its statistics from one part after the other") {
  Training training("input 3, bn, linear 2", in_parts(4));
  REQUIRE(training.step(0, 8).status == Status::ok);
  const Layer norm = training.file.model().layer(0);
  std::vector<float> mean(3, 0.0f);
  for (const std::size_t first : {0u, 4u}) {
    reference::Images<float> part;
    for (std::size_t b = first; b < first + 4; ++b)
      part.emplace_back(training.values.begin() + static_cast<std::ptrdiff_t>(3 * b),
                        training.values.begin() + static_cast<std::ptrdiff_t>(3 * b + 3));
    const auto s = reference::batch_statistics<float>(part, 3, norm.epsilon);
    reference::update_running<float>(mean, s.mean, norm.momentum);
  }
  const auto running = training.trainer.session().tensor(0, Slot::running_mean);
  CHECK(std::vector<float>(running.begin(), running.end()) == mean);
}

TEST_CASE("a batch of 64 in parts of 8 needs less memory than in one piece") {
  const auto file = test::network(test::kLenetSpec);
  const auto bytes = [&](const PlanOptions& options) {
    return arena_bytes(*OwnedPlan(file.model(), options));
  };
  PlanOptions at_once{.mode = Mode::train, .batch = 64};
  CHECK(2 * bytes(in_parts(8)) < bytes(at_once));
  // What it costs: a gradient for every weight.
  PlanOptions eight{.mode = Mode::train, .batch = 8};
  CHECK(bytes(in_parts(8)) >= bytes(eight) + 21840 * sizeof(float));
}
