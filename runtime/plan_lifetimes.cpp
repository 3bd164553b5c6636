// From steps to bytes: what has to exist, how large, from when to when.
#include <algorithm>

#include "runtime/plan_notes.h"

namespace lentil {
namespace {

// Collects one range; its offset will be written to `target`. False if it is larger than offsets can tell.
[[nodiscard]] bool add_interval(PlanNotes& n, std::uint64_t bytes, std::size_t first, std::size_t last,
                                std::uint32_t& target) {
  if (bytes == 0) return true;
  bytes = round_up(bytes, n.plan->alignment);
  if (n.by_image) {  // every image at its own time
    first = 0;
    last = n.backward_time(0);
  }
  if (bytes > 0xffffffffu) return false;
  const auto at = static_cast<std::uint32_t>(reinterpret_cast<std::byte*>(&target) - n.memory);
  n.intervals[n.interval_count++] = {static_cast<std::uint32_t>(bytes), static_cast<std::uint16_t>(first),
                                     static_cast<std::uint16_t>(last), 0, at};
  return true;
}

// When a tensor's value and gradient are needed.
struct Lifetimes {
  std::size_t value_last, gradient_first;
  bool overwritten;  // by its gradient
};

Lifetimes lifetimes_of(const PlanNotes& n, std::uint16_t tensor, const Step& producer) {
  const auto made = static_cast<std::size_t>(&producer - n.steps);
  const bool to_loss = n.train() && tensor == n.plan->loss_input;
  Lifetimes life{made, n.backward_time(made), false};
  if (to_loss || tensor == n.plan->output) life.value_last = n.loss_time();
  if (to_loss) life.gradient_first = n.loss_time();
  for (std::size_t s = made + 1; s < n.plan->step_count; ++s) {
    const Step& reader = n.steps[s];
    if (reader.input != tensor && reader.second_input != tensor) continue;
    life.value_last = std::max(life.value_last, s);
    const ReadsInput reads = op_of(reader).reads_input;
    if ((reads == ReadsInput::when_trained && reader.has(kTrained)) ||
        (reads == ReadsInput::always && reader.has(kBackward))) {
      life.value_last = std::max(life.value_last, n.backward_time(s));
    }
    if (reader.has(kBackward)) life.gradient_first = std::min(life.gradient_first, n.backward_time(s));
    life.overwritten = life.overwritten || reader.has(kInPlace);
  }
  if (!producer.has(kBackward)) return life;
  const bool own_epilogue = producer.activation != kernels::Activation::none && !producer.has(kEpilogueDone);
  const bool output_read = op_of(producer).reads_output || own_epilogue;
  life.overwritten = life.overwritten || (to_loss && tensor != n.plan->output && !output_read);
  if (output_read || life.overwritten) life.value_last = std::max(life.value_last, n.backward_time(made));
  return life;
}

bool collect_tensor(PlanNotes& n, std::uint16_t tensor) {
  const Step* producer = n.producer_of(tensor);
  if (producer == nullptr) return true;  // the caller's input
  TensorSlot& slot = n.tensors[tensor];
  const auto made = static_cast<std::size_t>(producer - n.steps);
  const Lifetimes life = lifetimes_of(n, tensor, *producer);
  std::uint32_t images = n.train() ? n.options.batch : std::min(n.options.batch, kImagesTogether);
  if (producer->has(kRollsOutput)) images = 1;
  const std::uint64_t bytes = n.stored_values(tensor) * sizeof(float) * images;
  if (!add_interval(n, bytes, n.rolling_begin(made), n.rolling_end(life.value_last), slot.value))
    return false;
  if (!producer->has(kBackward)) return true;
  if (!life.overwritten)
    return add_interval(n, bytes, life.gradient_first, n.backward_time(made), slot.gradient);
  slot.gradient = kSameAsValue;
  return true;
}

bool collect_step(PlanNotes& n, std::size_t index) {
  Step& step = n.steps[index];
  if (step.layer == kNoIndex) return true;
  const StepSketch sketch{step,
                          n.model.layer(step.layer),
                          step.pool == kNoIndex ? Layer{} : n.model.layer(step.pool),
                          n.tensors[step.input].shape,
                          n.tensors[step.output].shape,
                          n.options};
  const OpDef& op = op_of(step);
  const OpMemory m = op.memory == nullptr ? OpMemory{} : op.memory(sketch);
  const std::uint64_t forward = round_up(m.forward_workspace, n.plan->alignment);
  const bool adds = step.has(kAddsGradient) || step.has(kAddsSecondGradient);
  const std::uint64_t aside = adds ? sketch.in.count() * sizeof(float) : 0;  // see input_gradients()
  const std::uint64_t backward =
      round_up(m.backward_workspace, n.plan->alignment) + round_up(aside, n.plan->alignment);
  step.forward_stride = static_cast<std::uint32_t>(forward);
  step.backward_stride = static_cast<std::uint32_t>(backward);
  const std::size_t back = n.backward_time(index);
  const std::size_t end = n.backward_time(0);
  const bool trained = step.has(kTrained);
  const std::uint64_t learnt = trained ? learnt_bytes(sketch.layer, n.plan->alignment) : 0;
  const std::uint64_t parameters =
      (trained ? parameter_bytes(sketch.layer, n.plan->alignment) : 0) + (n.plan->accumulate ? learnt : 0);
  return add_interval(n, m.saved * n.options.batch, index, back, step.saved) &&
         add_interval(n, m.prepared, 0, end, step.prepared) &&
         add_interval(n, forward * n.options.threads, index, index, step.forward_workspace) &&
         add_interval(n, backward * n.options.threads, back, back, step.backward_workspace) &&
         add_interval(n, parameters, 0, end, step.parameters) &&
         add_interval(n, n.options.momentum ? learnt : 0, 0, end, step.velocity);
}

}  // namespace

Error collect_intervals(PlanNotes& n) {
  for (std::uint16_t t = 0; t < n.plan->tensor_count; ++t) {
    if (!collect_tensor(n, t)) return {Status::tensor_too_large};
  }
  n.tensor_intervals = n.interval_count;
  for (std::size_t s = 0; s < n.plan->step_count; ++s) {
    if (!collect_step(n, s)) return {Status::tensor_too_large, n.steps[s].layer};
  }
  const std::uint64_t losses = n.by_image ? std::uint64_t{n.options.batch} * sizeof(ImageLoss) : 0;
  if (!add_interval(n, losses, 0, 0, n.plan->losses)) return {Status::tensor_too_large};
  return {};
}

}  // namespace lentil
