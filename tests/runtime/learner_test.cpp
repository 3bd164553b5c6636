#include "runtime/learner.h"

#include <catch2/catch.hpp>
#include <optional>

#include "formats/host/thread_pool.h"
#include "tests/support/networks.h"

using namespace lentil;
using test::OwnedPlan;
using test::PoisonedArena;

namespace {

constexpr std::string_view kSpec =
    "input 1x6x6, conv 3 k3, relu, flatten, linear 8, relu, linear 4, logsoftmax";
constexpr std::size_t kPixels = 36;
constexpr LearnerLimits kLimits{.corrections = 40, .replay = 16};

using Pixels = std::vector<std::uint8_t>;

// One of four quarters is bright, on noise.
Pixels quarter(std::uint32_t label, std::uint64_t seed) {
  Pixels pixels = test::random_bytes(kPixels, seed, 80);
  for (std::size_t i = 0; i < kPixels; ++i) {
    const std::size_t bottom = i / 6 >= 3, right = i % 6 >= 3;
    if (label == 2 * bottom + right) pixels[i] = static_cast<std::uint8_t>(pixels[i] + 170);
  }
  return pixels;
}

struct Known {
  std::vector<Pixels> pictures;
  std::vector<std::int16_t> labels;

  Replay replay() const {
    const auto sample = [](const void* source, std::uint32_t i) {
      const auto& known = *static_cast<const Known*>(source);
      return ReplaySample{known.pictures[i], known.labels[i]};
    };
    return {this, sample, static_cast<std::uint32_t>(pictures.size())};
  }
};

Known quarters(std::uint32_t count, std::uint32_t turned = 0) {
  Known known;
  for (std::uint32_t i = 0; i < count; ++i) {
    known.pictures.push_back(quarter(i % 4, 500 + i));
    known.labels.push_back(static_cast<std::int16_t>((i + turned) % 4));
  }
  return known;
}

PlanOptions learning(std::uint32_t batch) {
  return {.mode = Mode::train, .input = InputType::uint8, .batch = batch};
}

struct Bench {
  explicit Bench(const PlanOptions& options = learning(8), std::uint64_t seed = 1, ParallelFor parallel = {},
                 const LearnerLimits& limits = kLimits)
      : plan(file.model(), options), arena(learner_bytes(file.model(), *plan, limits)) {
    auto made =
        Learner::create(file.model(), *plan, *kernels::cpu().table, arena.bytes(), limits, seed, parallel);
    REQUIRE(made);
    learner = *made;
  }

  void correct(std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i)
      REQUIRE(learner->correct(quarter(i % 4, i), i % 4) == Status::ok);
  }
  std::uint64_t hash() const { return weights_hash(learner->session()); }

  formats::ModelFile file = test::network(kSpec);
  OwnedPlan plan;
  PoisonedArena arena;
  std::optional<Learner> learner;
};

constexpr LearnOptions kEager{
    .sgd = {.rate = 0.2f, .momentum = 0.5f}, .passes = 20, .share = 1, .forgotten = 1};

}  // namespace

