// Needs what dump_lenet_steps.py writes; the environment variable LENTIL_LENET_STEPS names that file.
#include "tests/golden/lenet_steps.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>

namespace lentil::golden {
namespace {

constexpr std::uint32_t kSteps = 1000;
constexpr std::uint32_t kFreeSteps = 10;

StepsFile steps_file() {
  const char* path = std::getenv("LENTIL_LENET_STEPS");
  StepsFile file(path == nullptr ? "" : path);
  if (!file) WARN("skipped: no PyTorch, or LENTIL_LENET_STEPS does not name its steps");
  return file;
}

void restore(Trainer& trainer, const StepsFile::State& state) {
  const float* weights = state.weights.data();
  const float* velocities = state.velocities.data();
  for (const Tensor& t : kTensors) {
    REQUIRE(trainer.weights(t.layer, t.slot).size() == t.count);
    std::copy_n(weights, t.count, trainer.weights(t.layer, t.slot).data());
    std::copy_n(velocities, t.count, trainer.velocity(t.layer, t.slot).data());
    weights += t.count;
    velocities += t.count;
  }
  trainer.weights_changed();
}

// Adds the distance of each weight from PyTorch's.
void append_differences(Trainer& trainer, const StepsFile::State& state, std::vector<float>& differences) {
  const float* theirs = state.weights.data();
  for (const Tensor& t : kTensors)
    for (const float ours : trainer.weights(t.layer, t.slot))
      differences.push_back(std::abs(ours - *theirs++));
}

TEST_CASE("each of PyTorch's steps, replayed from its own state, ends where it did", "[.][steps]") {
  StepsFile file = steps_file();
  if (!file) return;
  LenetTrainer lenet;
  std::vector<float> differences;
  StepsFile::State state = file.next();
  for (std::uint32_t step = 0; step < kSteps; ++step) {
    restore(*lenet, state);
    REQUIRE(lenet.step(step).status == Status::ok);
    const StepsFile::State after = file.next();
    append_differences(*lenet, after, differences);
    REQUIRE((after.weights != state.weights));  // the file holds training, and not one state again and again
    state = after;
  }
  REQUIRE(differences.size() == std::size_t{kSteps} * kParameters);
  const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
  std::nth_element(differences.begin(), middle, differences.end());
  CAPTURE(*middle);
  CHECK(*std::ranges::max_element(differences) <= 5e-6f);
  CHECK(*middle <= 5e-8f);
}

TEST_CASE("the first steps from one start stay beside PyTorch's in every weight", "[.][steps]") {
  StepsFile file = steps_file();
  if (!file) return;
  LenetTrainer lenet;
  std::vector<float> differences;
  append_differences(*lenet, file.next(), differences);
  CHECK(*std::ranges::max_element(differences) == 0);  // one formula made both starts
  for (std::uint32_t step = 0; step < kFreeSteps; ++step) {
    REQUIRE(lenet.step(step).status == Status::ok);
    differences.clear();
    append_differences(*lenet, file.next(), differences);
    CAPTURE(step);
    CHECK(*std::ranges::max_element(differences) <= 1e-6f);
  }
}

}  // namespace
}  // namespace lentil::golden
