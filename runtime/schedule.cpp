#include "runtime/schedule.h"

#include <cassert>

#include "kernels/math.h"

namespace lentil {
namespace {

// From `begin` at x = 0 to `end` at x = 1 along half a cosine.
float anneal(float begin, float end, float x) {
  return kernels::fma((begin - end) * 0.5f, kernels::cos_pi(x) + 1.0f, end);
}

// Ends early where more factors change nothing, so that no number of epochs costs more than floats have
// values.
float step_rate(const Schedule& s, float rate, std::uint64_t factors) {
  for (; factors > 0; --factors) {
    const float next = rate * s.gamma;
    if (next == rate) break;
    rate = next;
  }
  return rate;
}

// The rate is highest where the two halves meet; as in PyTorch this may lie between two steps.
Sgd one_cycle(const Schedule& s, Sgd sgd, const ScheduleStep& at) {
  const auto step = static_cast<float>(at.step), total = static_cast<float>(at.total_steps);
  const float last = total - 1.0f;
  const float peak = kernels::fma(s.warm_up, total, -1.0f);
  const float start_rate = sgd.rate / s.start_divisor;
  const bool rising = step < peak;
  const float x = rising ? step / peak : step < last ? (step - peak) / (last - peak) : 1.0f;
  const bool momentum = sgd.momentum != 0;
  if (rising) {
    sgd.rate = anneal(start_rate, sgd.rate, x);
    if (momentum) sgd.momentum = anneal(s.max_momentum, s.base_momentum, x);
  } else {
    sgd.rate = anneal(sgd.rate, start_rate / s.end_divisor, x);
    if (momentum) sgd.momentum = anneal(s.base_momentum, s.max_momentum, x);
  }
  return sgd;
}

}  // namespace

Sgd scheduled(const Schedule& schedule, const Sgd& base, const ScheduleStep& at) {
  assert(at.step < at.total_steps || schedule.kind == Schedule::Kind::constant);
  assert(at.steps_per_epoch > 0 && schedule.step_size > 0);
  Sgd sgd = base;
  switch (schedule.kind) {
    case Schedule::Kind::constant:
      break;
    case Schedule::Kind::step:
      sgd.rate = step_rate(schedule, base.rate, at.step / at.steps_per_epoch / schedule.step_size);
      break;
    case Schedule::Kind::cosine:
      sgd.rate = anneal(base.rate, schedule.min_rate,
                        static_cast<float>(at.step) / static_cast<float>(at.total_steps));
      break;
    case Schedule::Kind::one_cycle:
      return one_cycle(schedule, base, at);
  }
  return sgd;
}

}  // namespace lentil
