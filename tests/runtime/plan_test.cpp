#include "runtime/plan.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "formats/host/thread_pool.h"
#include "runtime/plan_data.h"
#include "tests/reference/network.h"
#include "tests/support/dice.h"
#include "tests/support/networks.h"

using namespace lentil;
using test::Dice;
using test::network;
using test::OwnedPlan;
using test::PoisonedArena;
using test::random_bytes;
using test::random_floats;

namespace {

constexpr std::array<const char*, 4> kActivations{"", ", relu", ", sigmoid", ", tanh"};
constexpr std::array<const char*, 4> kPools{"", ", maxpool 2", ", maxpool 3 s2 p1", ", maxpool 1x2 s1"};
constexpr std::array<const char*, 3> kChannelDropouts{"", ", dropout2d 0.3", ", dropout2d 0.6"};
constexpr std::array<const char*, 3> kLasts{"", ", logsoftmax", ", softmax"};

std::string random_spec(std::uint32_t seed) {
  Dice dice(seed);
  std::string spec = "input " + dice.number(1, 3) + "x" + dice.number(9, 14) + "x" + dice.number(9, 14);
  for (std::uint32_t left = dice.below(3); left > 0; --left) {
    spec += ", conv " + dice.number(1, 9) + " k" + dice.number(1, 3) + dice.one_of<3>({"", " p1", " p0x1"});
    std::array<std::string, 3> behind{dice.one_of(kActivations), dice.one_of(kPools),
                                      dice.one_of(kChannelDropouts)};
    std::swap(behind[0], behind[dice.below(3)]);
    for (const std::string& layer : behind) spec += layer;
  }
  spec += ", flatten";
  for (std::uint32_t left = dice.below(3); left > 0; --left) {
    spec +=
        ", linear " + dice.number(2, 70) + dice.one_of(kActivations) + dice.one_of<2>({"", ", dropout 0.4"});
  }
  return spec + ", linear " + dice.number(2, 12) + dice.one_of(kLasts);
}

PlanOptions random_options(std::uint32_t seed) {
  Dice dice(seed + 1000);
  return {.mode = dice.below(3) == 0 ? Mode::infer : Mode::train,
          .goal = dice.below(2) == 0 ? Goal::small : Goal::fast,
          .input = dice.below(2) == 0 ? InputType::float32 : InputType::uint8,
          .batch = dice.below(3) == 0 ? 1 : 1 + dice.below(17),
          .threads = 1 + dice.below(3),
          .momentum = dice.below(4) != 0,
          .fuse = dice.below(4) != 0};
}

struct Data {
  Data(const Model& model, std::uint32_t images, std::uint32_t classes)
      : values(random_floats(images * model.input.count(), 1)),
        pixels(random_bytes(images * model.input.count(), 2)),
        labels(random_bytes(images, 3, classes)) {}
  std::vector<float> values;
  std::vector<std::uint8_t> pixels, labels;
};

std::vector<float> run(Session& session, const Data& data) {
  std::vector<float> output(data.labels.size() * session.output_size());
  const Status status = session.plan().input == InputType::uint8 ? session.run(data.pixels, output)
                                                                 : session.run(data.values, output);
  CHECK(status == Status::ok);
  return output;
}

std::vector<float> oracle_output(const formats::ModelFile& file, const Plan& plan, const Data& data) {
  const reference::Network<float> network(file.model(), plan.input);
  if (plan.input == InputType::float32) return network.infer(data.values, plan.mode);
  return network.infer(std::vector<float>(data.pixels.begin(), data.pixels.end()), plan.mode);
}

ParallelFor hook_of(formats::ThreadPool& pool) { return pool.threads() > 1 ? pool.hook() : ParallelFor{}; }

void check_inference(const formats::ModelFile& file, const Plan& plan, PoisonedArena& arena) {
  formats::ThreadPool pool(plan.threads);
  auto session = Session::create(file.model(), plan, *kernels::cpu().table, arena.bytes(), hook_of(pool));
  REQUIRE(session);
  const Data data(file.model(), plan.batch, 2);
  CHECK(run(*session, data) == oracle_output(file, plan, data));
}

void check_training(const formats::ModelFile& file, const Plan& plan, PoisonedArena& arena) {
  formats::ThreadPool pool(plan.threads);
  auto trainer = Trainer::create(file.model(), plan, *kernels::cpu().table, arena.bytes(), 5, hook_of(pool));
  REQUIRE(trainer);
  const Data data(file.model(), plan.batch, 2);
  CHECK(run(trainer->session(), data) == oracle_output(file, plan, data));
  for (int step = 0; step < 2; ++step) {
    const Sgd sgd{.rate = 0.01f, .momentum = 0.9f};
    const StepResult result = plan.input == InputType::uint8 ? trainer->step(data.pixels, data.labels, sgd)
                                                             : trainer->step(data.values, data.labels, sgd);
    CHECK(result.status == Status::ok);
  }
}

std::vector<std::byte> bytes_of(const Plan& plan) {
  const auto* begin = reinterpret_cast<const std::byte*>(&plan);
  return {begin, begin + plan.own_bytes()};
}

}  // namespace

