// What a plan for training adds: which steps take part in the backward pass, and how.
#include <algorithm>

#include "runtime/plan_notes.h"

namespace lentil {
namespace {

bool is_trained(const PlanNotes& n, const Step& step) {
  const auto& frozen = n.options.frozen;
  return n.model.layer(step.layer).has_parameters() &&
         std::find(frozen.begin(), frozen.end(), step.layer) == frozen.end();
}

// A layer whose output nobody reads would wait for a gradient that nobody writes.
Error check_readers(const PlanNotes& n) {
  for (std::uint32_t i = 0; i + 1 < n.model.layer_count; ++i) {
    if (n.uses[i] > 0) continue;
    return {Status::unsupported_layer, i, 0, static_cast<std::uint64_t>(n.model.layer(i).type)};
  }
  return {};
}

// A last LogSoftmax (or Softmax) and the loss of classes are one: the gradient is p - y.
void join_last_with_loss(PlanNotes& n) {
  Step& last = n.steps[n.plan->step_count - 1];
  const bool log = last.type == LayerType::log_softmax && n.options.loss != Loss::mse;
  const bool plain = last.type == LayerType::softmax && n.options.loss == Loss::cross_entropy;
  if (last.output != n.plan->output || !(log || plain)) return;
  last.flags |= kInferenceOnly;
  n.plan->loss = Loss::cross_entropy;
  n.plan->loss_input = last.input;
}

// At a batch of one the gradient of a tensor may take its place, if the only reader can see to it.
void choose_in_place(PlanNotes& n, Step& reader) {
  if (!reader.has(kBackward) || op_of(reader).backward_in_place == nullptr || n.readers_of(reader.input) != 1)
    return;
  Step* producer = n.producer_of(reader.input);
  if (producer == nullptr || !producer->has(kBackward) || op_of(*producer).reads_output) return;
  reader.flags |= kInPlace;
  producer->flags |= kEpilogueDone;
}

}  // namespace

Error choose_backward(PlanNotes& n) {
  if (const Error error = check_readers(n); error.status != Status::ok) return error;
  if (n.plan->step_count == 0) return {Status::nothing_to_train};
  const std::size_t outputs = n.tensors[n.plan->output].shape.count();
  if (n.options.loss != Loss::mse && outputs < 2) return {Status::bad_loss, 0, 2, outputs};
  join_last_with_loss(n);
  const std::span<Step> steps{n.steps, n.plan->step_count};
  for (Step& step : steps) {
    if (step.layer == kNoIndex || step.has(kInferenceOnly)) continue;
    if (is_trained(n, step)) step.flags |= kTrained | kBackward;
    const Step* producer = n.producer_of(step.input);
    if (producer != nullptr && producer->has(kBackward)) step.flags |= kBackward;
  }
  if (std::none_of(steps.begin(), steps.end(), [](const Step& s) { return s.has(kTrained); })) {
    return {Status::nothing_to_train};
  }
  if (n.options.batch == 1 && n.options.fuse) {
    for (Step& step : steps) choose_in_place(n, step);
  }
  return {};
}

}  // namespace lentil
