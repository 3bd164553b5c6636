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

bool can_roll(const PlanNotes& n, std::size_t s) {
  const Step& from = n.steps[s];
  const Step& to = n.steps[s + 1];
  if (op_of(from).row_window == nullptr || op_of(to).row_window == nullptr) return false;
  if (to.input != from.output || n.readers_of(from.output) != 1) return false;
  const std::uint32_t rows = n.tensors[from.output].shape.height;
  return s - n.rolling_begin(s) + 2 <= kMostRolling && rows_kept(row_window(n, to), rows) < rows;
}

Error lay_out_again(PlanNotes& n) {
  n.plan->step_count = n.plan->tensor_count = 0;
  n.interval_count = 0;
  return lay_out(n);
}

}  // namespace

// All that roll together live at the same time, which may cost more than it saves: a pair joins if the plan
// does not become larger, and in the end it has to be smaller.
Error lay_out_rolling(PlanNotes& n) {
  Error error = lay_out(n);
  if (error.status != Status::ok) return error;
  const std::uint32_t whole = n.plan->bytes;
  std::uint32_t least = whole;
  for (std::size_t s = 0; s + 1 < n.plan->step_count && s < 31; ++s) {
    if (!can_roll(n, s)) continue;
    n.rolling |= 1u << s;
    error = lay_out_again(n);
    const bool joins = error.status == Status::ok && n.plan->bytes <= least;
    if (joins) least = n.plan->bytes;
    if (!joins) n.rolling ^= 1u << s;
    if (!joins) error = lay_out_again(n);
  }
  if (least < whole || n.rolling == 0) return error;
  n.rolling = 0;
  return lay_out_again(n);
}

void mark_rolling(PlanNotes& n) {
  for (std::size_t s = 0; n.rolling >> s != 0; ++s) {
    if ((n.rolling >> s & 1) == 0) continue;
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
  return std::uint64_t{shape.channels} * rows_kept(row_window(*this, producer[1]), shape.height) *
         shape.width;
}

}  // namespace lentil
