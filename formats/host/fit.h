// The loops around a Trainer and a Session: train for some epochs, test on a data set.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "formats/host/augment.h"
#include "formats/host/batches.h"
#include "formats/host/dataset.h"
#include "formats/host/outcome.h"
#include "runtime/schedule.h"
#include "runtime/trainer.h"

namespace lentil::formats {

struct FitOptions {
  BatchOptions batches{};
  Sgd sgd{};
  Schedule schedule{};
  std::uint32_t schedule_epochs = 0;  // epochs of the whole training, which the schedule spans; 0: `epochs`
  std::uint32_t epochs = 1;           // in all: a run that starts in epoch 3 of 5 does two more
  std::uint32_t max_steps = 0;        // end when trainer.steps_done() reaches it; 0: no limit
  BatchCursor start{};                // where an earlier run ended
  const Augmenter* augmenter = nullptr;  // distorts the images anew in each epoch; must outlive fit()
  ParallelFor parallel{};  // for the augmenter; the trainer's, as it is not called at the same time
};

// One step that has just been done.
struct FitProgress {
  std::uint32_t epoch = 0;   // from 0
  std::uint32_t step = 0;    // trainer.steps_done()
  std::uint32_t images = 0;  // of this epoch that are behind, this batch included
  std::uint32_t images_per_epoch = 0;
  std::uint32_t batch = 0;    // images in this step
  float loss = 0;             // mean over this batch, before the update
  std::uint32_t correct = 0;  // in this batch, before the update
  float rate = 0;             // the learning rate of this step
};

// Called after every step, or after those that were done together, for each of them; the time inside does not
// count as training. False ends the run: the weights and FitResult::cursor are then the place to continue
// from.
using FitCallback = std::function<bool(const FitProgress&)>;

struct FitResult {
  std::uint32_t steps = 0;  // of this call
  std::uint64_t images = 0;
  double seconds = 0;            // in training steps alone
  double images_per_second = 0;  // 0 if nothing was done
  BatchCursor cursor{};          // of the next batch; cursor.epoch is the number of epochs done
  bool stopped = false;          // the callback said so
};

// The trainer's plan must take pixels (InputType::uint8), and accumulate or be for at least the batch. A
// Failure means data or batches that do not suit the network, or training that diverged.
Outcome<FitResult> fit(Trainer& trainer, const Dataset& data, const FitOptions& options,
                       const FitCallback& after_step = {});

// Steps to be done one after the other.
struct StepRun {
  std::uint32_t epoch = 0;  // of all of them
  std::span<const std::uint32_t>
      images;                // of the data set: BatchOptions::batch a step, maybe fewer in the last
  std::span<const Sgd> sgd;  // of each step
};

// Who does the steps of fit(), on a GPU say.
struct Stepper {
  std::function<std::uint32_t()> steps_done;
  std::function<std::uint32_t()> most_steps;                            // that may be asked for at a time
  std::function<Outcome<std::vector<StepResult>>(const StepRun&)> run;  // a result of each step
};

// The loop itself, for data and options that find_mismatch() has passed.
Outcome<FitResult> fit(const Stepper& stepper, const Dataset& data, const FitOptions& options,
                       const FitCallback& after_step);
// What makes them unfit for a network with so many outputs, if anything.
std::optional<Failure> find_mismatch(const Model& model, std::size_t outputs, const Dataset& data,
                                     const FitOptions& options);

// Why a batch-norm of the trainer's network cannot learn from all batches of so many images, if so: to be
// told before the first step, since the last batch of an epoch may be an hour away.
std::optional<Failure> find_single_image(const Trainer& trainer, std::size_t images,
                                         const BatchOptions& batches);

struct TestResult {
  std::uint64_t correct = 0, total = 0;
  double loss = 0;                         // mean over the images of -log p(label)
  std::uint32_t outputs = 0;               // of the network
  std::vector<std::uint32_t> confusion{};  // [label][answer], outputs x outputs

  double accuracy() const {
    return total == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(total);
  }
};

// Runs the network over all images in their order. p comes from the outputs as the last layer means them:
// log-probabilities after a LogSoftmax, probabilities after a Softmax, logits else; computed by the
// contract's own functions and added up in double, so that every machine finds the same weights the best. The
// answer is the first of the largest outputs. The session's plan must take pixels.
Outcome<TestResult> test(Session& session, const Dataset& data);

// What gives the outputs of up to `batch` images: a network somewhere else, on a GPU say.
struct Runner {
  const Model& model;
  std::size_t outputs;  // values per image
  std::size_t batch;
  std::function<Outcome<std::monostate>(std::span<const std::uint8_t> pixels, std::span<float> outputs)> run;
};
Outcome<TestResult> test(const Runner& runner, const Dataset& data);

}  // namespace lentil::formats
