// Networks, data and plans for tests of the runtime.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "formats/initial_weights.h"
#include "formats/spec.h"
#include "kernels/philox.h"
#include "runtime/trainer.h"
#include "tests/support/poisoned_arena.h"

namespace lentil::test {

// A network from its one-line spec, with weights drawn from `seed`.
inline formats::ModelFile network(std::string_view spec, std::uint64_t seed = 1) {
  auto file = formats::model_from_spec(spec);
  if (!file) throw std::runtime_error(file.error().message);
  formats::initialize(*file, seed);
  return *file;
}

inline constexpr std::string_view kLenetSpec =
    "conv 10 k5 @conv1, maxpool 2, relu, conv 20 k5 @conv2, dropout2d 0.5, maxpool 2, relu, flatten, "
    "linear 50 @fc1, relu, dropout 0.5, linear 10 @fc2, logsoftmax";

inline std::vector<float> random_floats(std::size_t count, std::uint64_t seed) {
  std::vector<float> values(count);
  const kernels::RandomKey key{seed, kernels::RandomUse::synth};
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = 2 * kernels::random_uniform(key, static_cast<std::uint32_t>(i)) - 1;
  }
  return values;
}
inline std::vector<std::uint8_t> random_bytes(std::size_t count, std::uint64_t seed,
                                              std::uint32_t below = 256) {
  std::vector<std::uint8_t> values(count);
  const kernels::RandomKey key{seed, kernels::RandomUse::synth};
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<std::uint8_t>(kernels::random_bits(key, static_cast<std::uint32_t>(i)) % below);
  }
  return values;
}

// A plan with the memory that it lies in.
class OwnedPlan {
 public:
  OwnedPlan(const Model& model, const PlanOptions& options) : memory_(plan_memory_bytes(model)) {
    const auto made = lentil::plan(model, options, memory_.bytes());
    if (!made) throw std::runtime_error(status_name(made.error().status));
    plan_ = *made;
  }
  const Plan& operator*() const { return *plan_; }
  const Plan* operator->() const { return plan_; }

 private:
  PoisonedArena memory_;
  const Plan* plan_ = nullptr;
};

}  // namespace lentil::test
