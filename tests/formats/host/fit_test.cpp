#include "formats/host/fit.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "formats/host/aligned_bytes.h"
#include "formats/host/synth.h"
#include "formats/host/thread_pool.h"
#include "formats/initial_weights.h"
#include "formats/model_builder.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;

namespace {

ModelBuilder softmax_regression() { return ModelBuilder("logreg").flatten().linear("fc", 10); }

ModelFile build(const ModelBuilder& builder) {
  auto file = builder.build();
  REQUIRE(file);
  return std::move(*file);
}

// The arena with what lives in it, for `options` but for what a type fixes.
struct Memory {
  Memory(const Model& model, const PlanOptions& options) : plan_bytes(plan_memory_bytes(model)) {
    const auto result = plan(model, options, plan_bytes);
    REQUIRE(result);
    made = *result;
    arena = AlignedBytes(arena_bytes(*made));
  }
  AlignedBytes plan_bytes, arena;
  const Plan* made = nullptr;
};

struct Training {
  Training(const ModelFile& file, const PlanOptions& options, ParallelFor parallel = {})
      : memory(file.model(), options),
        trainer(
            *Trainer::create(file.model(), *memory.made, *kernels::cpu().table, memory.arena, 1, parallel)) {}
  explicit Training(const ModelFile& file, std::uint32_t batch = 16, ParallelFor parallel = {},
                    std::uint32_t threads = 1, InputType input = InputType::uint8)
      : Training(file,
                 {.mode = Mode::train, .input = input, .batch = batch, .threads = threads, .frozen = {}},
                 parallel) {}
  Memory memory;
  Trainer trainer;
};

struct Inference {
  explicit Inference(const ModelFile& file, std::uint32_t batch = 7)
      : memory(file.model(), {.input = InputType::uint8, .batch = batch, .frozen = {}}),
        session(*Session::create(file.model(), *memory.made, *kernels::cpu().table, memory.arena)) {}
  Memory memory;
  Session session;
};

ModelFile initial_model() {
  ModelFile file = build(softmax_regression());
  initialize(file, 3);
  return file;
}

const Dataset& digits() {
  static const Dataset data = synth_dataset(100, 1, SynthPart::train);
  return data;
}

FitOptions options_for(std::uint32_t epochs) {
  return {.batches = {.batch = 16, .seed = 5}, .sgd = {.rate = 0.05f, .momentum = 0.5f}, .epochs = epochs};
}

}  // namespace

TEST_CASE("fit lowers the loss and reports each step") {
  const ModelFile file = initial_model();
  Training training(file);
  const double before = test(training.trainer.session(), digits())->loss;
  std::vector<FitProgress> steps;
  const auto result = fit(training.trainer, digits(), options_for(3), [&](const FitProgress& progress) {
    steps.push_back(progress);
    return true;
  });
  REQUIRE(result);
  CHECK(test(training.trainer.session(), digits())->loss < 0.7 * before);
  REQUIRE(steps.size() == 21);
  for (std::uint32_t i = 0; i < 21; ++i) {
    CHECK(steps[i].epoch == i / 7);
    CHECK(steps[i].step == i + 1);
    CHECK(steps[i].batch == (i % 7 == 6 ? 4u : 16u));
    CHECK(steps[i].images == (i % 7 == 6 ? 100u : 16 * (i % 7 + 1)));
    CHECK(steps[i].images_per_epoch == 100);
    CHECK(steps[i].loss > 0);
    CHECK(steps[i].correct <= steps[i].batch);
  }
  CHECK(result->steps == 21);
  CHECK(result->images == 300);
  CHECK(result->seconds > 0);
  CHECK(result->images_per_second == Approx(300 / result->seconds));
  CHECK(result->cursor == BatchCursor{3, 0});
  CHECK_FALSE(result->stopped);
}

