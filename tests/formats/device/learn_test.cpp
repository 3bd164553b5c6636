#include <limits>

#include "formats/host/model_learner.h"
#include "tests/formats/device/memory_storage.h"
#include "tests/formats/device/model.h"

using namespace lentil;
using namespace lentil::test;
using formats::ModelLearner;
using formats::SynthPart;

namespace {

constexpr std::uint32_t kCorrections = 24;

void correct(lentil_network* network, std::uint32_t count = kCorrections) {
  const auto digits = formats::synth_dataset(count, 3, SynthPart::train);
  for (std::uint32_t i = 0; i < count; ++i) {
    const lentil_image image = image_of(digits.image(i));
    OpenNetwork::check(lentil_correct(network, &image, digits.labels[i]));
  }
}

lentil_options learning() {
  return {.mode = LENTIL_LEARN, .pictures = LENTIL_PREPARED_PICTURE, .batch = 20, .seed = 1};
}

void check_score(const lentil_score& score, const LearnScore& wanted) {
  CHECK(score.correct == wanted.correct);
  CHECK(score.total == wanted.total);
  CHECK(score.loss == wanted.loss);
}

lentil_error train(lentil_network* network, std::uint32_t images, lentil_step& step,
                   const lentil_sgd* sgd = nullptr) {
  const auto pixels = random_bytes(images * 784, 4);
  const auto labels = random_bytes(images, 5, 10);
  return lentil_train(network, pixels.data(), pixels.size(), labels.data(), images, sgd, &step);
}

}  // namespace

TEST_CASE("corrections teach what they teach a ModelLearner") {
  const auto file = small_file();
  const OpenNetwork network(file, learning());
  auto wanted = ModelLearner::create(file, {.corrections = 64});
  REQUIRE(wanted);
  correct(network);
  const auto digits = formats::synth_dataset(kCorrections, 3, SynthPart::train);
  for (std::uint32_t i = 0; i < kCorrections; ++i)
    REQUIRE(wanted->correct(digits.image(i), digits.labels[i]));
  REQUIRE(wanted->replayed() == 12);
  const auto report = wanted->learn({.passes = 5});
  REQUIRE(report);
  const lentil_learning options{.rate = 0, .passes = 5, .steps = 0, .go_on = nullptr, .context = nullptr};
  lentil_lesson lesson;
  OpenNetwork::check(lentil_learn(network, &options, &lesson));
  CHECK(lesson.kept == report->kept);
  CHECK(lesson.stopped == 0);
  CHECK(lesson.steps == report->steps);
  CHECK(lesson.held_out == report->held_out);
  CHECK(lesson.share == report->share);
  check_score(lesson.corrections_before, report->corrections_before);
  check_score(lesson.corrections_after, report->corrections_after);
  check_score(lesson.replay_before, report->replay_before);
  check_score(lesson.replay_after, report->replay_after);
  CHECK(lesson.replay_before.total == 12);
  CHECK(network.facts().weights_hash == weights_hash(wanted->session()));
  CHECK(network.facts().corrections == kCorrections);
}

TEST_CASE("a lesson may be stopped, and leaves the weights as they were") {
  const OpenNetwork network(small_file(), learning());
  correct(network);
  const std::uint64_t before = network.facts().weights_hash;
  std::uint32_t most = 3;
  const lentil_learning options{.rate = 0.1f,
                                .passes = 0,
                                .steps = 9,
                                .go_on =
                                    [](void* most_steps, std::uint32_t step, std::uint32_t steps) {
                                      return steps == 9 && step < *static_cast<std::uint32_t*>(most_steps);
                                    },
                                .context = &most};
  lentil_lesson lesson;
  OpenNetwork::check(lentil_learn(network, &options, &lesson));
  CHECK(lesson.stopped == 1);
  CHECK(lesson.steps == 3);
  CHECK(lesson.kept == 0);
  CHECK(network.facts().weights_hash == before);
}

