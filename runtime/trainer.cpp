#include "runtime/trainer.h"

#include <algorithm>
#include <cmath>

#include "runtime/loss.h"
#include "runtime/op.h"
#include "runtime/session_tasks.h"

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

namespace {

const std::byte* bytes(std::span<const float> values) {
  return reinterpret_cast<const std::byte*>(values.data());
}
const std::byte* bytes(std::span<const std::uint8_t> values) {
  return reinterpret_cast<const std::byte*>(values.data());
}

}  // namespace

StepResult Trainer::step(std::span<const float> input, std::span<const std::uint8_t> labels, const Sgd& sgd,
                         std::uint32_t total) {
  return step_checked({{bytes(input), input.size(), InputType::float32}, labels, {}, 0}, sgd, total);
}
StepResult Trainer::step(std::span<const std::uint8_t> pixels, std::span<const std::uint8_t> labels,
                         const Sgd& sgd, std::uint32_t total) {
  return step_checked({{bytes(pixels), pixels.size(), InputType::uint8}, labels, {}, 0}, sgd, total);
}
StepResult Trainer::step(std::span<const float> input, std::span<const float> targets, const Sgd& sgd,
                         std::uint32_t total) {
  return step_checked({{bytes(input), input.size(), InputType::float32}, {}, targets, 0}, sgd, total);
}
StepResult Trainer::step(std::span<const std::uint8_t> pixels, std::span<const float> targets, const Sgd& sgd,
                         std::uint32_t total) {
  return step_checked({{bytes(pixels), pixels.size(), InputType::uint8}, {}, targets, 0}, sgd, total);
}

// Everything that can be wrong with a call, before anything is computed.
Status Trainer::check(const Images& images, std::uint32_t total) const {
  const Plan& plan = session_.plan();
  const std::size_t outputs = session_.output_size();
  if (plan.input != images.input.type) return Status::wrong_input_type;
  if (images.targets.size() % outputs != 0) return Status::wrong_size;
  const bool wrong_targets = images.labels.empty() ? plan.loss == Loss::nll : plan.loss == Loss::mse;
  if (wrong_targets) return Status::bad_loss;
  const bool too_many = images.count > plan.batch || images.count != total;
  const bool other_total = pending_ > 0 && total != pending_total_;
  if (images.count == 0 || other_total || images.count > total - pending_ || (too_many && !plan.accumulate))
    return Status::bad_batch;
  if (images.input.values != images.count * plan.tensors()[0].shape.count()) return Status::wrong_size;
  const auto& labels = images.labels;
  if (std::any_of(labels.begin(), labels.end(), [&](std::uint8_t l) { return l >= outputs; }))
    return Status::label_out_of_range;
  return check_statistics(images.count);
}

Status Trainer::check_statistics(std::uint32_t images) const {
  const Plan& plan = session_.plan();
  const std::uint32_t rest = images % plan.batch;
  const std::uint32_t together = rest == 0 ? plan.batch : rest;
  for (const Step& step : plan.steps()) {
    if (!is_batch_norm(step.type) || !step.has(kTrained)) continue;
    const Shape& in = plan.tensors()[step.input].shape;
    if (together * values_per_channel(session_.model().layer(step.layer), in) < 2)
      return Status::batch_too_small;
  }
  return Status::ok;
}

Trainer::Images Trainer::part(const Images& images, std::uint32_t first, std::uint32_t count) const {
  const std::size_t size = images.input.values / images.count;
  const std::size_t bytes = images.input.type == InputType::uint8 ? 1 : sizeof(float);
  const std::size_t outputs = images.targets.size() / images.count;
  const std::size_t labels = images.labels.empty() ? 0 : 1;
  return {{images.input.data + first * size * bytes, count * size, images.input.type},
          images.labels.subspan(first * labels, count * labels),
          images.targets.subspan(first * outputs, count * outputs),
          count};
}

StepResult Trainer::step_checked(Images images, const Sgd& sgd, std::uint32_t total) {
  images.count =
      static_cast<std::uint32_t>(images.labels.size() + images.targets.size() / session_.output_size());
  if (total == 0) total = pending_ + images.count;
  StepResult result{.status = check(images, total)};
  for (std::uint32_t first = 0; first < images.count && result.status == Status::ok;) {
    const std::uint32_t count = std::min(session_.plan().batch, images.count - first);
    result = run_part({part(images, first, count), pending_, total, sgd});
    first += count;
    pending_ += count;
  }
  pending_total_ = total;
  if (result.status == Status::ok && pending_ < total) return result;
  if (result.status == Status::ok) {
    weights_changed();
    ++step_;
  }
  pending_ = pending_correct_ = 0;
  pending_loss_ = 0;
  return result;
}

StepResult Trainer::run_part(const Run& run) {
  return session_.plan().by_image() ? run_by_image(run) : run_steps(run);
}

OpContext Trainer::context(const Run& run, const Step& step) const {
  OpContext ctx = make_context(session_.plan(), session_.model_, *session_.kernels_, session_.arena_, step,
                               run.images.input.data, run.images.count);
  ctx.training = true;
  ctx.continues = run.before > 0;
  ctx.updates = run.before + run.images.count == run.total;
  ctx.images_before = run.before;
  ctx.seed = seed_;
  ctx.step_number = step_;
  ctx.sgd = run.sgd;
  return ctx;
}

