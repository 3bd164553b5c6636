#include "formats/host/cuda/learner.h"

namespace lentil::cuda {
namespace {

LearnSteps& steps_of(void* context) { return *static_cast<LearnSteps*>(context); }

}  // namespace

Outcome<LearnSteps> LearnSteps::create(const Gpu& gpu, const Model& model,
                                       std::span<const std::uint16_t> frozen, std::uint32_t batch,
                                       std::uint64_t seed) {
  auto trainer = CudaTrainer::create(
      gpu, model, {.mode = Mode::train, .input = InputType::uint8, .batch = batch, .frozen = frozen}, batch,
      seed);
  if (!trainer) return trainer.error();
  return LearnSteps(std::move(*trainer));
}

LearnDevice LearnSteps::device() {
  failure_.reset();
  return {.begin = [](void* context, Trainer& from) { return steps_of(context).begin(from); },
          .step = [](void* context, std::span<const std::uint8_t> pixels, std::span<const float> targets,
                     const Sgd& sgd) { return steps_of(context).step(pixels, targets, sgd); },
          .end = [](void* context, Trainer& to) { return steps_of(context).end(to); },
          .context = this};
}

template <class T>
bool LearnSteps::succeeded(const Outcome<T>& outcome) {
  if (!outcome) failure_ = outcome.error();
  return static_cast<bool>(outcome);
}

bool LearnSteps::begin(Trainer& from) { return succeeded(trainer_.take(from)); }

bool LearnSteps::step(std::span<const std::uint8_t> pixels, std::span<const float> targets, const Sgd& sgd) {
  const auto done = trainer_.step(pixels, targets, sgd);
  if (!succeeded(done)) return false;
  if (done->status != Status::ok) failure_ = Failure{formats::explain({.status = done->status})};
  return done->status == Status::ok;
}

bool LearnSteps::end(Trainer& to) { return succeeded(trainer_.give(to)); }

}  // namespace lentil::cuda