TEST_CASE("a learner needs exactly the bytes that it says") {
  const auto file = test::network(kSpec);
  const OwnedPlan plan(file.model(), learning(GENERATE(1u, 7u)));
  const auto bytes = static_cast<std::size_t>(learner_bytes(file.model(), *plan, kLimits));
  PoisonedArena arena(bytes);
  const auto create = [&](std::span<std::byte> memory) {
    return Learner::create(file.model(), *plan, *kernels::cpu().table, memory, kLimits, 1);
  };
  const auto refused = create(arena.bytes().first(bytes - 1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == Status::arena_too_small);
  CHECK(refused.error().needed == bytes);
  CHECK(refused.error().given == bytes - 1);
  auto learner = create(arena.bytes());
  REQUIRE(learner);
  for (std::uint32_t i = 0; i < 50; ++i) REQUIRE(learner->correct(quarter(i % 4, i), i % 4) == Status::ok);
  CHECK(learner->learn(quarters(16).replay(), {}).status == Status::ok);
  CHECK(arena.guards_intact());
}

TEST_CASE("each place for a correction or a known picture costs what it holds") {
  const auto file = test::network(kSpec);
  const OwnedPlan plan(file.model(), learning(4));
  const auto bytes = [&](LearnerLimits limits) { return learner_bytes(file.model(), *plan, limits); };
  CHECK(bytes({11, 5}) - bytes({10, 5}) == kPixels + 1 + 4);
  CHECK(bytes({10, 6}) - bytes({10, 5}) == 4 * 4 + 4);
}

TEST_CASE("plans that are not for learning from pixels and classes are refused") {
  const auto refused = [](const PlanOptions& options, const LearnerLimits& limits = kLimits) {
    const auto file = test::network(kSpec);
    const OwnedPlan plan(file.model(), options);
    PoisonedArena arena(learner_bytes(file.model(), *plan, limits));
    return Learner::create(file.model(), *plan, *kernels::cpu().table, arena.bytes(), limits, 1)
        .error()
        .status;
  };
  CHECK(refused({.input = InputType::uint8}) == Status::wrong_mode);
  CHECK(refused({.mode = Mode::train}) == Status::wrong_input_type);
  CHECK(refused({.mode = Mode::train, .input = InputType::uint8, .loss = Loss::mse}) == Status::bad_loss);
  CHECK(refused(learning(4), {.corrections = 0}) == Status::wrong_size);
}

TEST_CASE("corrections of the wrong size or class are refused, and nothing is learnt from nothing") {
  Bench bench;
  CHECK(bench.learner->correct(Pixels(35), 0) == Status::wrong_size);
  CHECK(bench.learner->correct(Pixels(37), 0) == Status::wrong_size);
  CHECK(bench.learner->correct(Pixels(36), 4) == Status::label_out_of_range);
  CHECK(bench.learner->corrections() == 0);
  CHECK(bench.learner->learn({}, {}).status == Status::no_corrections);
}

TEST_CASE("known pictures that do not fit are refused before anything is learnt") {
  Bench bench;
  bench.correct(4);
  const auto before = bench.hash();
  Known known = quarters(3);
  known.labels[1] = 4;
  CHECK(bench.learner->learn(known.replay(), {}).status == Status::label_out_of_range);
  known.labels[1] = -1;
  known.pictures[2].pop_back();
  CHECK(bench.learner->learn(known.replay(), {}).status == Status::wrong_size);
  CHECK(bench.learner->learn(quarters(17).replay(), {}).status == Status::wrong_size);
  CHECK(bench.hash() == before);
}

TEST_CASE("a full ring gives up its oldest correction") {
  Bench bench(learning(8), 1, {}, {.corrections = 3, .replay = 0});
  bench.correct(5);
  CHECK(bench.learner->corrections() == 3);
  Bench same(learning(8), 1, {}, {.corrections = 3, .replay = 0});
  for (const std::uint32_t i : {3u, 4u, 2u})
    REQUIRE(same.learner->correct(quarter(i % 4, i), i % 4) == Status::ok);
  CHECK(bench.learner->learn({}, kEager).kept);
  CHECK(same.learner->learn({}, kEager).kept);
  CHECK(bench.hash() == same.hash());
}

TEST_CASE("learning makes corrections right that did not take part in it") {
  const std::uint32_t batch = GENERATE(1u, 8u, 20u);
  Bench bench(learning(batch));
  bench.correct(40);
  const LearnReport report = bench.learner->learn(quarters(16).replay(), kEager);
  REQUIRE(report.status == Status::ok);
  CHECK(report.kept);
  CHECK(report.held_out == 8);
  CHECK(report.corrections_after.total == 8);
  CHECK(report.corrections_before.correct < 6);
  CHECK(report.corrections_after.correct == 8);
  CHECK(report.corrections_after.loss < report.corrections_before.loss);
  CHECK(report.replay_after.total == 16);
  CHECK(report.steps == (20 * 32 * 2 + batch - 1) / batch);
  CHECK(report.share == 1);
}

TEST_CASE("a few corrections judge and teach") {
  Bench bench;
  bench.correct(19);
  const LearnReport report = bench.learner->learn({}, kEager);
  CHECK(report.held_out == 0);
  CHECK(report.corrections_after.total == 19);
  CHECK(report.replay_after.total == 0);
  CHECK(report.kept);
  bench.correct(1);
  CHECK(bench.learner->learn({}, kEager).held_out == 4);
}

TEST_CASE("the same corrections give the same bits, whatever the threads, the goal and the batches") {
  const auto learnt = [](PlanOptions options, ParallelFor parallel, std::uint64_t seed = 1) {
    Bench bench(options, seed, parallel);
    bench.correct(30);
    const LearnReport report = bench.learner->learn(quarters(12).replay(), kEager);
    REQUIRE(report.kept);
    return bench.hash();
  };
  const PlanOptions plain = learning(20);
  const auto expected = learnt(plain, {});
  formats::ThreadPool pool(3);
  PlanOptions other = plain;
  other.threads = 3;
  CHECK(learnt(other, pool.hook()) == expected);
  other = plain;
  other.goal = Goal::small;
  CHECK(learnt(other, {}) == expected);
  other.batch = 3;
  other.accumulate = true;
  CHECK(learnt(other, {}) == expected);
  CHECK(learnt(plain, {}, 2) != expected);
}

TEST_CASE("learning again starts from rest: only the weights count") {
  Bench bench;
  bench.correct(12);
  REQUIRE(bench.learner->learn({}, kEager).kept);
  Bench other;
  for (std::uint32_t layer = 0; layer < other.file.layers.size(); ++layer) {
    for (const Slot slot : {Slot::weight, Slot::bias}) {
      const auto weights = bench.learner->session().tensor(layer, slot);
      other.file.layers[layer].tensor(slot).assign(weights.begin(), weights.end());
    }
  }
  other.learner = *Learner::create(other.file.model(), *other.plan, *kernels::cpu().table,
                                   other.arena.bytes(), kLimits, 1);
  REQUIRE(other.hash() == bench.hash());
  other.correct(12);
  bench.learner->learn({}, kEager);
  other.learner->learn({}, kEager);
  CHECK(bench.hash() == other.hash());
}

TEST_CASE("weights that are no better are given up") {
  Bench bench;
  bench.correct(20);
  const auto before = bench.hash();
  LearnOptions options = kEager;
  options.sgd.rate = 0;
  const LearnReport still = bench.learner->learn(quarters(4).replay(), options);
  CHECK(still.status == Status::ok);
  CHECK_FALSE(still.kept);
  CHECK(still.steps > 0);
  CHECK(bench.hash() == before);
}

TEST_CASE("of what would make too many known pictures wrong, less is kept or nothing") {
  const auto learn = [](float forgotten) {
    Bench bench;
    bench.correct(40);
    REQUIRE(bench.learner->learn({}, kEager).kept);
    // The same pictures come to mean other classes: whoever learns that forgets what was known.
    for (std::uint32_t i = 0; i < 40; ++i)
      REQUIRE(bench.learner->correct(quarter(i % 4, i), (i + 1) % 4) == Status::ok);
    LearnOptions options = kEager;
    options.forgotten = forgotten;
    return bench.learner->learn(quarters(4).replay(), options);
  };
  const LearnReport lax = learn(1), strict = learn(0);
  REQUIRE(lax.kept);
  REQUIRE(lax.replay_after.correct < lax.replay_before.correct);
  CHECK(strict.share < lax.share);
  CHECK((!strict.kept || strict.replay_after.correct >= strict.replay_before.correct));
}

TEST_CASE("numbers that run away leave the old weights") {
  Bench bench;
  bench.correct(12);
  const auto before = bench.hash();
  LearnOptions options = kEager;
  options.sgd.rate = 1e30f;
  const LearnReport report = bench.learner->learn({}, options);
  CHECK(report.status == Status::non_finite_loss);
  CHECK_FALSE(report.kept);
  CHECK(bench.hash() == before);
  CHECK(bench.learner->learn({}, kEager).kept);
}

TEST_CASE("whoever watches can end it, and the old weights are back") {
  Bench bench;
  bench.correct(12);
  const auto before = bench.hash();
  LearnOptions options = kEager;
  std::uint32_t seen = 0;
  options.watch = {[](void* context, std::uint32_t step, std::uint32_t steps) {
                     *static_cast<std::uint32_t*>(context) = step;
                     return step < 5 && steps > 5;
                   },
                   &seen};
  const LearnReport report = bench.learner->learn({}, options);
  CHECK(report.stopped);
  CHECK_FALSE(report.kept);
  CHECK(report.steps == 5);
  CHECK(seen == 5);
  CHECK(bench.hash() == before);
}

TEST_CASE("frozen layers stay") {
  const std::vector<std::uint16_t> frozen{0};
  PlanOptions options = learning(8);
  options.frozen = frozen;
  Bench bench(options);
  bench.correct(20);
  REQUIRE(bench.learner->learn({}, kEager).kept);
  const auto conv = bench.learner->session().tensor(0, Slot::weight);
  CHECK(std::equal(conv.begin(), conv.end(), bench.file.layers[0].tensor(Slot::weight).begin()));
  const auto linear = bench.learner->session().tensor(3, Slot::weight);
  CHECK_FALSE(std::equal(linear.begin(), linear.end(), bench.file.layers[3].tensor(Slot::weight).begin()));
}

TEST_CASE("known pictures keep old answers from changing") {
  const auto forgotten = [](std::uint32_t replayed) {
    Bench bench;
    bench.correct(40);
    REQUIRE(bench.learner->learn({}, kEager).kept);
    // From now on only the first class is corrected.
    for (std::uint32_t i = 0; i < 40; ++i) REQUIRE(bench.learner->correct(Pixels(36, 128), 0) == Status::ok);
    const Known known = quarters(replayed);
    LearnOptions options = kEager;
    options.passes = 5;
    REQUIRE(bench.learner->learn(known.replay(), options).status == Status::ok);
    const Known old = quarters(16);
    std::uint32_t wrong = 0;
    for (std::uint32_t i = 0; i < 16; ++i) {
      std::vector<float> output(4);
      REQUIRE(bench.learner->session().run(old.pictures[i], output) == Status::ok);
      wrong += std::max_element(output.begin(), output.end()) - output.begin() != old.labels[i];
    }
    return wrong;
  };
  const std::uint32_t with = forgotten(16), without = forgotten(0);
  CHECK(with < without);
}