// The gradient of the mean goes where the plan wants it.
ImageLoss Trainer::loss_of(const Run& run, std::uint32_t image) const {
  const Plan& plan = session_.plan();
  const TensorSlot& logits = plan.tensors()[plan.loss_input];
  const std::size_t outputs = logits.shape.count();
  const auto& [input, labels, targets, count] = run.images;
  const std::span<const float> x{reinterpret_cast<float*>(session_.arena_ + logits.value) + image * outputs,
                                 outputs};
  const Target target = labels.empty() ? Target{0, targets.subspan(image * outputs, outputs)}
                                       : Target{labels[image], {}, plan.label_smoothing};
  const auto best = static_cast<std::size_t>(std::max_element(x.begin(), x.end()) - x.begin());
  const bool correct = !labels.empty() && best == target.label;
  float* d = reinterpret_cast<float*>(session_.arena_ + logits.gradient) + image * outputs;
  return {image_loss(*session_.kernels_, plan.loss, x, target, run.total, d), correct ? 1u : 0u};
}

ImageLoss* Trainer::losses() const {
  return reinterpret_cast<ImageLoss*>(session_.arena_ + session_.plan().losses);
}

// To be called in image order.
void Trainer::add_loss(const ImageLoss& loss) {
  pending_loss_ += loss.loss;
  pending_correct_ += loss.correct;
}

StepResult Trainer::result_of(const Run& run) const {
  StepResult result{.loss = pending_loss_ / static_cast<float>(run.before + run.images.count),
                    .correct = pending_correct_};
  if (!std::isfinite(result.loss)) result.status = Status::non_finite_loss;
  return result;
}

StepResult Trainer::run_steps(const Run& run) {
  const Plan& plan = session_.plan();
  for (const Step& step : plan.steps()) {
    if (!step.has(kInferenceOnly)) session_.forward_step(context(run, step));
  }
  for (std::uint32_t b = 0; b < run.images.count; ++b) add_loss(loss_of(run, b));
  const StepResult result = result_of(run);
  for (std::size_t s = plan.step_count; s-- > 0 && result.status == Status::ok;) {
    if (plan.steps()[s].has(kBackward)) backward(run, plan.steps()[s]);
  }
  return result;
}

void Trainer::backward(const Run& run, const Step& step) {
  const OpContext ctx = context(run, step);
  const OpDef& op = op_of(step);
  const bool reduces = op.backward_reduce != nullptr && step.has(kTrained);
  session_.for_each_block(ctx.images, [&](std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
    output_gradients(ctx, begin, end);
    if (!reduces) input_gradients(ctx, begin, end, worker);
  });
  const std::uint32_t rows = ctx.layer.out_features;
  if (reduces) {
    session_.for_each_block(rows, [&](std::uint32_t begin, std::uint32_t end, std::uint32_t) {
      op.backward_reduce(ctx, begin, end);
    });
    session_.for_each_block(ctx.images, [&](std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
      input_gradients(ctx, begin, end, worker);
    });
  }
  if (step.has(kInPlace)) return op.backward_in_place(ctx);
  if (!step.has(kTrained)) return;
  session_.for_each_block(rows, [&](std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
    op.backward_weight(ctx, begin, end, worker);
  });
}

StepResult Trainer::run_by_image(const Run& run) {
  session_.for_each_few(run.images.count, [&](std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
    run_images(run, begin, end, worker);
  });
  for (std::uint32_t b = 0; b < run.images.count; ++b) add_loss(losses()[b]);
  const StepResult result = result_of(run);
  if (result.status == Status::ok) update_weights(run);
  return result;
}

// Forward, the loss, and the gradients of all inputs.
void Trainer::run_images(const Run& run, std::uint32_t begin, std::uint32_t end, std::uint32_t worker) const {
  const Plan& plan = session_.plan();
  for (const Step& step : plan.steps()) {
    if (!step.has(kInferenceOnly)) op_of(step).forward(context(run, step), begin, end, worker);
  }
  for (std::uint32_t b = begin; b < end; ++b) losses()[b] = loss_of(run, b);
  for (std::size_t s = plan.step_count; s-- > 0;) {
    const Step& step = plan.steps()[s];
    if (!step.has(kBackward)) continue;
    const OpContext ctx = context(run, step);
    output_gradients(ctx, begin, end);
    input_gradients(ctx, begin, end, worker);
  }
}

// Every layer's rows in as many parts as there are workers; whoever is free takes the next part.
void Trainer::update_weights(const Run& run) const {
  const Plan& plan = session_.plan();
  const std::uint32_t parts = session_.block_count(plan.threads);
  session_.for_each_task(plan.step_count * parts, [&](std::uint32_t task, std::uint32_t worker) {
    const Step& step = plan.steps()[task / parts];
    if (!step.has(kTrained)) return;
    const OpContext ctx = context(run, step);
    const std::uint32_t rows = ctx.layer.out_features, part = task % parts;
    op_of(step).backward_weight(ctx, begin_of_part(rows, part, parts), begin_of_part(rows, part + 1, parts),
                                worker);
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
  return trained_tensor(session_.plan(), session_.arena_, *step,
                        velocity ? Block::velocity : Block::parameters, session_.model_.layer(layer), slot);
}

}  // namespace lentil