TEST_CASE("fit does the steps of its batches") {
  const ModelFile file = initial_model();
  Training by_fit(file), by_hand(file);
  const FitOptions options = options_for(1);
  REQUIRE(fit(by_fit.trainer, digits(), options));
  Batches batches(100, options.batches);
  while (batches.cursor().epoch == 0) {
    const auto indices = batches.next();
    std::vector<std::uint8_t> pixels(indices.size() * 784), labels(indices.size());
    gather(digits(), indices, pixels, labels);
    REQUIRE(by_hand.trainer.step(std::span<const std::uint8_t>(pixels), labels, options.sgd).status ==
            Status::ok);
  }
  CHECK(weights_hash(by_fit.trainer.session()) == weights_hash(by_hand.trainer.session()));
}

TEST_CASE("fit stopped anywhere and continued gives the weights of an uninterrupted run") {
  const ModelFile file = initial_model();
  Training whole(file);
  REQUIRE(fit(whole.trainer, digits(), options_for(2)));
  const std::uint32_t stop = GENERATE(1u, 6u, 7u, 8u, 13u);
  Training parts(file);
  FitOptions options = options_for(2);
  const auto first = fit(parts.trainer, digits(), options,
                         [&](const FitProgress& progress) { return progress.step < stop; });
  REQUIRE(first);
  CHECK(first->stopped);
  CHECK(first->steps == stop);
  CHECK(weights_hash(parts.trainer.session()) != weights_hash(whole.trainer.session()));
  options.start = first->cursor;
  const auto second = fit(parts.trainer, digits(), options);
  REQUIRE(second);
  CHECK(second->steps == 14 - stop);
  CHECK(weights_hash(parts.trainer.session()) == weights_hash(whole.trainer.session()));
}

TEST_CASE("fit moves the rate along its schedule, in one call or epoch by epoch") {
  const ModelFile file = initial_model();
  FitOptions options = options_for(3);
  options.schedule = {.kind = Schedule::Kind::one_cycle};
  std::vector<float> rates;
  const auto note = [&](const FitProgress& progress) {
    rates.push_back(progress.rate);
    return true;
  };
  Training whole(file), parts(file), constant(file);
  REQUIRE(fit(whole.trainer, digits(), options, note));
  REQUIRE(rates.size() == 21);
  for (std::uint32_t i = 0; i < 21; ++i) {
    CHECK(rates[i] == scheduled(options.schedule, options.sgd, {i, 21, 7}).rate);
  }
  options.schedule_epochs = 3;
  for (std::uint32_t epoch = 0; epoch < 3; ++epoch) {
    options.start = {epoch, 0};
    options.epochs = epoch + 1;
    REQUIRE(fit(parts.trainer, digits(), options));
  }
  CHECK(weights_hash(parts.trainer.session()) == weights_hash(whole.trainer.session()));
  REQUIRE(fit(constant.trainer, digits(), options_for(3)));
  CHECK(weights_hash(constant.trainer.session()) != weights_hash(whole.trainer.session()));
}

TEST_CASE("fit gives the same weights for any number of threads") {
  const ModelFile file = initial_model();
  Training alone(file);
  REQUIRE(fit(alone.trainer, digits(), options_for(1)));
  const std::uint32_t threads = GENERATE(2u, 3u, 7u);
  ThreadPool pool(threads);
  Training shared(file, 16, pool.hook(), threads);
  REQUIRE(fit(shared.trainer, digits(), options_for(1)));
  CHECK(weights_hash(shared.trainer.session()) == weights_hash(alone.trainer.session()));
}

TEST_CASE("fit ends at the step asked for, counted over all calls") {
  const ModelFile file = initial_model();
  Training training(file);
  FitOptions options = options_for(9);
  options.max_steps = 10;
  const auto first = fit(training.trainer, digits(), options);
  REQUIRE(first);
  CHECK(first->steps == 10);
  CHECK(first->cursor == BatchCursor{1, 48});
  CHECK_FALSE(first->stopped);
  options.start = first->cursor;
  CHECK(fit(training.trainer, digits(), options)->steps == 0);
  options.max_steps = 0;
  options.start = {9, 0};
  const auto nothing = fit(training.trainer, digits(), options);
  REQUIRE(nothing);
  CHECK(nothing->steps == 0);
  CHECK(nothing->images_per_second == 0);
}

