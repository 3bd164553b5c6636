// Batch-norms that learn: where the images of a step wait for their statistics.
#include <algorithm>

#include "runtime/device_program.h"

namespace lentil {
namespace {

std::span<const cuda::Step> steps_of(const cuda::Program& program) {
  return {reinterpret_cast<const cuda::Step*>(&program + 1), program.step_count};
}
bool learns(const cuda::Step& step) { return (step.flags & cuda::kLearnsStatistics) != 0; }

}  // namespace

DeviceStop next_stop(const cuda::Program& program, std::uint32_t from) {
  const auto steps = steps_of(program);
  const std::uint32_t count = program.step_count;
  for (std::uint32_t s = from + 1; s < count; ++s)
    if (learns(steps[s])) return {s, s, steps[s].parameters, cuda::RowsWork::forward_statistics};
  for (std::uint32_t s = count - 1; s > 0; --s) {
    const std::uint32_t place = count + 1 + 2 * (count - 1 - s) + 1;
    if (place > from && learns(steps[s]))
      return {place, s, steps[s].parameters, cuda::RowsWork::backward_statistics};
  }
  return {cuda::kAllPlaces, 0, 0, cuda::RowsWork::update};
}

std::uint32_t least_images(const cuda::Program& program) {
  const auto needs_two = [](const cuda::Step& s) {
    const std::int32_t values = s.in.channels * s.in.height * s.in.width;
    return learns(s) && values == static_cast<std::int32_t>(s.parameters);
  };
  const auto steps = steps_of(program);
  return std::any_of(steps.begin(), steps.end(), needs_two) ? 2 : 1;
}

}  // namespace lentil
