// What a plan for training adds: which steps take part in the backward pass, and how.
#include <algorithm>

#include "runtime/plan_notes.h"

namespace lentil {
namespace {

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

// Statistics of a single value per channel say nothing.
Error check_batch(const PlanNotes& n, const Step& step) {
  if (!is_batch_norm(step.type) || !step.has(kTrained)) return {};
  const std::uint64_t values =
      n.options.batch * values_per_channel(n.model.layer(step.layer), n.tensors[step.input].shape);
  return values < 2 ? Error{Status::batch_too_small, step.layer, 2, values} : Error{};
}

bool input_learns(const PlanNotes& n, std::uint16_t tensor) {
  const Step* producer = tensor == kNoIndex ? nullptr : n.producer_of(tensor);
  return producer != nullptr && producer->has(kBackward);
}

// All parts of a Concat take part as soon as one does: they share a gradient.
bool parts_learn(const PlanNotes& n, const Step& step) {
  const std::span<const Step> steps{n.steps, n.plan->step_count};
  return std::any_of(steps.begin(), steps.end(), [&](const Step& part) {
    return part.output == step.output && (input_learns(n, part.input) || input_learns(n, part.second_input));
  });
}

// Gradients arrive from the last reader to the first, and from a reader's last input to its first: the first
// to arrive is written, the others are added.
void choose_adding(PlanNotes& n, std::size_t index) {
  Step& step = n.steps[index];
  const auto later = std::span(n.steps, n.plan->step_count).subspan(index + 1);
  const auto read_later = [&](std::uint16_t tensor) {
    return std::any_of(later.begin(), later.end(), [&](const Step& s) {
      return s.has(kBackward) && (s.input == tensor || s.second_input == tensor);
    });
  };
  if (step.second_input == step.input || read_later(step.input)) step.flags |= kAddsGradient;
  if (step.second_input != kNoIndex && read_later(step.second_input)) step.flags |= kAddsSecondGradient;
}

Error choose_trained(PlanNotes& n) {
  for (Step& step : std::span(n.steps, n.plan->step_count)) {
    if (step.layer == kNoIndex || step.has(kInferenceOnly)) continue;
    if (n.learns(step.layer)) step.flags |= kTrained | kBackward;
    if (parts_learn(n, step)) step.flags |= kBackward;
    if (const Error error = check_batch(n, step); error.status != Status::ok) return error;
  }
  return {};
}

// Statistics of a batch stand between the layers.
bool reduces(const Step& step) {
  const OpDef& op = op_of(step);
  return step.has(kTrained) && (op.forward_reduce != nullptr || op.backward_reduce != nullptr);
}

}  // namespace

Error choose_backward(PlanNotes& n) {
  if (const Error error = check_readers(n); error.status != Status::ok) return error;
  if (n.plan->step_count == 0) return {Status::nothing_to_train};
  const std::size_t outputs = n.tensors[n.plan->output].shape.count();
  if (n.options.loss != Loss::mse && outputs < 2) return {Status::bad_loss, 0, 2, outputs};
  join_last_with_loss(n);
  const std::span<Step> steps{n.steps, n.plan->step_count};
  if (const Error error = choose_trained(n); error.status != Status::ok) return error;
  if (std::none_of(steps.begin(), steps.end(), [](const Step& s) { return s.has(kTrained); })) {
    return {Status::nothing_to_train};
  }
  for (std::size_t s = 0; s < steps.size(); ++s) {
    if (steps[s].has(kBackward)) choose_adding(n, s);
  }
  if (n.options.batch == 1 && n.options.goal == Goal::small && n.options.fuse && !n.options.accumulate) {
    for (Step& step : steps) choose_in_place(n, step);
  }
  n.by_image = n.options.goal == Goal::fast && std::none_of(steps.begin(), steps.end(), reduces);
  return {};
}

}  // namespace lentil
