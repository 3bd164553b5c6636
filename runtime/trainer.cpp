#include "runtime/trainer.h"

#include <algorithm>
#include <cmath>

#include "runtime/epilogue.h"
#include "runtime/loss.h"
#include "runtime/op.h"

namespace lentil {

Result<Trainer> Trainer::create(const Model& model, const Plan& plan, const kernels::KernelTable& kernels,
                                std::span<std::byte> arena, std::uint64_t seed, ParallelFor parallel) {
  if (plan.mode != Mode::train) return Error{Status::wrong_mode};
  const auto session = Session::create(model, plan, kernels, arena, parallel);
  if (!session) return session.error();
  Trainer trainer;
  trainer.session_ = *session;
  trainer.seed_ = seed;
  return trainer;
}

StepResult Trainer::step(std::span<const float> input, std::span<const std::uint8_t> labels, const Sgd& sgd) {
  return step_checked({input.data(), input.size(), InputType::float32}, labels, {}, sgd);
}
StepResult Trainer::step(std::span<const std::uint8_t> pixels, std::span<const std::uint8_t> labels,
                         const Sgd& sgd) {
  return step_checked({pixels.data(), pixels.size(), InputType::uint8}, labels, {}, sgd);
}
StepResult Trainer::step(std::span<const float> input, std::span<const float> targets, const Sgd& sgd) {
  return step_checked({input.data(), input.size(), InputType::float32}, {}, targets, sgd);
}
StepResult Trainer::step(std::span<const std::uint8_t> pixels, std::span<const float> targets,
                         const Sgd& sgd) {
  return step_checked({pixels.data(), pixels.size(), InputType::uint8}, {}, targets, sgd);
}

StepResult Trainer::step_checked(const Input& input, std::span<const std::uint8_t> labels,
                                 std::span<const float> targets, const Sgd& sgd) {
  const Plan& plan = session_.plan();
  const std::size_t outputs = session_.output_size();
  if (plan.input != input.type) return {Status::wrong_input_type};
  if (targets.size() % outputs != 0) return {Status::wrong_size};
  if ((plan.loss == Loss::mse) != labels.empty()) return {Status::bad_loss};
  const std::size_t images = labels.size() + targets.size() / outputs;  // one of the two is empty
  if (images == 0 || images > plan.batch) return {Status::bad_batch};
  if (input.values != images * plan.tensors()[0].shape.count()) return {Status::wrong_size};
  if (std::any_of(labels.begin(), labels.end(), [&](std::uint8_t l) { return l >= outputs; })) {
    return {Status::label_out_of_range};
  }
  const Run run{input.data, static_cast<std::uint32_t>(images), sgd};
  forward(run);
  const StepResult result = losses(run, labels, targets);
  if (result.status != Status::ok) return result;
  for (std::size_t s = plan.step_count; s-- > 0;) {
    if (plan.steps()[s].has(kBackward)) backward(run, plan.steps()[s]);
  }
  weights_changed();
  ++step_;
  return result;
}

OpContext Trainer::context(const Run& run, const Step& step) const {
  OpContext ctx = make_context(session_.plan(), session_.model_, *session_.kernels_, session_.arena_, step,
                               run.input, run.images);
  ctx.training = true;
  ctx.seed = seed_;
  ctx.step_number = step_;
  ctx.sgd = run.sgd;
  return ctx;
}

void Trainer::forward(const Run& run) {
  for (const Step& step : session_.plan().steps()) {
    if (!step.has(kInferenceOnly)) session_.forward_step(context(run, step));
  }
}

// Per-image losses first, added up in image order; the gradient of the mean goes where the plan wants it.
StepResult Trainer::losses(const Run& run, std::span<const std::uint8_t> labels,
                           std::span<const float> targets) {
  const Plan& plan = session_.plan();
  const TensorSlot& logits = plan.tensors()[plan.loss_input];
  const std::size_t outputs = logits.shape.count();
  StepResult result;
  float sum = 0;
  for (std::uint32_t b = 0; b < run.images; ++b) {
    const std::span<const float> x{reinterpret_cast<float*>(session_.arena_ + logits.value) + b * outputs,
                                   outputs};
    const Target target = labels.empty() ? Target{0, targets.subspan(b * outputs, outputs)}
                                         : Target{labels[b], {}, plan.label_smoothing};
    const auto best = static_cast<std::size_t>(std::max_element(x.begin(), x.end()) - x.begin());
    if (!labels.empty() && best == target.label) ++result.correct;
    float* d = reinterpret_cast<float*>(session_.arena_ + logits.gradient) + b * outputs;
    sum += image_loss(*session_.kernels_, plan.loss, x, target, run.images, d);
  }
  result.loss = sum / static_cast<float>(run.images);
  if (!std::isfinite(result.loss)) result.status = Status::non_finite_loss;
  return result;
}

void Trainer::backward(const Run& run, const Step& step) {
  const OpContext ctx = context(run, step);
  const OpDef& op = op_of(step);
  session_.for_each_block(run.images, [&](std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
    for (std::uint32_t b = begin; b < end && !step.has(kEpilogueDone); ++b) {
      apply_epilogue_gradient(ctx, step, ctx.y_of(b), ctx.dy_of(b), b, 0, ctx.out.count());
    }
    if (!step.has(kInPlace)) op.backward_input(ctx, begin, end, worker);
  });
  if (step.has(kInPlace)) return op.backward_in_place(ctx);
  if (!step.has(kTrained)) return;
  session_.for_each_block(ctx.layer.out_features,
                          [&](std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
                            op.backward_weight(ctx, begin, end, worker);
                          });
}

void Trainer::weights_changed() {
  for (const Step& step : session_.plan().steps()) {
    if (step.has(kTrained)) session_.prepare(step);
  }
}

std::span<float> Trainer::trained(std::uint32_t layer, Slot slot, bool velocity) const {
  const Step* step = session_.trained_step(layer);
  if (step == nullptr) return {};
  return trained_tensor(session_.plan(), session_.arena_, velocity ? step->velocity : step->parameters,
                        session_.model_.layer(layer), slot);
}

}  // namespace lentil
