// One training from its options to its file; it can stop anywhere and go on later to the same bits.
#pragma once
#include <optional>
#include <string>

#include "formats/host/cuda/trainer.h"
#include "formats/host/dataset.h"
#include "tools/best_weights.h"
#include "tools/device.h"
#include "tools/machine.h"
#include "tools/train_log.h"
#include "tools/train_options.h"

namespace lentil::tools {

struct TrainingData {
  formats::Dataset train, validation, test;  // validation: held out of train, maybe nothing
};

class Training {
 public:
  // `start` has the weights to begin with, and in `state` where an earlier part ended. Options have been
  // checked, options.batch_size is not 0. Borrows everything but `start`.
  Training(Machine& machine, const TrainOptions& options, formats::ModelFile start, const TrainingData& data);
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  // From now on steps and tests are done there; the weights are the same. After a failure they are not.
  formats::Outcome<std::monostate> use(const cuda::Gpu& gpu);

  // Goes on until all is done, the validation loss no longer becomes better, the step limit is reached, or a
  // signal comes. Tests after each epoch and at the limit. A finished training has the best weights, if
  // images were held out. Stops the program if the numbers run away.
  void run(TrainLog& log);

  bool finished() const { return cursor_.epoch >= options_.epochs || best_.should_stop(); }
  const formats::ModelFile& start() const { return start_; }
  const TrainingData& data() const { return data_; }
  Place place() const { return {machine_, gpu_}; }
  const BestWeights& best() const { return best_; }
  const std::optional<formats::TestResult>& last_test() const { return test_; }  // of the weights as they are
  formats::BatchCursor cursor() const { return cursor_; }
  std::uint32_t steps() const { return trainer_.steps_done(); }
  double seconds() const { return seconds_; }  // in steps of this run alone
  double images_per_second() const { return seconds_ > 0 ? static_cast<double>(images_) / seconds_ : 0; }

  // The file as it is to be saved: with record and golden samples, and with all that is needed to go on
  // unless the training is finished.
  formats::ModelFile result();

 private:
  void restore();
  formats::Outcome<formats::FitResult> fit_on_gpu(const formats::FitCallback& after_step);
  formats::FitResult fit_epoch(TrainLog& log);
  bool validate();  // after an epoch; true: the best so far
  void use_best();
  void test();
  formats::TestResult test_on(const formats::Dataset& data, const char* name);
  bool at_limit() const { return options_.max_steps != 0 && steps() >= options_.max_steps; }
  formats::FitOptions next_epoch() const;
  formats::ModelFile with_current_weights();
  formats::TrainingRecord record(std::uint64_t hash) const;
  formats::TrainingState state();

  Machine& machine_;
  const TrainOptions& options_;
  const TrainingData& data_;
  const formats::ModelFile start_;  // the trainer uses it: stays as it is
  const std::vector<std::uint16_t> frozen_;
  const formats::AugmentOptions distortions_;
  const formats::Augmenter augmenter_;
  formats::AlignedBytes arena_;
  Trainer trainer_;  // has the weights after each fit_epoch(), wherever that was
  const cuda::Gpu* gpu_ = nullptr;
  std::optional<cuda::CudaTrainer> gpu_trainer_;  // on it
  formats::BatchCursor cursor_;
  BestWeights best_;
  std::optional<formats::TestResult> test_, validation_;  // of the weights as they are
  std::uint64_t images_ = 0;
  double seconds_ = 0;
};

}  // namespace lentil::tools
