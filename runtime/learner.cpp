#include "runtime/learner.h"

#include <algorithm>

#include "runtime/op.h"
#include "runtime/plan_data.h"

namespace lentil {
namespace {

std::uint64_t trained_values(const Model& model, const Plan& plan) {
  std::uint64_t count = 0;
  for (const Step& step : plan.steps()) {
    if (!step.has(kTrained)) continue;
    for (const auto& tensor : model.layer(step.layer).tensors) count += tensor.size();
  }
  return count;
}

// Where everything lies behind the trainer, in the order of falling alignment.
struct Layout {
  std::uint64_t kept, answers, targets, correction_order, replay_order, batch, ring, ring_labels, end;

  Layout(const Model& model, const Plan& plan, const LearnerLimits& limits) {
    const std::uint64_t image = model.input.count();
    const std::uint64_t outputs = plan.tensors()[plan.output].shape.count();
    kept = round_up(arena_bytes(plan), sizeof(float));
    answers = kept + trained_values(model, plan) * sizeof(float);
    targets = answers + limits.replay * outputs * sizeof(float);
    correction_order = targets + plan.batch * outputs * sizeof(float);
    replay_order = correction_order + std::uint64_t{limits.corrections} * sizeof(std::uint32_t);
    batch = replay_order + std::uint64_t{limits.replay} * sizeof(std::uint32_t);
    ring = batch + plan.batch * image;
    ring_labels = ring + limits.corrections * image;
    end = ring_labels + limits.corrections;
  }
};

// The values from one place in the arena to another.
template <class T>
std::span<T> values(std::span<std::byte> arena, std::uint64_t begin, std::uint64_t end) {
  const auto bytes = arena.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
}

}  // namespace

std::uint64_t learner_bytes(const Model& model, const Plan& plan, const LearnerLimits& limits) {
  return Layout(model, plan, limits).end;
}

Result<Learner> Learner::create(const Model& model, const Plan& plan, const kernels::KernelTable& kernels,
                                std::span<std::byte> arena, const LearnerLimits& limits, std::uint64_t seed,
                                ParallelFor parallel) {
  if (plan.mode != Mode::train) return Error{Status::wrong_mode};
  if (plan.input != InputType::uint8) return Error{Status::wrong_input_type};
  if (plan.loss != Loss::cross_entropy) return Error{Status::bad_loss};
  if (limits.corrections == 0) return Error{Status::wrong_size, 0, 1, 0};
  const Layout at(model, plan, limits);
  if (arena.size() < at.end) return Error{Status::arena_too_small, 0, at.end, arena.size()};
  // The plan may lie in the arena's front, where the trainer keeps it: nothing of it is read after this.
  const auto trainer = Trainer::create(model, plan, kernels, arena, seed, parallel);
  if (!trainer) return trainer.error();
  Learner learner;
  learner.trainer_ = *trainer;
  learner.kept_ = values<float>(arena, at.kept, at.answers);
  learner.answers_ = values<float>(arena, at.answers, at.targets);
  learner.targets_ = values<float>(arena, at.targets, at.correction_order);
  learner.correction_order_ = values<std::uint32_t>(arena, at.correction_order, at.replay_order);
  learner.replay_order_ = values<std::uint32_t>(arena, at.replay_order, at.batch);
  learner.batch_ = values<std::uint8_t>(arena, at.batch, at.ring);
  learner.ring_ = values<std::uint8_t>(arena, at.ring, at.ring_labels);
  learner.ring_labels_ = values<std::uint8_t>(arena, at.ring_labels, at.end);
  return learner;
}

Status Learner::correct(std::span<const std::uint8_t> pixels, std::uint32_t label) {
  if (pixels.size() != image_bytes()) return Status::wrong_size;
  if (label >= session().output_size()) return Status::label_out_of_range;
  std::copy(pixels.begin(), pixels.end(), add_correction(static_cast<std::uint8_t>(label)).begin());
  return Status::ok;
}

std::span<std::uint8_t> Learner::add_correction(std::uint8_t label) {
  const std::span<std::uint8_t> picture = ring_.subspan(next_ * image_bytes(), image_bytes());
  ring_labels_[next_] = label;
  if (stored_ < places()) ++stored_;
  next_ = (next_ + 1) % places();
  return picture;
}

void Learner::forget_corrections(std::uint32_t start) {
  stored_ = 0;
  next_ = start;
}

std::uint32_t Learner::place_of(std::uint32_t age) const {
  return (next_ + places() - stored_ + age) % places();
}

std::size_t Learner::image_bytes() const { return session().model().input.count(); }

std::span<const std::uint8_t> Learner::correction(std::uint32_t index) const {
  return ring_.subspan(index * image_bytes(), image_bytes());
}

std::span<std::uint8_t> Learner::picture_of(std::uint32_t place) {
  return batch_.subspan(place * image_bytes(), image_bytes());
}

std::span<float> Learner::target_of(std::uint32_t place) {
  return targets_.subspan(place * session().output_size(), session().output_size());
}

std::span<float> Learner::answer_of(std::uint32_t known) {
  return answers_.subspan(known * session().output_size(), session().output_size());
}

}  // namespace lentil
