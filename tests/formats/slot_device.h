// A device with a network, its trainer and, if wanted, a learner: what tests of slots save and load.
#pragma once
#include <catch2/catch.hpp>
#include <optional>

#include "formats/slots.h"
#include "runtime/hash.h"
#include "tests/formats/sample_models.h"
#include "tests/support/networks.h"

namespace lentil::test {

struct DeviceOptions {
  InputType input = InputType::uint8;
  std::uint32_t corrections = 0;  // 0: a trainer alone
  bool velocities = true;
  std::uint64_t seed = 1;
  std::span<const std::uint16_t> frozen{};
};

// A classifier of 6 x 6 pixels in four classes, with two golden samples.
inline formats::ModelFile small_network(std::uint64_t seed = 1) {
  auto file = network(
      "input 1x6x6, conv 2 k3, relu, flatten, linear 5, dropout 0.5, relu, linear 4, logsoftmax", seed);
  for (const std::uint64_t sample : {1u, 2u})
    file.golden.push_back({random_bytes(36, sample), {}, std::vector<float>(4), 0});
  return file;
}

class Device {
 public:
  explicit Device(formats::AlignedBytes file, const DeviceOptions& options = {})
      : options_(options),
        bytes_(std::move(file)),
        base_(*formats::open_model(bytes_)),
        plan_(base_.model(), {.mode = Mode::train,
                              .goal = Goal::small,
                              .input = options.input,
                              .batch = 4,
                              .frozen = options.frozen}),
        arena_(static_cast<std::size_t>(
            learner_bytes(base_.model(), *plan_, {std::max(options.corrections, 1u), 0}))) {
    const auto& table = *kernels::cpu().table;
    if (options.corrections > 0) {
      learner_ = *Learner::create(base_.model(), *plan_, table, arena_.bytes(), {options.corrections, 0},
                                  options.seed);
    } else {
      trainer_ = *Trainer::create(base_.model(), *plan_, table, arena_.bytes(), options.seed);
    }
  }
  explicit Device(const formats::ModelFile& file, const DeviceOptions& options = {})
      : Device(formats::write_model(file), options) {}
  explicit Device(const DeviceOptions& options = {}) : Device(small_network(), options) {}

  const formats::FileView& base() const { return base_; }
  Trainer& trainer() { return learner_ ? learner_->trainer() : *trainer_; }
  Learner& learner() { return *learner_; }
  const Plan& plan() const { return *plan_; }
  formats::Learnt learnt() {
    return {base_, trainer(), learner_ ? &*learner_ : nullptr, options_.velocities};
  }
  std::uint64_t slot_bytes(std::uint32_t unit = 1) const {
    return formats::slot_bytes(base_, *plan_, {options_.velocities, options_.corrections}, unit);
  }

  void train(std::uint32_t steps = 1) {
    for (std::uint32_t i = 0; i < steps; ++i) {
      const std::uint64_t number = trainer().steps_done();
      const std::size_t count = 4 * base_.model().input.count();
      const auto labels =
          random_bytes(4, 100 + number, static_cast<std::uint32_t>(trainer().session().output_size()));
      const Sgd sgd{.rate = 0.05f, .momentum = 0.5f};
      const auto result = options_.input == InputType::uint8
                              ? trainer().step(random_bytes(count, number), labels, sgd)
                              : trainer().step(random_floats(count, number), labels, sgd);
      REQUIRE(result.status == Status::ok);
    }
  }

  // Everything that a slot keeps.
  std::uint64_t state() {
    std::uint64_t hash = weights_hash(trainer().session());
    const auto mix = [&](std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3ull; };
    mix(trainer().steps_done());
    mix(trainer().seed());
    for (std::uint32_t layer = 0; layer < base_.model().layer_count; ++layer) {
      for (const Slot slot : {Slot::weight, Slot::bias})
        hash = hash_floats(hash, trainer().velocity(layer, slot));
    }
    if (!learner_) return hash;
    mix(learner_->next_place());
    for (std::uint32_t age = 0; age < learner_->corrections(); ++age) {
      mix(learner_->correction_label(age));
      for (const std::uint8_t pixel : learner_->correction_pixels(age)) mix(pixel);
    }
    return hash;
  }

 private:
  DeviceOptions options_;
  formats::AlignedBytes bytes_;
  formats::FileView base_;
  OwnedPlan plan_;
  PoisonedArena arena_;
  std::optional<Trainer> trainer_;
  std::optional<Learner> learner_;
};

}  // namespace lentil::test
