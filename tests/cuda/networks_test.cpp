// The networks of models/ on the CUDA kernels: outputs, losses and weights of Session and Trainer.
#include "tests/support/networks.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "models/registry.h"
#include "tests/cuda/device_network.h"

namespace lentil::cuda {
namespace {

using test::OwnedPlan;
using test::PoisonedArena;

constexpr Emulation kPlain{.checked = false, .threads = 1};
constexpr Sgd kSgd{.rate = 0.01f, .momentum = 0.5f, .weight_decay = 0.0005f};

formats::ModelFile lenet() { return test::network(test::kLenetSpec, 42); }

formats::ModelFile initialized(const models::Definition& definition) {
  formats::ModelFile file = definition.make();
  formats::initialize(file, 4);
  return file;
}

struct Data {
  std::vector<std::uint8_t> pixels, labels;
  Data(const formats::ModelFile& file, std::uint32_t images, std::uint32_t classes = 10)
      : pixels(test::random_bytes(images * file.input.count(), 5)),
        labels(test::random_bytes(images, 6, classes)) {}
};

class CpuTrainer {
 public:
  CpuTrainer(const formats::ModelFile& file, const PlanOptions& options, std::uint64_t seed)
      : plan_(file.model(), options),
        arena_(arena_bytes(*plan_)),
        trainer_(*Trainer::create(file.model(), *plan_, *kernels::cpu().table, arena_.bytes(), seed)) {}
  Trainer* operator->() { return &trainer_; }
  std::uint64_t hash() const { return weights_hash(trainer_.session()); }

