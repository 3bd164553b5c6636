// Convolutions one behind another that pass rows on as soon as they are there: only those rows of a tensor
// between them are kept that the next one still reads.
#include "runtime/plan_notes.h"
#include "runtime/rolling.h"

namespace lentil {
namespace {

RowWindow row_window(const PlanNotes& n, const Step& step) {
  return op_of(step).row_window(n.model.layer(step.layer),
                                step.pool == kNoIndex ? Layer{} : n.model.layer(step.pool));
}

bool can_roll(const PlanNotes& n, const Step& from, const Step& to) {
  if (op_of(from).row_window == nullptr || op_of(to).row_window == nullptr) return false;
  if (to.input != from.output || n.readers_of(from.output) != 1 || from.output == n.plan->output)
    return false;
  const std::uint32_t rows = n.tensors[from.output].shape.height;
  return rows_kept(row_window(n, to), rows) < rows;
}

}  // namespace

void choose_rolling(PlanNotes& n) {
  std::uint32_t together = 1;
  for (std::size_t s = 0; s + 1 < n.plan->step_count; ++s) {
    const bool rolling = together < kMostRolling && can_roll(n, n.steps[s], n.steps[s + 1]);
    together = rolling ? together + 1 : 1;
    if (!rolling) continue;
    n.steps[s].flags |= kRollsOutput;
    n.steps[s + 1].flags |= kRollsInput;
  }
}

std::size_t PlanNotes::rolling_begin(std::size_t step) const {
  while (step < plan->step_count && steps[step].has(kRollsInput)) --step;
  return step;
}

std::size_t PlanNotes::rolling_end(std::size_t step) const {
  while (step < plan->step_count && steps[step].has(kRollsOutput)) ++step;
  return step;
}

std::uint64_t PlanNotes::stored_values(std::uint16_t tensor) const {
  const Shape& shape = tensors[tensor].shape;
  const Step* producer = producer_of(tensor);
  if (!producer->has(kRollsOutput)) return shape.count();
  return std::uint64_t{shape.channels} * rows_kept(row_window(*this, producer[1]), shape.height) * shape.width;
}

}  // namespace lentil
