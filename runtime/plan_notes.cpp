#include "runtime/plan_notes.h"

#include <algorithm>
#include <new>

#include "runtime/graph.h"

namespace lentil {
namespace {

constexpr std::size_t kIntervalsPerStep = 6, kIntervalsPerTensor = 2;

// Where the notes lie behind the plan. Each step makes at most one tensor, and one is the caller's.
struct Layout {
  std::size_t tensors, shapes, tensor_of, uses, intervals, bytes;
  explicit Layout(const Model& model) {
    const std::size_t layers = model.layer_count, steps = most_steps(model);
    tensors = sizeof(Plan) + steps * sizeof(Step);
    shapes = tensors + (steps + 1) * sizeof(TensorSlot);
    tensor_of = shapes + layers * sizeof(Shape);
    uses = tensor_of + layers * sizeof(std::uint16_t);
    intervals = (uses + layers * sizeof(std::uint16_t) + alignof(Interval) - 1) / alignof(Interval) *
                alignof(Interval);
    bytes = intervals + (steps * kIntervalsPerStep + (steps + 1) * kIntervalsPerTensor) * sizeof(Interval);
  }
};

}  // namespace

// One for the pixels; one per layer, per input of a Concat, and one more where a copy restores the rows and
// columns of a flat view.
std::size_t most_steps(const Model& model) {
  std::size_t steps = 1;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    const OpDef* op = find_op(layer.type);
    steps += input_count(layer) + (op != nullptr && op->reads_planes ? 1 : 0);
  }
  return steps;
}

std::size_t PlanNotes::bytes(const Model& model) { return Layout(model).bytes; }

PlanNotes::PlanNotes(const Model& m, const PlanOptions& o, std::byte* bytes)
    : model(m), options(o), memory(bytes), plan(new (bytes) Plan) {
  const Layout at(m);
  steps = reinterpret_cast<Step*>(bytes + sizeof(Plan));
  tensors = reinterpret_cast<TensorSlot*>(bytes + at.tensors);
  shapes = {reinterpret_cast<Shape*>(bytes + at.shapes), m.layer_count};
  tensor_of = {reinterpret_cast<std::uint16_t*>(bytes + at.tensor_of), m.layer_count};
  uses = {reinterpret_cast<std::uint16_t*>(bytes + at.uses), m.layer_count};
  intervals = reinterpret_cast<Interval*>(bytes + at.intervals);
  plan->batch = o.batch;
  plan->threads = static_cast<std::uint16_t>(o.threads);
  plan->alignment = o.goal == Goal::small ? 16 : 64;
  plan->accumulate = train() && o.accumulate;
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
  std::uint32_t readers = 0;
  for (const Step& step : std::span(steps, plan->step_count)) {
    readers += (step.input == tensor ? 1 : 0) + (step.second_input == tensor ? 1 : 0);
  }
  return readers;
}

bool PlanNotes::learns(std::uint32_t layer) const { return lentil::learns(model, options, layer); }

}  // namespace lentil