TEST_CASE("correcting and learning refuse what they cannot do") {
  const OpenNetwork learner(small_file(), learning()), asker(small_file()),
      trainer(small_file(), {.mode = 2});
  lentil_lesson lesson;
  const auto pixels = random_bytes(784, 1);
  const lentil_image image = image_of(pixels);
  check_error(lentil_learn(learner, nullptr, &lesson), LENTIL_NO_CORRECTIONS, 0, 1, 0);
  check_error(lentil_correct(learner, &image, 10), LENTIL_LABEL_OUT_OF_RANGE, 0, 10, 10);
  check_error(lentil_correct(nullptr, &image, 1), LENTIL_MISSING_ARGUMENT, 0, 0, 0);
  check_error(lentil_correct(learner, nullptr, 1), LENTIL_MISSING_ARGUMENT, 1, 0, 0);
  check_error(lentil_correct(asker, &image, 1), LENTIL_WRONG_MODE, 0, LENTIL_LEARN, LENTIL_INFER);
  check_error(lentil_correct(trainer, &image, 1), LENTIL_WRONG_MODE, 0, LENTIL_LEARN, LENTIL_TRAIN);
  check_error(lentil_learn(asker, nullptr, &lesson), LENTIL_WRONG_MODE, 0, LENTIL_LEARN, LENTIL_INFER);
  check_error(lentil_learn(nullptr, nullptr, &lesson), LENTIL_MISSING_ARGUMENT, 0, 0, 0);
  check_error(lentil_learn(learner, nullptr, nullptr), LENTIL_MISSING_ARGUMENT, 2, 0, 0);
  CHECK(learner.facts().corrections == 0);
}

TEST_CASE("steps of SGD are those of a Trainer") {
  const auto file = small_file();
  const OpenNetwork network(file, {.mode = LENTIL_TRAIN, .goal = LENTIL_SMALL, .batch = 3, .seed = 7});
  const OwnedPlan plan(file.model(), {.mode = Mode::train, .input = InputType::uint8, .batch = 3});
  PoisonedArena arena(arena_bytes(*plan));
  auto trainer = Trainer::create(file.model(), *plan, *kernels::cpu().table, arena.bytes(), 7);
  REQUIRE(trainer);
  const lentil_sgd sgd{.rate = 0.1f, .momentum = 0.9f, .weight_decay = 0.01f, .nesterov = 1};
  for (const std::uint32_t images : {3u, 2u, 3u}) {
    lentil_step step;
    OpenNetwork::check(train(network, images, step, &sgd));
    const StepResult wanted =
        trainer->step(random_bytes(images * 784, 4), random_bytes(images, 5, 10),
                      {.rate = 0.1f, .momentum = 0.9f, .weight_decay = 0.01f, .nesterov = true});
    CHECK(step.loss == wanted.loss);
    CHECK(step.correct == wanted.correct);
  }
  CHECK(network.facts().steps == 3);
  CHECK(network.facts().weights_hash == weights_hash(trainer->session()));
}

TEST_CASE("training refuses what it cannot take and changes nothing then") {
  const OpenNetwork network(small_file(), {.mode = LENTIL_TRAIN, .batch = 2}), asker(small_file());
  lentil_step step;
  const std::uint64_t before = network.facts().weights_hash;
  auto pixels = random_bytes(2 * 784, 1);
  const std::array<std::uint8_t, 2> good{1, 2}, bad{1, 10};
  const auto call = [&](std::size_t bytes, const std::uint8_t* labels, std::uint32_t images) {
    return lentil_train(network, pixels.data(), bytes, labels, images, nullptr, &step);
  };
  check_error(train(network, 3, step), LENTIL_BAD_BATCH, 0, 2, 3);
  check_error(train(network, 0, step), LENTIL_MISSING_ARGUMENT, 1, 0, 0);
  check_error(call(1568, good.data(), 1), LENTIL_WRONG_SIZE, 0, 784, 1568);
  check_error(call(1568, bad.data(), 2), LENTIL_LABEL_OUT_OF_RANGE, 1, 10, 10);
  check_error(call(1568, nullptr, 2), LENTIL_MISSING_ARGUMENT, 3, 0, 0);
  check_error(train(asker, 1, step), LENTIL_WRONG_MODE, 0, LENTIL_TRAIN, LENTIL_INFER);
  check_error(train(nullptr, 1, step), LENTIL_MISSING_ARGUMENT, 0, 0, 0);
  check_error(lentil_train(network, pixels.data(), 784, good.data(), 1, nullptr, nullptr),
              LENTIL_MISSING_ARGUMENT, 6, 0, 0);
  CHECK(network.facts().weights_hash == before);

  const OpenNetwork floats(test::network("input 2, linear 5"),
                           {.mode = LENTIL_TRAIN, .input = LENTIL_FLOATS});
  const std::uint64_t untrained = floats.facts().weights_hash;
  const float infinity = std::numeric_limits<float>::infinity();
  const std::array<float, 2> values{infinity, -infinity};
  check_error(lentil_train(floats, values.data(), sizeof(values), good.data(), 1, nullptr, &step),
              LENTIL_NON_FINITE_LOSS, 0, 0, 0);
  CHECK(floats.facts().weights_hash == untrained);
}

