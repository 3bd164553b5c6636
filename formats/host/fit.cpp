#include "formats/host/fit.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

#include "formats/host/step_images.h"
#include "runtime/answer.h"
#include "runtime/plan_data.h"

namespace lentil::formats {
namespace {

using Clock = std::chrono::steady_clock;

std::string size_text(std::uint32_t channels, std::uint32_t height, std::uint32_t width) {
  return std::to_string(channels) + "x" + std::to_string(height) + "x" + std::to_string(width);
}

// What makes the data unfit for the network, if anything.
std::optional<Failure> find_mismatch(const Model& model, std::size_t outputs, const Dataset& data) {
  const Shape& input = model.input;
  const std::string name = data.name.empty() ? "the data set" : data.name;
  if (data.size() == 0) return Failure{name + " holds no images"};
  if (data.size() > std::numeric_limits<std::uint32_t>::max())
    return Failure{name + " holds too many images"};
  if (data.pixels.size() != data.size() * data.image_size()) {
    return Failure{name + ": " + std::to_string(data.size() * data.image_size()) + " pixels expected, " +
                   std::to_string(data.pixels.size()) + " given"};
  }
  if (data.image_size() != input.count()) {
    return Failure{"the network takes images of " + size_text(input.channels, input.height, input.width) +
                   ", " + name + " has " + size_text(data.channels, data.height, data.width)};
  }
  const std::uint32_t largest = *std::ranges::max_element(data.labels);
  if (largest >= outputs) {
    return Failure{"the network tells " + std::to_string(outputs) + " classes apart, " + name +
                   " has the label " + std::to_string(largest)};
  }
  return std::nullopt;
}

std::optional<Failure> find_mismatch(const Session& session, const Dataset& data) {
  if (auto mismatch = find_mismatch(session.model(), session.output_size(), data)) return mismatch;
  if (session.plan().input == InputType::uint8) return std::nullopt;
  return Failure{"the network was planned for floats, " + (data.name.empty() ? "the data set" : data.name) +
                 " has pixels; plan with InputType::uint8"};
}

std::optional<Failure> find_mismatch(const Trainer& trainer, const Dataset& data, const FitOptions& options) {
  const Session& session = trainer.session();
  if (auto mismatch = formats::find_mismatch(session.model(), session.output_size(), data, options))
    return mismatch;
  if (auto mismatch = find_mismatch(session, data)) return mismatch;
  const auto images = static_cast<std::uint32_t>(data.size());
  const std::uint32_t most = std::min(options.batches.batch, images);
  if (most > session.plan().batch && !session.plan().accumulate) {
    return Failure{"a batch of " + std::to_string(most) +
                   " images was asked for, and the plan has room for " +
                   std::to_string(session.plan().batch)};
  }
  return formats::find_single_image(trainer, images, options.batches);
}

// "0.005"
std::string text(float value) { return (std::ostringstream() << value).str(); }

Failure step_failure(Status status, std::uint32_t epoch, std::uint32_t step, float rate) {
  std::string message =
      "training stopped in epoch " + std::to_string(epoch + 1) + ", step " + std::to_string(step + 1) + ": ";
  if (status == Status::non_finite_loss) {
    return {message + "the loss is not a finite number; try a smaller learning rate than " + text(rate)};
  }
  return {message + status_name(status)};
}

// The settings of the step at `cursor`.
Sgd sgd_at(const FitOptions& options, const Batches& batches, const BatchCursor& cursor) {
  const std::uint64_t per_epoch = batches.batches_per_epoch();
  const std::uint32_t epochs = options.schedule_epochs == 0 ? options.epochs : options.schedule_epochs;
  return scheduled(options.schedule, options.sgd,
                   {.step = cursor.epoch * per_epoch + cursor.position / options.batches.batch,
                    .total_steps = epochs * per_epoch,
                    .steps_per_epoch = per_epoch});
}

// The steps that a stepper is to do next, all of one epoch.
class NextSteps {
 public:
  NextSteps(const FitOptions& options, Batches& batches) : options_(options), batches_(batches) {}

  // One at least.
  void take(std::uint32_t most) {
    begin_ = batches_.cursor();
    images_.clear();
    sgd_.clear();
    while (sgd_.empty() || (sgd_.size() < most && batches_.cursor().epoch == begin_.epoch)) {
      sgd_.push_back(sgd_at(options_, batches_, batches_.cursor()));
      const auto indices = batches_.next();
      images_.insert(images_.end(), indices.begin(), indices.end());
    }
  }
  StepRun run() const { return {begin_.epoch, images_, sgd_}; }

  // After step i of these, as far as it is known beforehand.
  FitProgress progress(std::uint32_t i) const {
    const std::uint32_t batch = options_.batches.batch, images = static_cast<std::uint32_t>(images_.size());
    const std::uint32_t done = std::min(images, (i + 1) * batch);
    return {.epoch = begin_.epoch,
            .images = begin_.position + done,
            .images_per_epoch = batches_.images_per_epoch(),
            .batch = done - i * batch,
            .rate = sgd_[i].rate};
  }

 private:
  const FitOptions& options_;
  Batches& batches_;
  BatchCursor begin_;
  std::vector<std::uint32_t> images_;
  std::vector<Sgd> sgd_;
};

void count_answers(std::span<const float> outputs, std::span<const std::uint8_t> labels, LayerType meaning,
                   double& loss_sum, TestResult& result) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto output = outputs.subspan(i * result.outputs, result.outputs);
    const std::size_t given = answer(output);
    result.correct += given == labels[i];
    ++result.confusion[std::size_t{labels[i]} * result.outputs + given];
    loss_sum += minus_log_probability(output, labels[i], meaning);
  }
}

}  // namespace

