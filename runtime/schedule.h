// How the learning rate moves over a training: the formulas of PyTorch's StepLR, CosineAnnealingLR and
// OneCycleLR, made of the contract's operations, so that every machine sees the same rates.
#pragma once
#include <cstdint>

#include "runtime/trainer.h"

namespace lentil {

struct Schedule {
  enum class Kind : std::uint8_t {
    constant,
    step,       // times gamma after every step_size epochs
    cosine,     // from the rate to min_rate along half a cosine, step by step
    one_cycle,  // up to the rate, down to next to nothing; momentum the other way
  };
  Kind kind = Kind::constant;
  std::uint32_t step_size = 1;  // step: epochs, at least 1
  float gamma = 0.7f;           // step
  float min_rate = 0;           // cosine
  // one_cycle: starts at rate / start_divisor, is at the rate after the share `warm_up` of the steps, and
  // ends at rate / (start_divisor * end_divisor).
  float warm_up = 0.3f, start_divisor = 25, end_divisor = 1e4f;
  float base_momentum = 0.85f, max_momentum = 0.95f;  // one_cycle, unless the momentum is 0
};

// The place of a step in the whole training. Rates of all kinds but `constant` depend on it alone: a training
// that was interrupted goes on with the rate that would have come.
struct ScheduleStep {
  std::uint64_t step = 0;  // from 0
  std::uint64_t total_steps = 1;
  std::uint64_t steps_per_epoch = 1;
};

// `base` as it is to be for this step.
Sgd scheduled(const Schedule& schedule, const Sgd& base, const ScheduleStep& at);

}  // namespace lentil