TEST_CASE("the planned size is enough, and nothing outside of it is written") {
  const auto seed = GENERATE(range(0u, 150u));
  const auto file = network(random_spec(seed));
  PlanOptions options = random_options(seed);
  INFO(random_spec(seed) << "; batch " << options.batch << ", threads " << options.threads);
  const OwnedPlan plan(file.model(), options);
  PoisonedArena arena(arena_bytes(*plan));
  if (options.mode == Mode::infer) check_inference(file, *plan, arena);
  if (options.mode == Mode::train) check_training(file, *plan, arena);
  CHECK(arena.guards_intact());
}

TEST_CASE("one byte less is refused with both numbers") {
  const auto seed = GENERATE(range(0u, 30u));
  const auto file = network(random_spec(seed));
  const OwnedPlan plan(file.model(), random_options(seed));
  const std::size_t bytes = arena_bytes(*plan);
  PoisonedArena arena(bytes);
  const auto session =
      Session::create(file.model(), *plan, *kernels::cpu().table, arena.bytes().first(bytes - 1));
  REQUIRE_FALSE(session);
  CHECK(session.error().status == Status::arena_too_small);
  CHECK(session.error().needed == bytes);
  CHECK(session.error().given == bytes - 1);
  const auto untouched = arena.bytes();
  CHECK(std::all_of(untouched.begin(), untouched.end(), [](std::byte b) { return b == std::byte{0xff}; }));
}