TEST_CASE("what was learnt is saved, loaded elsewhere and undone") {
  const auto file = small_file();
  const OpenNetwork first(file, learning());
  lentil_saved saved;
  MemoryStorage nothing(16);
  lentil_storage hook = nothing.hook();
  OpenNetwork::check(lentil_load(first, &hook, &saved));
  CHECK(saved.slot == LENTIL_NONE);
  CHECK(saved.sequence == 0);
  const auto bytes = static_cast<std::uint32_t>(saved.bytes);
  check_error(lentil_save(first, &hook, nullptr), LENTIL_SLOT_TOO_SMALL, 0, bytes, 16);

  MemoryStorage storage(bytes);
  hook = storage.hook();
  const std::uint64_t base = first.facts().weights_hash;
  correct(first);
  lentil_lesson lesson;
  OpenNetwork::check(lentil_learn(first, nullptr, &lesson));
  const std::uint64_t learnt = first.facts().weights_hash;
  REQUIRE(learnt != base);
  OpenNetwork::check(lentil_save(first, &hook, &saved));
  CHECK(saved.sequence == 1);

  const OpenNetwork second(file, learning());
  OpenNetwork::check(lentil_load(second, &hook, &saved));
  CHECK(second.facts().weights_hash == learnt);
  CHECK(second.facts().corrections == kCorrections);
  OpenNetwork::check(lentil_undo(second, &hook, &saved));
  CHECK(saved.sequence == 0);
  CHECK(second.facts().weights_hash == base);
  check_error(lentil_undo(second, &hook, &saved), LENTIL_NOTHING_TO_UNDO, 0, 0, 0);
}

TEST_CASE("storage that fails, is missing or belongs to another model is told") {
  const OpenNetwork network(small_file(), learning()), asker(small_file());
  const OpenNetwork other(test::network(kSmallSpec, 2), learning());
  MemoryStorage storage(1 << 17);
  lentil_storage hook = storage.hook();
  lentil_saved saved;
  OpenNetwork::check(lentil_save(other, &hook, nullptr));
  OpenNetwork::check(lentil_load(network, &hook, &saved));
  CHECK(saved.slot == LENTIL_NONE);
  CHECK(std::count(saved.slots, saved.slots + 2, std::uint32_t{LENTIL_SLOT_OF_OTHER_BASE}) == 1);
  storage.broken = true;
  CHECK(lentil_save(network, &hook, &saved).status == LENTIL_STORAGE_FAILED);
  CHECK(lentil_undo(network, &hook, &saved).status != LENTIL_OK);
  check_error(lentil_save(asker, &hook, &saved), LENTIL_WRONG_MODE, 0, LENTIL_LEARN, LENTIL_INFER);
  check_error(lentil_load(nullptr, &hook, &saved), LENTIL_MISSING_ARGUMENT, 0, 0, 0);
  check_error(lentil_load(network, nullptr, &saved), LENTIL_MISSING_ARGUMENT, 1, 0, 0);
  hook.write = nullptr;
  check_error(lentil_save(network, &hook, &saved), LENTIL_MISSING_ARGUMENT, 1, 0, 0);
}

TEST_CASE("two networks of one file know nothing of each other") {
  const auto file = small_file();
  const OpenNetwork learner(file, learning()), other(file, learning()), asker(file);
  const std::uint64_t before = asker.facts().weights_hash;
  correct(learner);
  lentil_lesson lesson;
  OpenNetwork::check(lentil_learn(learner, nullptr, &lesson));
  CHECK(lesson.kept == 1);
  CHECK(learner.facts().weights_hash != before);
  CHECK(other.facts().weights_hash == before);
  CHECK(other.facts().corrections == 0);
  CHECK(asker.facts().weights_hash == before);
}
