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
constexpr float kVelocityMedian = 5e-9f;

StepsFile steps_file() {
  Catch::StringMaker<float>::precision = 12;  // behind the point: with five, distances read 0.0
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

// The distances of all weights, or of all velocities, from PyTorch's.
struct Distances {
  std::vector<float> values;

  template <class Ours>
  void add(const std::vector<float>& theirs, Ours&& ours) {
    const float* their = theirs.data();
    for (const Tensor& t : kTensors)
      for (const float our : ours(t)) values.push_back(std::abs(our - *their++));
  }
  void add_weights(Trainer& trainer, const StepsFile::State& state) {
    add(state.weights, [&](const Tensor& t) { return trainer.weights(t.layer, t.slot); });
  }
  void add_velocities(Trainer& trainer, const StepsFile::State& state) {
    add(state.velocities, [&](const Tensor& t) { return trainer.velocity(t.layer, t.slot); });
  }
  float largest() const { return *std::ranges::max_element(values); }
  float median() {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }
};

TEST_CASE("each of PyTorch's steps, replayed from its own state, ends where it did", "[.][steps]") {
  StepsFile file = steps_file();
  if (!file) return;
  LenetTrainer lenet;
  Distances weights, velocities;
  StepsFile::State state = file.next();
  for (std::uint32_t step = 0; step < kSteps; ++step) {
    restore(*lenet, state);
    REQUIRE(lenet.step(step).status == Status::ok);
    const StepsFile::State after = file.next();
    weights.add_weights(*lenet, after);
    velocities.add_velocities(*lenet, after);
    REQUIRE((after.weights != state.weights));  // the file holds training, and not one state again and again
    state = after;
  }
  REQUIRE(weights.values.size() == std::size_t{kSteps} * kParameters);
  CHECK(weights.largest() <= 5e-6f);
  CHECK(weights.median() <= 5e-8f);
  // Most weights round to PyTorch's own bits, whatever the last digits of their gradients; velocities show
  // those digits.
  CHECK(velocities.median() <= kVelocityMedian);
}

TEST_CASE("the first steps from one start stay beside PyTorch's in every weight", "[.][steps]") {
  StepsFile file = steps_file();
  if (!file) return;
  LenetTrainer lenet;
  Distances start;
  start.add_weights(*lenet, file.next());
  CHECK(start.largest() == 0);  // one formula made both starts
  for (std::uint32_t step = 0; step < kFreeSteps; ++step) {
    REQUIRE(lenet.step(step).status == Status::ok);
    Distances distances;
    distances.add_weights(*lenet, file.next());
    CAPTURE(step);
    CHECK(distances.largest() <= 1e-6f);
  }
}

}  // namespace
}  // namespace lentil::golden