TEST_CASE("fit and test refuse data that do not suit the network") {
  const ModelFile file = initial_model();
  Training training(file);
  Inference inference(file);
  Dataset data = digits();
  std::string expected;
  SECTION("no images") {
    data = {};
    expected = "holds no images";
  }
  SECTION("another size") {
    data.width = 14;
    data.height = 56;
    data.channels = 2;
    data.pixels.resize(200 * 784);
    expected = "takes images of 1x28x28, drawn has 2x56x14";
  }
  SECTION("missing pixels") {
    data.pixels.pop_back();
    expected = "78400 pixels expected, 78399 given";
  }
  SECTION("a label beyond the outputs") {
    data.labels[50] = 10;
    expected = "tells 10 classes apart, drawn has the label 10";
  }
  if (data.size() != 0) data.name = "drawn";
  const auto fitted = fit(training.trainer, data, options_for(1));
  REQUIRE_FALSE(fitted);
  CHECK_THAT(fitted.error().message, Contains(expected));
  const auto tested = test(inference.session, data);
  REQUIRE_FALSE(tested);
  CHECK_THAT(tested.error().message, Contains(expected));
  CHECK(training.trainer.steps_done() == 0);
}

TEST_CASE("fit refuses batches that the plan has no room for") {
  const ModelFile file = initial_model();
  Training training(file);
  FitOptions options = options_for(1);
  options.batches.batch = 17;
  CHECK_THAT(fit(training.trainer, digits(), options).error().message,
             Contains("17 images") && Contains("room for 16"));
  options.batches.batch = 0;
  CHECK_THAT(fit(training.trainer, digits(), options).error().message, Contains("at least one image"));
  Training floats(file, 16, {}, 1, InputType::float32);
  CHECK_THAT(fit(floats.trainer, digits(), options_for(1)).error().message, Contains("InputType::uint8"));
}

TEST_CASE("fit takes any batch where the plan adds up gradients, to the same weights") {
  const ModelFile file = initial_model();
  Training whole(file);
  REQUIRE(fit(whole.trainer, digits(), options_for(2)));
  const std::uint32_t together = GENERATE(1u, 5u, 16u);
  Training parts(
      file,
      {.mode = Mode::train, .input = InputType::uint8, .batch = together, .accumulate = true, .frozen = {}});
  std::vector<std::uint32_t> batches;
  const auto result = fit(parts.trainer, digits(), options_for(2), [&](const FitProgress& progress) {
    batches.push_back(progress.batch);
    return true;
  });
  REQUIRE(result);
  CHECK(batches == std::vector<std::uint32_t>{16, 16, 16, 16, 16, 16, 4, 16, 16, 16, 16, 16, 16, 4});
  CHECK(weights_hash(parts.trainer.session()) == weights_hash(whole.trainer.session()));
}

TEST_CASE("fit refuses, before its first step, batches that leave a batch-norm a single image") {
  ModelFile file = build(ModelBuilder("normed").flatten().batch_norm().linear("fc", 10));
  initialize(file, 3);
  Training training(file, 33);
  FitOptions options = options_for(1);
  options.batches.batch = 33;
  CHECK_THAT(fit(training.trainer, digits(), options).error().message,
             Contains("batch-norm") && Contains("the last batch, the rest of 100 images") &&
                 Contains("another batch size, or drop the last batch"));
  options.batches.batch = 1;
  CHECK_THAT(fit(training.trainer, digits(), options).error().message, Contains("every batch"));
  CHECK(training.trainer.steps_done() == 0);
  options.batches.batch = 32;
  CHECK(fit(training.trainer, digits(), options)->steps == 4);
  options.batches = {.batch = 33, .last = LastBatch::drop};
  CHECK(fit(training.trainer, digits(), options)->steps == 3);
}

