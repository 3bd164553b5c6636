#include "tools/training.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <utility>

#include "formats/host/cuda/fit.h"
#include "tools/golden.h"
#include "tools/interrupt.h"
#include "tools/network.h"
#include "tools/stop.h"

namespace lentil::tools {
namespace {

using namespace formats;

constexpr const char* kUntrainable = "this network cannot be trained";

PlanOptions plan_options(const TrainOptions& o, std::size_t images, std::uint32_t threads,
                         std::span<const std::uint16_t> frozen) {
  return {.mode = Mode::train,
          .goal = o.goal == "small" ? Goal::small : Goal::fast,
          .input = InputType::uint8,
          .label_smoothing = o.label_smoothing,
          .batch = static_cast<std::uint32_t>(std::min<std::size_t>(o.batch_size, images)),
          .threads = threads,
          .momentum = o.momentum != 0,
          .accumulate = o.accumulate > 1,
          .fuse = !o.no_fuse,
          .frozen = frozen};
}

bool learns_statistics(const ModelFile& file, std::span<const std::uint16_t> frozen) {
  for (std::uint16_t layer = 0; layer < file.layers.size(); ++layer) {
    if (is_batch_norm(file.layers[layer].settings.type) && std::ranges::count(frozen, layer) == 0)
      return true;
  }
  return false;
}

// Calls visit(layer index, slot) for every tensor.
template <class Visit>
void for_each_tensor(const ModelFile& file, Visit visit) {
  for (std::size_t layer = 0; layer < file.layers.size(); ++layer) {
    for (std::size_t s = 0; s < kSlots; ++s) visit(static_cast<std::uint16_t>(layer), static_cast<Slot>(s));
  }
}

}  // namespace

Training::Training(Machine& machine, const TrainOptions& options, ModelFile start, const TrainingData& data)
    : machine_(machine),
      options_(options),
      data_(data),
      start_(std::move(start)),
      frozen_(layers_named(start_, options.freeze)),
      distortions_(augment_of(options)),
      augmenter_(distortions_, options.seed, data.train.channels, data.train.height, data.train.width),
      best_(options.patience) {
  const OwnedPlan plan(start_.model(), plan_options(options, data.train.size(), machine.threads(), frozen_));
  arena_ = AlignedBytes(arena_bytes(*plan));
  trainer_ =
      need(Trainer::create(start_.model(), *plan, machine.kernels(), arena_, options.seed, machine.hook()),
           kUntrainable);
  if (start_.state) restore();
}

void Training::restore() {
  const StateNumbers& n = start_.state->numbers;
  if (n.step > std::numeric_limits<std::uint32_t>::max())
    fail("the stored training has too many steps to go on");
  std::size_t restored = 0, wanted = 0;
  for (const Velocity& velocity : start_.state->velocities) {
    const std::span<float> target = trainer_.velocity(velocity.layer, velocity.slot);
    if (target.size() != velocity.data.size())
      fail("the stored training has velocities that its options do not ask for");
    std::copy(velocity.data.begin(), velocity.data.end(), target.begin());
    ++restored;
  }
  for_each_tensor(start_,
                  [&](std::uint16_t layer, Slot slot) { wanted += !trainer_.velocity(layer, slot).empty(); });
  if (n.step > 0 && restored != wanted)
    fail("the stored training lacks some of its velocities and cannot go on");
  trainer_.restore_step(static_cast<std::uint32_t>(n.step));
  cursor_ = {n.epoch, n.position};
  best_.restore(*start_.state, trainer_);
}

// A GPU computes all images of a step together, which only the statistics of a batch tell from some at a
// time.
Outcome<std::monostate> Training::use(const cuda::Gpu& gpu) {
  if (options_.accumulate > 1 && learns_statistics(start_, frozen_))
    return Failure{
        "a GPU adds up no batches, and a batch-norm that learns would tell: leave --accumulate out"};
  if (auto alone = find_single_image(trainer_, data_.train.size(), next_epoch().batches)) return *alone;
  PlanOptions options = plan_options(options_, data_.train.size(), machine_.threads(), frozen_);
  options.batch =
      static_cast<std::uint32_t>(std::min<std::size_t>(step_images(options_), data_.train.size()));
  auto trainer = cuda::CudaTrainer::create(gpu, start_.model(), options, options.batch, options_.seed);
  if (!trainer) return trainer.error();
  if (!distorts(distortions_)) {
    if (auto used = trainer->use_images(data_.train.pixels, data_.train.labels); !used) return used.error();
  }
  if (auto taken = trainer->take(trainer_); !taken) return taken.error();
  gpu_ = &gpu;
  gpu_trainer_ = std::move(*trainer);
  return std::monostate{};
}

FitOptions Training::next_epoch() const {
  return {.batches = {.batch = step_images(options_),
                      .seed = options_.seed,
                      .last = options_.drop_last ? LastBatch::drop : LastBatch::keep},
          .sgd = {options_.rate, options_.momentum, options_.weight_decay, options_.nesterov},
          .schedule = schedule_of(options_),
          .schedule_epochs = options_.epochs,
          .epochs = cursor_.epoch + 1,
          .max_steps = options_.max_steps,
          .start = cursor_,
          .augmenter = distorts(distortions_) ? &augmenter_ : nullptr,
          .parallel = machine_.hook()};
}

Outcome<FitResult> Training::fit_on_gpu(const FitCallback& after_step) {
  auto fitted = cuda::fit(*gpu_trainer_, data_.train, next_epoch(), after_step);
  if (!fitted) return fitted;
  if (auto given = gpu_trainer_->give(trainer_); !given) return given.error();
  return fitted;
}

FitResult Training::fit_epoch(TrainLog& log) {
  log.start_epoch();
  const FitCallback after_step = [&](const FitProgress& progress) {
    log.step(progress);
    return InterruptGuard::signal() == 0;
  };
  auto fitted = gpu_trainer_ ? fit_on_gpu(after_step) : fit(trainer_, data_.train, next_epoch(), after_step);
  if (!fitted) fail(fitted.error().message + ". Nothing was saved");
  cursor_ = fitted->cursor;
  images_ += fitted->images;
  seconds_ += fitted->seconds;
  test_.reset();
  validation_.reset();
  return *fitted;
}

void Training::run(TrainLog& log) {
  while (!finished() && !at_limit()) {
    const std::uint32_t epoch = cursor_.epoch;
    const FitResult fitted = fit_epoch(log);
    // When interrupted too: who resumes begins with the next epoch.
    const bool best = cursor_.position == 0 && validate();
    if (fitted.stopped && !finished()) return;
    test();
    log.epoch_tested({epoch, *test_, validation_, best, fitted.images_per_second});
  }
  if (finished()) use_best();
  if (!test_) test();  // other weights than those of the last epoch, or nothing was left to do
}

bool Training::validate() {
  if (data_.validation.size() == 0) return false;
  validation_ = test_on(data_.validation, "validation");
  return best_.take(trainer_, cursor_.epoch, validation_->loss);
}

void Training::use_best() {
  if (best_.epoch() == 0 || best_.epoch() == cursor_.epoch) return;
  best_.put_back(trainer_);
  test_.reset();
}

void Training::test() { test_ = test_on(data_.test, "test"); }

TestResult Training::test_on(const Dataset& data, const char* name) {
  TestResult result = test_model(place(), with_current_weights(), data, options_.test_batch_size);
  if (std::isfinite(result.loss)) return result;
  fail(fmt::format(
      "the {} loss is not a finite number after step {}; try a smaller learning rate (--lr was {}). "
      "Nothing was saved",
      name, steps(), options_.rate));
}

ModelFile Training::with_current_weights() {
  ModelFile file = start_;
  take_weights(std::as_const(trainer_).session(), file);
  return file;
}

TrainingRecord Training::record(std::uint64_t hash) const {
  TrainingRecord record{
      .data = data_.train.name,
      .command = command_line(options_),
      .tool = "lentil " LENTIL_VERSION,
      .files = {},
      .numbers = {.seed = options_.seed, .epochs = cursor_.epoch, .steps = steps(), .weights_hash = hash}};
  if (!finished()) record.command += fmt::format(" --max-steps {}", steps());
  for (const Dataset* half : {&data_.train, &data_.test}) {
    for (const FileHash& source : half->sources) record.files.push_back({source.file, source.md5});
  }
  if (test_) {
    record.numbers.correct = static_cast<std::uint32_t>(test_->correct);
    record.numbers.total = static_cast<std::uint32_t>(test_->total);
    record.numbers.loss = test_->loss;
  }
  return record;
}

TrainingState Training::state() {
  TrainingState state{.command = command_line(options_),
                      .numbers = {.seed = options_.seed,
                                  .step = steps(),
                                  .epoch = cursor_.epoch,
                                  .position = cursor_.position,
                                  .shuffle_epoch = cursor_.epoch,
                                  .batch = step_images(options_),
                                  .rate = options_.rate,
                                  .momentum = options_.momentum,
                                  .weight_decay = options_.weight_decay,
                                  .nesterov = options_.nesterov},
                      .frozen = frozen_,
                      .velocities = {}};
  best_.store(state);
  for_each_tensor(start_, [&](std::uint16_t layer, Slot slot) {
    const auto velocity = trainer_.velocity(layer, slot);
    if (!velocity.empty()) state.velocities.push_back({layer, slot, {velocity.begin(), velocity.end()}});
  });
  return state;
}

ModelFile Training::result() {
  ModelFile file = with_current_weights();
  file.golden = make_golden(machine_, file);
  file.training = record(weights_hash(file.model()));
  file.state.reset();
  if (!finished()) file.state = state();
  const auto recipe = recipe_of(file);
  if (recipe && picture_shape(file.input).channels == 1)
    file.recipe = recipe_steps(*recipe, file.input, file.normalization);
  if (file.licence.empty()) file.licence = "Apache-2.0";
  return file;
}

}  // namespace lentil::tools
