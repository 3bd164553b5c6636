#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/networks.h"

using namespace lentil;
using test::OwnedPlan;
using test::PoisonedArena;

namespace {

constexpr std::string_view kSpec =
    "input 1x6x6, conv 3 k3, relu, flatten, linear 5, relu, linear 4, logsoftmax";
constexpr Sgd kSgd{.rate = 0.1f, .momentum = 0.5f};

struct Training {
  explicit Training(Goal goal = Goal::fast, std::span<const std::uint16_t> frozen = {})
      : plan(file.model(), {.mode = Mode::train, .goal = goal, .batch = 4, .frozen = frozen}),
        arena(arena_bytes(*plan)),
        trainer(*Trainer::create(file.model(), *plan, *kernels::cpu().table, arena.bytes(), 1)) {}

  void step(std::uint64_t seed) {
    REQUIRE(trainer.step(test::random_floats(4 * 36, seed), test::random_bytes(4, seed, 4), kSgd).status ==
            Status::ok);
  }
  std::uint64_t hash() const { return weights_hash(trainer.session()); }
  std::vector<float> answer() {
    std::vector<float> output(4);
    REQUIRE(trainer.session().run(test::random_floats(36, 9), output) == Status::ok);
    return output;
  }

  formats::ModelFile file = test::network(kSpec);
  OwnedPlan plan;
  PoisonedArena arena;
  Trainer trainer;
};

}  // namespace

TEST_CASE("weights kept aside come back, prepared copies included") {
  Training training(GENERATE(Goal::small, Goal::fast));
  training.step(1);
  const auto hash = training.hash();
  const auto answer = training.answer();
  std::vector<float> kept(training.trainer.trained_values());
  REQUIRE(training.trainer.save_weights(kept) == Status::ok);
  training.step(2);
  REQUIRE(training.hash() != hash);
  REQUIRE(training.answer() != answer);
  REQUIRE(training.trainer.load_weights(kept) == Status::ok);
  CHECK(training.hash() == hash);
  CHECK(training.answer() == answer);
}

TEST_CASE("the values are those of the trained tensors in file order") {
  const std::vector<std::uint16_t> frozen{3};
  Training training(Goal::fast, frozen);
  training.step(1);
  REQUIRE(training.trainer.trained_values() == 3 * 9 + 3 + 5 * 4 + 4);
  std::vector<float> kept(training.trainer.trained_values()), expected;
  for (const std::uint32_t layer : {0u, 5u}) {
    for (const Slot slot : {Slot::weight, Slot::bias}) {
      const auto tensor = training.trainer.weights(layer, slot);
      expected.insert(expected.end(), tensor.begin(), tensor.end());
    }
  }
  REQUIRE(training.trainer.save_weights(kept) == Status::ok);
  CHECK(kept == expected);
}

TEST_CASE("room of another size is refused and nothing is written") {
  Training training;
  const std::size_t count = training.trainer.trained_values();
  const auto hash = training.hash();
  for (const std::size_t wrong : {std::size_t{0}, count - 1, count + 1}) {
    std::vector<float> values(wrong, 7.0f);
    CHECK(training.trainer.save_weights(values) == Status::wrong_size);
    CHECK(std::ranges::count(values, 7.0f) == static_cast<std::ptrdiff_t>(wrong));
    CHECK(training.trainer.load_weights(values) == Status::wrong_size);
  }
  CHECK(training.hash() == hash);
}