std::optional<Failure> find_single_image(const Trainer& trainer, std::size_t images,
                                         const BatchOptions& batches) {
  const std::size_t batch = std::min<std::size_t>(batches.batch, images);
  if (batch == 0) return std::nullopt;
  const std::size_t rest = images % batch;
  const std::string message =
      "a batch-norm cannot learn from a single image, and one would be alone at the end of ";
  if (trainer.check_statistics(static_cast<std::uint32_t>(batch)) != Status::ok)
    return Failure{message + "every batch; take another batch size"};
  if (batches.last == LastBatch::drop || rest == 0 ||
      trainer.check_statistics(static_cast<std::uint32_t>(rest)) == Status::ok)
    return std::nullopt;
  return Failure{message + "the last batch, the rest of " + std::to_string(images) +
                 " images; take another batch size, or drop the last batch"};
}

std::optional<Failure> find_mismatch(const Model& model, std::size_t outputs, const Dataset& data,
                                     const FitOptions& options) {
  if (options.batches.batch == 0) return Failure{"a batch needs at least one image"};
  if (auto mismatch = find_mismatch(model, outputs, data)) return mismatch;
  if (options.augmenter != nullptr && options.augmenter->image_size() != data.image_size()) {
    return Failure{"the augmenter distorts images of " + std::to_string(options.augmenter->image_size()) +
                   " bytes, the data set's have " + std::to_string(data.image_size())};
  }
  return std::nullopt;
}

Outcome<FitResult> fit(Trainer& trainer, const Dataset& data, const FitOptions& options,
                       const FitCallback& after_step) {
  if (auto mismatch = find_mismatch(trainer, data, options)) return std::move(*mismatch);
  StepImages images(data, std::min<std::size_t>(data.size(), options.batches.batch), options.augmenter,
                    options.parallel);
  const Stepper stepper{.steps_done = [&] { return trainer.steps_done(); },
                        .most_steps = [] { return 1u; },
                        .run = [&](const StepRun& run) -> Outcome<std::vector<StepResult>> {
                          images.prepare(run.images, run.epoch);
                          return std::vector{trainer.step(images.pixels(), images.labels(), run.sgd[0])};
                        }};
  return fit(stepper, data, options, after_step);
}

Outcome<FitResult> fit(const Stepper& stepper, const Dataset& data, const FitOptions& options,
                       const FitCallback& after_step) {
  Batches batches(static_cast<std::uint32_t>(data.size()), options.batches, options.start);
  NextSteps next(options, batches);
  FitResult result;
  Clock::duration time{};
  while (!result.stopped && batches.cursor().epoch < options.epochs &&
         (options.max_steps == 0 || stepper.steps_done() < options.max_steps)) {
    const auto begin = Clock::now();
    const std::uint32_t before = stepper.steps_done();
    const std::uint32_t most = stepper.most_steps();
    next.take(options.max_steps == 0 ? most : std::min(most, options.max_steps - before));
    const auto steps = stepper.run(next.run());
    if (!steps) return steps.error();
    time += Clock::now() - begin;
    for (std::uint32_t i = 0; i < steps->size(); ++i) {
      const StepResult& step = (*steps)[i];
      if (step.status != Status::ok)
        return step_failure(step.status, next.run().epoch, before + i, options.sgd.rate);
      ++result.steps;
      FitProgress progress = next.progress(i);
      progress.step = before + i + 1;
      progress.loss = step.loss;
      progress.correct = step.correct;
      result.images += progress.batch;
      if (after_step && !after_step(progress)) result.stopped = true;
    }
  }
  result.cursor = batches.cursor();
  result.seconds = std::chrono::duration<double>(time).count();
  if (result.seconds > 0) result.images_per_second = static_cast<double>(result.images) / result.seconds;
  return result;
}

Outcome<TestResult> test(Session& session, const Dataset& data) {
  if (auto mismatch = find_mismatch(session, data)) return std::move(*mismatch);
  const auto run = [&](std::span<const std::uint8_t> pixels,
                       std::span<float> outputs) -> Outcome<std::monostate> {
    const Status status = session.run(pixels, outputs);
    if (status == Status::ok) return std::monostate{};
    return Failure{std::string("the network cannot be run: ") + status_name(status)};
  };
  return test(Runner{session.model(), session.output_size(), session.plan().batch, run}, data);
}

Outcome<TestResult> test(const Runner& runner, const Dataset& data) {
  if (auto mismatch = find_mismatch(runner.model, runner.outputs, data)) return std::move(*mismatch);
  const auto outputs = static_cast<std::uint32_t>(runner.outputs);
  const LayerType meaning = output_meaning(runner.model);
  std::vector<float> buffer(runner.batch * outputs);
  TestResult result{.correct = 0,
                    .total = data.size(),
                    .loss = 0,
                    .outputs = outputs,
                    .confusion = std::vector<std::uint32_t>(std::size_t{outputs} * outputs)};
  const std::span<const std::uint8_t> pixels = data.pixels, labels = data.labels;
  double loss_sum = 0;
  for (std::size_t first = 0; first < data.size(); first += runner.batch) {
    const std::size_t count = std::min(runner.batch, data.size() - first);
    const auto output = std::span(buffer).first(count * outputs);
    const auto ran = runner.run(pixels.subspan(first * data.image_size(), count * data.image_size()), output);
    if (!ran) return ran.error();
    count_answers(output, labels.subspan(first, count), meaning, loss_sum, result);
  }
  result.loss = loss_sum / static_cast<double>(data.size());
  return result;
}

}  // namespace lentil::formats
