#include "runtime/plan_notes.h"

#include <algorithm>
#include <new>

namespace lentil {
namespace {

constexpr std::size_t kIntervalsPerStep = 6, kIntervalsPerTensor = 2;

// Where the notes lie behind the plan. A step per layer and one for pixels is the most there can be.
struct Layout {
  std::size_t tensors, shapes, tensor_of, uses, intervals, bytes;
  explicit Layout(std::size_t layers) {
    tensors = sizeof(Plan) + (layers + 1) * sizeof(Step);
    shapes = tensors + (layers + 2) * sizeof(TensorSlot);
    tensor_of = shapes + layers * sizeof(Shape);
    uses = tensor_of + layers * sizeof(std::uint16_t);
    intervals = (uses + layers * sizeof(std::uint16_t) + alignof(Interval) - 1) / alignof(Interval) *
                alignof(Interval);
    bytes = intervals +
            ((layers + 1) * kIntervalsPerStep + (layers + 2) * kIntervalsPerTensor) * sizeof(Interval);
  }
};

}  // namespace

std::size_t PlanNotes::bytes(std::size_t layers) { return Layout(layers).bytes; }

PlanNotes::PlanNotes(const Model& m, const PlanOptions& o, std::byte* bytes)
    : model(m), options(o), memory(bytes), plan(new (bytes) Plan) {
  const Layout at(m.layer_count);
  steps = reinterpret_cast<Step*>(bytes + sizeof(Plan));
  tensors = reinterpret_cast<TensorSlot*>(bytes + at.tensors);
  shapes = {reinterpret_cast<Shape*>(bytes + at.shapes), m.layer_count};
  tensor_of = {reinterpret_cast<std::uint16_t*>(bytes + at.tensor_of), m.layer_count};
  uses = {reinterpret_cast<std::uint16_t*>(bytes + at.uses), m.layer_count};
  intervals = reinterpret_cast<Interval*>(bytes + at.intervals);
  plan->batch = o.batch;
  plan->threads = static_cast<std::uint16_t>(o.threads);
  plan->alignment = o.goal == Goal::small ? 16 : 64;
  plan->mode = o.mode;
  plan->goal = o.goal;
  plan->input = o.input;
  plan->loss = o.loss;
  plan->label_smoothing = o.label_smoothing;
}

Step* PlanNotes::producer_of(std::uint16_t tensor) const {
  Step* const end = steps + plan->step_count;
  Step* const found = std::find_if(steps, end, [&](const Step& s) { return s.output == tensor; });
  return found == end ? nullptr : found;
}

std::uint32_t PlanNotes::readers_of(std::uint16_t tensor) const {
  return static_cast<std::uint32_t>(
      std::count_if(steps, steps + plan->step_count, [&](const Step& s) { return s.input == tensor; }));
}

}  // namespace lentil