TEST_CASE("fit says where training diverged") {
  const ModelFile file = initial_model();
  Training training(file);
  FitOptions options = options_for(50);
  options.sgd.rate = std::numeric_limits<float>::max();
  const auto result = fit(training.trainer, digits(), options);
  REQUIRE_FALSE(result);
  CHECK_THAT(result.error().message,
             Contains("epoch 1, step ") && Contains("smaller learning rate than 3.40282e+38"));
}

TEST_CASE("test of equal outputs gives the loss of guessing and answers with the first class") {
  const ModelFile file = build(softmax_regression());  // all weights are zero
  Inference inference(file);
  const auto result = test(inference.session, digits());
  REQUIRE(result);
  CHECK(result->total == 100);
  CHECK(result->correct == 10);
  CHECK(result->accuracy() == 0.1);
  CHECK(result->loss == Approx(std::log(10.0)).epsilon(1e-7));
  CHECK(result->outputs == 10);
  REQUIRE(result->confusion.size() == 100);
  for (std::size_t label = 0; label < 10; ++label) {
    for (std::size_t answer = 0; answer < 10; ++answer) {
      CHECK(result->confusion[label * 10 + answer] == (answer == 0 ? 10u : 0u));
    }
  }
}

TEST_CASE("test means the same for logits, log-probabilities and probabilities") {
  std::vector<TestResult> results;
  for (const ModelBuilder& builder :
       {softmax_regression(), softmax_regression().log_softmax(), softmax_regression().softmax()}) {
    ModelFile file = build(builder);
    initialize(file, 3);
    for (float& weight : file.layers[1].tensor(Slot::weight)) weight *= 20;  // far from guessing
    Inference inference(file);
    results.push_back(*test(inference.session, digits()));
  }
  CHECK(results[0].loss != Approx(std::log(10.0)).epsilon(0.01));
  for (const TestResult& result : results) {
    CHECK(result.loss == Approx(results[0].loss).epsilon(1e-6));
    CHECK(result.confusion == results[0].confusion);
    std::uint64_t diagonal = 0;
    for (std::size_t i = 0; i < 10; ++i) diagonal += result.confusion[i * 11];
    CHECK(diagonal == result.correct);
    CHECK(std::accumulate(result.confusion.begin(), result.confusion.end(), 0u) == 100);
  }
}

TEST_CASE("test does not depend on the batch of its plan") {
  const ModelFile file = initial_model();
  Inference one_by_one(file, 1);
  const auto expected = test(one_by_one.session, digits());
  REQUIRE(expected);
  const std::uint32_t batch = GENERATE(3u, 99u, 100u, 256u);
  Inference inference(file, batch);
  const auto result = test(inference.session, digits());
  REQUIRE(result);
  CHECK(result->loss == expected->loss);
  CHECK(result->confusion == expected->confusion);
}

TEST_CASE("a probability of zero leaves the mean loss finite") {
  ModelFile file = build(softmax_regression().softmax());
  file.layers[1].tensor(Slot::bias)[0] = 1000;
  Inference inference(file);
  const auto result = test(inference.session, digits());
  REQUIRE(result);
  CHECK(std::isfinite(result->loss));
  CHECK(result->loss > 50);
}

TEST_CASE("an augmenter for images of another size is refused") {
  const ModelFile file = initial_model();
  Training training(file);
  FitOptions options = options_for(1);
  const Augmenter augmenter({.shift = 1}, 1, 1, 27, 28);
  options.augmenter = &augmenter;
  const auto result = fit(training.trainer, digits(), options);
  REQUIRE_FALSE(result);
  CHECK_THAT(result.error().message, Contains("756") && Contains("784"));
}