TEST_CASE("planning keeps to its memory, and one byte less of that is refused") {
  const auto seed = GENERATE(range(0u, 30u));
  const auto file = network(random_spec(seed));
  const std::size_t bytes = plan_memory_bytes(file.model());
  PoisonedArena memory(bytes);
  CHECK(plan(file.model(), random_options(seed), memory.bytes()));
  CHECK(memory.guards_intact());
  const auto refused = plan(file.model(), random_options(seed), memory.bytes().first(bytes - 1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == Status::plan_memory_too_small);
  CHECK(refused.error().needed == bytes);
  CHECK(refused.error().given == bytes - 1);
}

TEST_CASE("a plan is made of the network and the options alone") {
  const auto seed = GENERATE(range(0u, 10u));
  const auto file = network(random_spec(seed), 1);
  const auto other_weights = network(random_spec(seed), 2);
  const PlanOptions options = random_options(seed);
  PoisonedArena memory(plan_memory_bytes(file.model()));
  std::memset(memory.bytes().data(), 0, memory.bytes().size());
  const auto plan = lentil::plan(other_weights.model(), options, memory.bytes());
  REQUIRE(plan);
  CHECK(bytes_of(**plan) == bytes_of(*OwnedPlan(file.model(), options)));
}

TEST_CASE("the plan may be made in the arena itself") {
  const auto file = network(test::kLenetSpec);
  const PlanOptions options{.goal = Goal::small};
  const OwnedPlan elsewhere(file.model(), options);
  PoisonedArena arena(arena_bytes(*elsewhere));
  const auto plan = lentil::plan(file.model(), options, arena.bytes());
  REQUIRE(plan);
  check_inference(file, **plan, arena);
  CHECK(arena.guards_intact());
}

TEST_CASE("the tutorial's LeNet needs these bytes") {
  const auto file = network(test::kLenetSpec);
  const auto bytes = [&](const PlanOptions& options) {
    return arena_bytes(*OwnedPlan(file.model(), options));
  };
  CHECK(bytes({.goal = Goal::small}) == 7456);
  CHECK(bytes({.mode = Mode::train, .goal = Goal::small}) == 183504);
  CHECK(bytes({.mode = Mode::train, .goal = Goal::small, .input = InputType::uint8}) == 187760);
}

TEST_CASE("the arena of an inference grows with the threads, and with the batch only up to eight images") {
  const auto file = network(test::kLenetSpec);
  const auto bytes = [&](std::uint32_t batch, std::uint32_t threads) {
    return arena_bytes(*OwnedPlan(file.model(), {.goal = Goal::small, .batch = batch, .threads = threads}));
  };
  CHECK(bytes(1, 1) < bytes(8, 1));
  CHECK(bytes(8, 1) == bytes(1'000'000, 1));
  const std::size_t worker = bytes(8, 2) - bytes(8, 1);
  CHECK(worker > 0);
  CHECK(bytes(8, 7) == bytes(8, 1) + 6 * worker);
}

TEST_CASE("frozen layers get no bytes for weights, velocities and gradients") {
  const auto file = network(test::kLenetSpec);
  const std::array<std::uint16_t, 2> convolutions{0, 3};
  PlanOptions options{.mode = Mode::train, .goal = Goal::small};
  const std::size_t all = arena_bytes(*OwnedPlan(file.model(), options));
  options.frozen = convolutions;
  const std::size_t linear_only = arena_bytes(*OwnedPlan(file.model(), options));
  CHECK(all - linear_only >= 2 * (260 + 5020) * sizeof(float));
}

TEST_CASE("any pool may serve a plan for fewer threads") {
  const auto file = network(test::kLenetSpec);
  const auto threads = GENERATE(1u, 2u);
  const PlanOptions options{.mode = Mode::train, .batch = 40, .threads = threads};
  const OwnedPlan plan(file.model(), options);
  PoisonedArena arena(arena_bytes(*plan));
  formats::ThreadPool pool(7);
  auto trainer = Trainer::create(file.model(), *plan, *kernels::cpu().table, arena.bytes(), 5, pool.hook());
  REQUIRE(trainer);
  const Data data(file.model(), options.batch, 10);
  for (int step = 0; step < 10; ++step) {
    CHECK(trainer->step(data.values, data.labels, {.rate = 0.01f}).status == Status::ok);
  }
  PoisonedArena alone_arena(arena_bytes(*plan));
  auto alone = Trainer::create(file.model(), *plan, *kernels::cpu().table, alone_arena.bytes(), 5);
  for (int step = 0; step < 10; ++step) alone->step(data.values, data.labels, {.rate = 0.01f});
  CHECK(arena.guards_intact());
  CHECK(weights_hash(trainer->session()) == weights_hash(alone->session()));
}

TEST_CASE("a network that changes nothing hands its input on") {
  const auto spec = GENERATE("input 6, flatten", "input 1x2x3, dropout 0.5, flatten", "input 6, dropout 0.1");
  const auto input = GENERATE(InputType::float32, InputType::uint8);
  const auto file = network(spec);
  const OwnedPlan plan(file.model(), {.input = input, .batch = 2});
  PoisonedArena arena(arena_bytes(*plan));
  check_inference(file, *plan, arena);
  CHECK(arena.guards_intact());
}