 private:
  OwnedPlan plan_;
  PoisonedArena arena_;
  Trainer trainer_;
};

// The device's weights in a session of the processor, whose hash is the contract's.
std::uint64_t weights_hash_of(DeviceNetwork& device, const formats::ModelFile& file) {
  formats::ModelFile copy = file;
  for (std::uint32_t i = 0; i < copy.layers.size(); ++i) {
    for (std::size_t s = 0; s < kSlots; ++s) {
      const auto slot = static_cast<Slot>(s);
      const auto values = device.tensor(i, slot);
      std::copy(values.begin(), values.end(), copy.layers[i].tensor(slot).begin());
    }
  }
  return weights_hash(copy.model());
}

}  // namespace

TEST_CASE("every network of the registry gives the processor's outputs") {
  for (const models::Definition& entry : models::definitions()) {
    const formats::ModelFile file = initialized(entry);
    const Data data(file, 2);
    for (const Mode mode : {Mode::infer, Mode::train}) {
      const PlanOptions options{.mode = mode, .input = InputType::uint8, .batch = 2};
      const OwnedPlan plan(file.model(), options);
      PoisonedArena arena(arena_bytes(*plan));
      auto session = Session::create(file.model(), *plan, *kernels::cpu().table, arena.bytes());
      std::vector<float> outputs(2 * session->output_size());
      REQUIRE(session->run(data.pixels, outputs) == Status::ok);
      DeviceNetwork device(file.model(), options, 0, kPlain);
      INFO(entry.name);
      CHECK(device.forward(std::span<const std::uint8_t>(data.pixels)) == outputs);
    }
  }
}

TEST_CASE("ten steps of every network of the registry give the processor's weights") {
  for (const models::Definition& entry : models::definitions()) {
    const formats::ModelFile file = initialized(entry);
    const PlanOptions options{.mode = Mode::train, .input = InputType::uint8, .batch = 4};
    const Data data(file, 4);
    CpuTrainer cpu(file, options, 9);
    DeviceNetwork device(file.model(), options, 9, kPlain);
    INFO(entry.name);
    for (int step = 0; step < 10; ++step) {
      const auto expected = cpu->step(data.pixels, std::span<const std::uint8_t>(data.labels), kSgd);
      const auto got = device.step(std::span<const std::uint8_t>(data.pixels), data.labels, {}, kSgd);
      CHECK(got.loss == expected.loss);
      CHECK(got.correct == expected.correct);
    }
    CHECK(device.state().steps_done == 10);
    CHECK(weights_hash_of(device, file) == cpu.hash());
  }
}

TEST_CASE("LeNet trains without a finding, whatever the threads' number and order") {
  const formats::ModelFile file = lenet();
  const PlanOptions options{.mode = Mode::train, .input = InputType::uint8, .batch = 3};
  const Data data(file, 3);
  CpuTrainer cpu(file, options, 1);
  cpu->step(data.pixels, std::span<const std::uint8_t>(data.labels), kSgd);
  for (const Emulation& how :
       {Emulation{.threads = 256}, Emulation{.threads = 96, .order = ThreadOrder::shuffled, .blocks = 2},
        Emulation{.threads = 32, .order = ThreadOrder::descending, .blocks = 1}}) {
    DeviceNetwork device(file.model(), options, 1, how);
    device.step(std::span<const std::uint8_t>(data.pixels), data.labels, {}, kSgd);
    CHECK(device.findings() == "");
    CHECK(weights_hash_of(device, file) == cpu.hash());
  }
}

TEST_CASE("convolutions with many rows of taps train to the processor's bits, whatever their windows") {
  for (const char* spec :
       {"input 4x9x9, conv 32 k4 p2 g2, relu, conv 16 k3 p1, tanh, flatten, linear 3",
        "input 2x11x8, conv 12 k3, maxpool 2, relu, conv 30 k1x3 p1, maxpool 2, conv 10 k6 p3, "
        "flatten, linear 3",
        "input 8x9x9, conv 16 k3 s2 p1, conv 32 k2 d2, relu, flatten, linear 3"}) {
    const formats::ModelFile file = test::network(spec);
    const PlanOptions options{.mode = Mode::train, .input = InputType::uint8, .batch = 2};
    const Data data(file, 2, 3);
    CpuTrainer cpu(file, options, 1);
    DeviceNetwork device(file.model(), options, 1, {.threads = 256, .order = ThreadOrder::shuffled});
    for (int step = 0; step < 2; ++step) {
      cpu->step(data.pixels, std::span<const std::uint8_t>(data.labels), kSgd);
      device.step(std::span<const std::uint8_t>(data.pixels), data.labels, {}, kSgd);
    }
    INFO(spec);
    CHECK(device.findings() == "");
    CHECK(weights_hash_of(device, file) == cpu.hash());
  }
}

TEST_CASE("batch-norms that learn train to the processor's bits, alone, frozen in part, and in branches") {
  for (const auto& [spec, frozen] : std::vector<std::pair<const char*, std::vector<std::uint16_t>>>{
           {"input 2x7x7, bn, conv 4 k3, bn, relu, maxpool 2, flatten, linear 6, bn, tanh, linear 3", {}},
           {"input 1x8x8, conv 3 k3, bn, prelu, dropout 0.3, conv 4 k3, bn, flatten, linear 3", {1}},
           {"input 1x4x4, flatten, linear 5, bn, sigmoid, bn, linear 3, logsoftmax", {}}}) {
    const formats::ModelFile file = test::network(spec);
    const PlanOptions options{
        .mode = Mode::train, .input = InputType::uint8, .batch = 5, .momentum = true, .frozen = frozen};
    const Data data(file, 5, 3);
    CpuTrainer cpu(file, options, 1);
    DeviceNetwork device(file.model(), options, 1, {.threads = 64, .order = ThreadOrder::shuffled});
    INFO(spec);
    for (int step = 0; step < 3; ++step) {
      const auto expected = cpu->step(data.pixels, std::span<const std::uint8_t>(data.labels), kSgd);
      CHECK(device.step(std::span<const std::uint8_t>(data.pixels), data.labels, {}, kSgd).loss ==
            expected.loss);
    }
    CHECK(device.findings() == "");
    CHECK(weights_hash_of(device, file) == cpu.hash());
  }
}

TEST_CASE("images come in the order that is given, out of a data set of pixels") {
  const formats::ModelFile file = lenet();
  const PlanOptions options{.mode = Mode::train, .input = InputType::uint8, .batch = 3};
  const Data data(file, 8);
  const std::vector<std::uint32_t> order{7, 2, 5};
  std::vector<std::uint8_t> pixels, labels;
  for (const std::uint32_t i : order) {
    const auto first = data.pixels.begin() + static_cast<std::ptrdiff_t>(i * file.input.count());
    pixels.insert(pixels.end(), first, first + static_cast<std::ptrdiff_t>(file.input.count()));
    labels.push_back(data.labels[i]);
  }
  CpuTrainer cpu(file, options, 1);
  const auto expected = cpu->step(pixels, std::span<const std::uint8_t>(labels), kSgd);
  DeviceNetwork device(file.model(), options, 1, kPlain);
  const auto got = device.step(std::span<const std::uint8_t>(data.pixels), data.labels, {}, kSgd, order);
  CHECK(got.loss == expected.loss);
  CHECK(weights_hash_of(device, file) == cpu.hash());
}

TEST_CASE("probabilities as targets train to the processor's bits") {
  const formats::ModelFile file = lenet();
  const PlanOptions options{.mode = Mode::train, .input = InputType::uint8, .batch = 2};
  const Data data(file, 2);
  std::vector<float> targets(20, 0.05f);
  targets[3] = targets[17] = 0.55f;
  CpuTrainer cpu(file, options, 1);
  const auto expected = cpu->step(data.pixels, std::span<const float>(targets), kSgd);
  DeviceNetwork device(file.model(), options, 1, kPlain);
  const auto got = device.step(std::span<const std::uint8_t>(data.pixels), {}, targets, kSgd);
  CHECK(got.loss == expected.loss);
  CHECK(got.correct == 0);
  CHECK(weights_hash_of(device, file) == cpu.hash());
}

TEST_CASE("a loss that is not finite leaves the weights alone, in this step and in those after it") {
  const formats::ModelFile file = test::network("input 1x2x2, flatten, linear 2");
  const PlanOptions options{.mode = Mode::train, .batch = 1};
  DeviceNetwork device(file.model(), options, 1);
  const std::uint64_t before = weights_hash_of(device, file);
  const std::vector<std::uint8_t> labels{0};
  const std::vector<float> wrong(4, std::numeric_limits<float>::infinity()), right(4, 1.0f);
  CHECK_FALSE(std::isfinite(device.step(std::span<const float>(wrong), labels, {}, kSgd).loss));
  CHECK(device.state().failed == 1);
  CHECK(weights_hash_of(device, file) == before);
  CHECK_FALSE(std::isfinite(device.step(std::span<const float>(right), labels, {}, kSgd).loss));
  CHECK(weights_hash_of(device, file) == before);
  CHECK(device.state().steps_done == 0);
  CHECK(device.findings() == "");
}

}  // namespace lentil::cuda
