#include "formats/host/cuda/fit.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "formats/host/step_images.h"

namespace lentil::cuda {
namespace {

using formats::Dataset;
using formats::FitOptions;
using formats::StepRun;
using Results = Outcome<std::vector<lentil::StepResult>>;

constexpr std::uint32_t kFirstSteps = 64;  // while nobody knows how long one takes
constexpr double kSeconds = 0.5;           // to wait for an answer to a signal

std::optional<Failure> find_mismatch(const CudaTrainer& trainer, const Dataset& data,
                                     const FitOptions& options) {
  if (auto mismatch = formats::find_mismatch(trainer.model(), trainer.output_size(), data, options))
    return mismatch;
  if (options.augmenter == nullptr && trainer.images() != data.size()) {
    return Failure{"the GPU has " + std::to_string(trainer.images()) + " images of a data set of " +
                   std::to_string(data.size())};
  }
  const std::size_t batch = std::min<std::size_t>(options.batches.batch, data.size());
  if (batch == trainer.batch()) return std::nullopt;
  return Failure{"a batch of " + std::to_string(batch) +
                 " images was asked for, and the steps on the GPU have " + std::to_string(trainer.batch())};
}

// Powers of two: most runs have the size of an earlier one, and are recorded already.
std::uint32_t steps_at_a_time(const CudaTrainer& trainer) {
  if (trainer.step_seconds() == 0) return kFirstSteps;
  const double steps = std::min(kSeconds / trainer.step_seconds(), 1e9);
  return std::bit_floor(std::max(static_cast<std::uint32_t>(steps), 1u));
}

Results run_with_images(CudaTrainer& trainer, formats::StepImages& images, const StepRun& run) {
  images.prepare(run.images, run.epoch);
  const auto done = trainer.step(images.pixels(), images.labels(), run.sgd[0]);
  if (!done) return done.error();
  return std::vector{*done};
}

}  // namespace

Outcome<formats::FitResult> fit(CudaTrainer& trainer, const Dataset& data, const FitOptions& options,
                                const formats::FitCallback& after_step) {
  if (auto mismatch = find_mismatch(trainer, data, options)) return std::move(*mismatch);
  formats::Stepper stepper{.steps_done = [&] { return trainer.steps_done(); },
                           .most_steps = [&] { return steps_at_a_time(trainer); },
                           .run = [&](const StepRun& run) { return trainer.run(run.images, run.sgd); }};
  if (options.augmenter == nullptr) return formats::fit(stepper, data, options, after_step);
  formats::StepImages images(data, trainer.batch(), options.augmenter, options.parallel);
  stepper.most_steps = [] { return 1u; };
  stepper.run = [&](const StepRun& run) { return run_with_images(trainer, images, run); };
  return formats::fit(stepper, data, options, after_step);
}

}  // namespace lentil::cuda
