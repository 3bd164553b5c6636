// plan(): shapes, steps, lifetimes, offsets. Writes its result and its notes into the caller's bytes.
#include "runtime/plan.h"

#include <cassert>
#include <cstring>

#include "runtime/linked_ops.h"
#include "runtime/plan_notes.h"

namespace lentil {
namespace {

constexpr std::uint32_t kMostThreads = 1024;

Error check_options(const Model& model, const PlanOptions& options) {
  if (options.mode == Mode::train && linked_ops().plan_training == nullptr) return {Status::wrong_mode};
  if (options.batch == 0 || options.batch > kMostElements)
    return {Status::bad_batch, 0, kMostElements, options.batch};
  if (options.threads == 0 || options.threads > kMostThreads) {
    return {Status::bad_threads, 0, kMostThreads, options.threads};
  }
  const float smoothing = options.label_smoothing;
  if (!(smoothing >= 0 && smoothing < 1) || (smoothing > 0 && options.loss == Loss::mse)) {
    return {Status::bad_loss};
  }
  for (const std::uint16_t layer : options.frozen) {
    if (layer >= model.layer_count) return {Status::bad_frozen_layer, 0, model.layer_count, layer};
  }
  return {};
}

Error check_model(const Model& model, std::span<std::byte> memory) {
  if (model.layer_count == 0) return {Status::missing_layers};
  if (model.layer_count > kMaxLayers) return {Status::too_many_layers, 0, kMaxLayers, model.layer_count};
  const std::size_t steps = most_steps(model);
  if (steps > kMostSteps) return {Status::too_many_layers, 0, kMostSteps, steps};
  const std::uint64_t inputs = elements(model.input);
  if (inputs == 0 || !fits(model.input)) return {Status::bad_input_description, 0, kMostElements, inputs};
  const std::size_t needed = plan_memory_bytes(model);
  if (memory.size() < needed) return {Status::plan_memory_too_small, 0, needed, memory.size()};
  const auto misaligned = reinterpret_cast<std::uintptr_t>(memory.data()) % alignof(Plan);
  if (misaligned != 0) return {Status::arena_misaligned, 0, alignof(Plan), misaligned};
  return {};
}

Error make_steps(PlanNotes& n) {
  const Error error = infer_shapes(n);
  if (error.status != Status::ok) return error;
  emit_steps(n);
  mark_rolling(n);
  return n.train() ? linked_ops().plan_training(n) : Error{};
}

// Offsets go where they belong; then the tensors move up behind the steps, and the notes are no longer
// needed.
const Plan* finish(PlanNotes& n) {
  for (std::size_t i = 0; i < n.interval_count; ++i) {
    std::memcpy(n.memory + n.intervals[i].target, &n.intervals[i].offset, sizeof(n.intervals[i].offset));
  }
  for (std::size_t t = 0; t < n.plan->tensor_count; ++t) {
    if (n.tensors[t].gradient == kSameAsValue) n.tensors[t].gradient = n.tensors[t].value;
  }
  void* const behind_steps = n.steps + n.plan->step_count;
  std::memmove(behind_steps, n.tensors, n.plan->tensor_count * sizeof(TensorSlot));
  return n.plan;
}

}  // namespace

std::size_t plan_memory_bytes(const Model& model) { return PlanNotes::bytes(model); }

std::size_t arena_bytes(const Plan& plan) { return plan.bytes; }

Error lay_out(PlanNotes& n) {
  Error error = make_steps(n);
  if (error.status == Status::ok) error = collect_intervals(n);
  if (error.status != Status::ok) return error;
  const std::span<Interval> intervals{n.intervals, n.interval_count};
  const std::size_t own = n.train() ? 0 : n.tensor_intervals;  // of each worker
  std::uint64_t end = round_up(n.plan->own_bytes(), n.plan->alignment);
  if (own > 0) {
    const auto base = static_cast<std::uint32_t>(end);
    end = place_intervals(intervals.first(own), base);
    n.plan->worker_bytes = static_cast<std::uint32_t>(end - base);
    end = base + std::uint64_t{n.plan->worker_bytes} * n.plan->threads;
  }
  if (end != 0 && end <= 0xffffffffu)
    end = place_intervals(intervals.subspan(own), static_cast<std::uint32_t>(end));
  if (end == 0 || end > 0xffffffffu) return {Status::tensor_too_large};
  assert(intervals_disjoint(intervals));
  n.plan->bytes = static_cast<std::uint32_t>(end);
  return {};
}

Result<const Plan*> plan(const Model& model, const PlanOptions& options, std::span<std::byte> memory) {
  Error error = check_model(model, memory);
  if (error.status == Status::ok) error = check_options(model, options);
  if (error.status != Status::ok) return error;
  PlanNotes notes(model, options, memory.data());
  const bool rolling = options.rolling && options.goal == Goal::small && options.mode == Mode::infer;
  error = rolling ? lay_out_rolling(notes) : lay_out(notes);
  if (error.status != Status::ok) return error;
  return finish(notes);
}

}  // namespace lentil
