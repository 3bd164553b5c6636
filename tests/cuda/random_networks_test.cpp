// Random networks of tests/stress through the CUDA kernels: the bits of Session and Trainer.
#include <catch2/catch.hpp>

#include "runtime/plan_data.h"
#include "tests/cuda/device_network.h"
#include "tests/stress/random_network.h"
#include "tests/support/networks.h"

namespace lentil::cuda {
namespace {

using test::OwnedPlan;
using test::PoisonedArena;

struct Case {
  explicit Case(std::uint32_t number) : seed(number), file(stress::random_network(number)) {
    run = stress::random_run(number, file);
    const OwnedPlan plan(file.model(), {});
    outputs = plan->tensors()[plan->output].shape.count();
    floats = test::random_floats(run.batch * file.input.count(), seed);
    pixels = test::random_bytes(run.batch * file.input.count(), seed);
    labels = test::random_bytes(run.batch, seed + 1, static_cast<std::uint32_t>(outputs));
    targets = test::random_floats(run.batch * outputs, seed + 2);
  }
  PlanOptions options(Mode mode, bool fuse) const {
    return {.mode = mode,
            .input = run.input,
            .loss = run.loss,
            .label_smoothing = run.label_smoothing,
            .batch = run.batch,
            .momentum = run.momentum,
            .fuse = fuse,
            .frozen = run.frozen};
  }
  Sgd sgd() const {
    return {.rate = 0.05f,
            .momentum = run.momentum ? 0.9f : 0.0f,
            .weight_decay = 0.001f,
            .nesterov = run.nesterov};
  }

  std::uint32_t seed;
  formats::ModelFile file;
  stress::RandomRun run;
  std::size_t outputs = 0;
  std::vector<float> floats, targets;
  std::vector<std::uint8_t> pixels, labels;
};

template <class Body>
auto with_input(const Case& c, Body body) {
  return c.run.input == InputType::uint8 ? body(std::span<const std::uint8_t>(c.pixels))
                                         : body(std::span<const float>(c.floats));
}

std::vector<float> session_outputs(const Case& c) {
  const OwnedPlan plan(c.file.model(), c.options(Mode::infer, true));
  PoisonedArena arena(arena_bytes(*plan));
  auto session = Session::create(c.file.model(), *plan, *kernels::cpu().table, arena.bytes());
  std::vector<float> outputs(c.run.batch * c.outputs);
  with_input(c, [&](auto images) { REQUIRE(session->run(images, outputs) == Status::ok); });
  return outputs;
}

void check_training(const Case& c, const Emulation& emulation, bool fuse) {
  const PlanOptions options = c.options(Mode::train, fuse);
  const OwnedPlan plan(c.file.model(), options);
  PoisonedArena arena(arena_bytes(*plan));
  auto trainer = Trainer::create(c.file.model(), *plan, *kernels::cpu().table, arena.bytes(), c.seed);
  REQUIRE(trainer);
  DeviceNetwork device(c.file.model(), options, c.seed, emulation);
  for (int step = 0; step < 2; ++step) {
    const bool mse = c.run.loss == Loss::mse;
    const lentil::StepResult expected = with_input(c, [&](auto images) {
      return mse ? trainer->step(images, std::span<const float>(c.targets), c.sgd())
                 : trainer->step(images, std::span<const std::uint8_t>(c.labels), c.sgd());
    });
    const StepResult got = with_input(c, [&](auto images) {
      return device.step(images, c.labels, mse ? std::span<const float>(c.targets) : std::span<const float>{},
                         c.sgd());
    });
    if (expected.status == Status::non_finite_loss) return;
    CHECK(got.loss == expected.loss);
    CHECK(got.correct == expected.correct);
  }
  CHECK(device.findings() == "");
  for (std::uint32_t i = 0; i < c.file.layers.size(); ++i) {
    for (std::size_t s = 0; s < kSlots; ++s) {
      const auto slot = static_cast<Slot>(s);
      const auto expected = trainer->session().tensor(i, slot);
      const auto got = device.tensor(i, slot);
      INFO(c.file.layers[i].name << "." << slot_name(slot));
      CHECK(std::equal(got.begin(), got.end(), expected.begin(), expected.end()));
    }
  }
  std::vector<float> outputs(c.run.batch * c.outputs);
  with_input(c, [&](auto images) {
    REQUIRE(trainer->session().run(images, outputs) == Status::ok);
    CHECK(device.forward(images) == outputs);
  });
}

void check(std::uint32_t seed, const Emulation& emulation) {
  const Case c(seed);
  INFO("random network " << seed);
  for (const bool fuse : {true, false}) {
    DeviceNetwork device(c.file.model(), c.options(Mode::infer, fuse), 0, emulation);
    const auto outputs = with_input(c, [&](auto images) { return device.forward(images); });
    CHECK(outputs == session_outputs(c));
    CHECK(device.findings() == "");
    check_training(c, emulation, fuse);
  }
}

}  // namespace

TEST_CASE("random networks give the processor's bits and no finding, in any order of threads") {
  for (std::uint32_t seed = 0; seed < 60; ++seed)
    check(seed, {.order = seed % 3 == 0   ? ThreadOrder::ascending
                          : seed % 3 == 1 ? ThreadOrder::descending
                                          : ThreadOrder::shuffled});
}

TEST_CASE("many random networks give the processor's bits") {
  for (std::uint32_t seed = 1000; seed < 1400; ++seed) check(seed, {.checked = false, .threads = 1});
}

}  // namespace lentil::cuda
