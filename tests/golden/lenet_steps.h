// LeNet in our Trainer and in PyTorch, for comparison step by step.
#pragma once
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "kernels/device.h"
#include "tests/golden/lenet.h"
#include "tests/support/networks.h"

namespace lentil::golden {

// Of LeNet without dropout, in the order of the state_dict.
struct Tensor {
  std::uint32_t layer;
  Slot slot;
  std::size_t count;
};
inline constexpr Tensor kTensors[] = {
    {0, Slot::weight, 250},   {0, Slot::bias, 10}, {3, Slot::weight, 5000}, {3, Slot::bias, 20},
    {7, Slot::weight, 16000}, {7, Slot::bias, 50}, {9, Slot::weight, 500},  {9, Slot::bias, 10},
};
inline constexpr std::size_t kParameters = 21840;
inline constexpr Sgd kSgd{.rate = 0.005f, .momentum = 0.9f};

// A Trainer with all that it borrows.
class LenetTrainer {
 public:
  LenetTrainer()
      : model_(kImageShape, image_normalization()),
        plan_((add_lenet(model_, 0), model_.model()), {.mode = Mode::train, .batch = kBatch, .frozen = {}}),
        arena_(arena_bytes(*plan_)),
        trainer_(Trainer::create(model_.model(), *plan_, *kernels::cpu().table, arena_.bytes(), 0)) {
    if (!trainer_) throw std::runtime_error(status_name(trainer_.error().status));
  }
  Trainer& operator*() { return *trainer_; }

  StepResult step(std::uint32_t number) {
    const LabelledBatch batch = batch_of_step(number);
    return trainer_->step(batch.values, batch.labels, kSgd);
  }

 private:
  reference::MemoryModel model_;
  test::OwnedPlan plan_;
  test::PoisonedArena arena_;
  Result<Trainer> trainer_;
};

// What dump_lenet_steps.py wrote, read state by state.
class StepsFile {
 public:
  struct State {
    std::vector<float> weights = std::vector<float>(kParameters);
    std::vector<float> velocities = std::vector<float>(kParameters);
  };

  explicit StepsFile(const std::string& path) : file_(path, std::ios::binary) {}
  explicit operator bool() const { return file_.is_open(); }

  // Throws behind the last state.
  State next() {
    State state;
    read(state.weights);
    read(state.velocities);
    return state;
  }

 private:
  void read(std::vector<float>& values) {
    const auto bytes = static_cast<std::streamsize>(values.size() * sizeof(float));
    if (!file_.read(reinterpret_cast<char*>(values.data()), bytes))
      throw std::runtime_error("no more states");
  }

  std::ifstream file_;
};

}  // namespace lentil::golden
