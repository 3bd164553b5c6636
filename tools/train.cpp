// lentil train: load or train, go on, save.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>

#include "tools/command.h"
#include "tools/device.h"
#include "tools/interrupt.h"
#include "tools/machine.h"
#include "tools/model_input.h"
#include "tools/network.h"
#include "tools/output_file.h"
#include "tools/picture_output.h"
#include "tools/stop.h"
#include "tools/text.h"
#include "tools/train_job.h"
#include "tools/train_log.h"
#include "tools/train_options.h"
#include "tools/train_report.h"
#include "tools/training.h"

namespace lentil::tools {
namespace {

using namespace formats;
using Clock = std::chrono::steady_clock;

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

// The file exists: what it is worth.
int test_existing(const TrainOptions& options, const ModelFile& file, Machine& machine) {
  TrainLog log(options);
  log.note(fmt::format("{} exists: testing it, not training (--force trains anew)", options.output));
  if (file.state) {
    log.note(fmt::format("its training stopped after step {}; --resume goes on", file.state->numbers.step));
  }
  if (!options.plot.empty()) log.note("--plot draws a training, and there is none");
  const DataSplit data = load_data(options.data, file, options.quiet);
  const auto gpu = choose_gpu(options.device, can_run(file));
  const Place place{machine, gpu.get()};
  TrainReport report{
      .file = options.output, .hash = weights_hash(file.model()), .test = {}, .trained = false};
  report.test = test_model(place, file, data.test, options.test_batch_size);
  report.finished = !file.state;
  if (file.training) {
    report.epochs = file.training->numbers.epochs;
    report.steps = file.training->numbers.steps;
  }
  print_report(report, place, options.json);
  return 0;
}

void introduce(TrainLog& log, const TrainOptions& o, const Training& training) {
  const ModelFile& start = training.start();
  const TrainingData& data = training.data();
  const Dataset& train = data.train;
  const std::size_t held_out = data.validation.size();
  log.note(fmt::format("{}: {} parameters, SGD lr {}{} momentum {}{}, batch {}{}, seed {}, {}",
                       start.name.empty() ? "network" : start.name, grouped(parameter_count(start.model())),
                       o.rate, schedule_text(o), o.momentum, o.nesterov ? " (Nesterov)" : "", o.batch_size,
                       o.accumulate == 1 ? "" : fmt::format(" x {}", o.accumulate), o.seed,
                       training.place().title()));
  log.note(fmt::format(
      "data: {}, {} images to train{} and {} to test, {}x{}{}", train.name, grouped(train.size()),
      held_out == 0 ? "" : fmt::format(", {} to validate", grouped(held_out)), grouped(data.test.size()),
      train.height, train.width, distorts(augment_of(o)) ? ", distorted: " + o.augment : ""));
  if (start.state) log.note(fmt::format("going on after step {}", start.state->numbers.step));
}

std::string how_to_resume(const TrainOptions& options) {
  return "lentil train --resume -o " + quote_words({&options.output, 1});
}

// Says what an interrupted run leaves behind; returns the exit code.
int say_interrupted(TrainLog& log, const TrainOptions& options, const Training& training) {
  if (training.finished()) {
    log.note(fmt::format("interrupted when all was done; saved {}", options.output));
  } else {
    log.note(fmt::format("interrupted: saved {} after step {}, in epoch {} of {}; go on with: {}",
                         options.output, training.steps(), training.cursor().epoch + 1, options.epochs,
                         how_to_resume(options)));
  }
  return 128 + InterruptGuard::signal();
}

// Curves of an interrupted training, too: they may be why it was interrupted.
void save_curves(const TrainOptions& options, TrainLog& log, const ModelFile& file) {
  if (options.plot.empty()) return;
  if (log.history().empty()) return log.note("nothing was left to train, so there are no curves to draw");
  save_picture(log.history().curves(fmt::format("{} on {}", network_name(file), file.training->data)),
               options.plot, options.quiet);
}

int train(const TrainOptions& options, TrainJob job, Machine& machine) {
  const auto begin = Clock::now();
  TrainLog log(options);
  std::unique_ptr<cuda::Gpu> gpu;  // the training's, so it goes after it
  Training training(machine, options, std::move(job.start), job.data);
  gpu = choose_gpu(options.device, [&](const cuda::Gpu& found) { return training.use(found); });
  introduce(log, options, training);
  const InterruptGuard guard;
  training.run(log);
  log.end();
  const ModelFile file = training.result();
  need(save_model_file(options.output, file));
  save_curves(options, log, file);
  if (InterruptGuard::signal() != 0) return say_interrupted(log, options, training);
  if (training.finished() && training.cursor().epoch < options.epochs) {
    log.note(fmt::format("ended early: the validation loss has not become better for {}",
                         counted(options.patience, "epoch")));
  } else if (!training.finished()) {
    log.note(fmt::format("stopped at step {}; go on with: {}", training.steps(), how_to_resume(options)));
  }
  print_report({.file = options.output,
                .hash = file.training->numbers.weights_hash,
                .epochs = training.cursor().epoch,
                .steps = training.steps(),
                .seconds = std::chrono::duration<double>(Clock::now() - begin).count(),
                .images_per_second = training.images_per_second(),
                .test = *training.last_test(),
                .best_epoch = training.best().epoch(),
                .best_loss = training.best().epoch() == 0 ? 0 : training.best().loss(),
                .finished = training.finished()},
               training.place(), options.json);
  return 0;
}

// A finished file needs no resuming: whoever asks for no more epochs may ask again.
void check_resumable(const TrainOptions& options, const Arguments& arguments, const ModelFile& file) {
  const std::uint32_t done =
      file.training ? std::max(file.training->numbers.epochs, epochs_of_command(file.training->command)) : 0;
  if (file.state || (done > 0 && (!arguments.given("--epochs") || options.epochs <= done))) return;
  fail(fmt::format("--resume: '{}' holds no interrupted training. To train it further: --arch {} -o NEW",
                   options.output, quote_words({&options.output, 1})));
}

int run(const Command& command, std::span<const std::string> words) {
  TrainOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  if (!arguments.parse(words)) return 0;
  check(options);
  if (options.output.empty()) options.output = default_output(options);
  check_output(options.output);
  if (!options.plot.empty()) check_picture_output(options.plot, "--plot");
  Machine machine(options.threads);
  if (options.force || (!options.resume && !exists(options.output))) {
    return train(options, new_job(options), machine);
  }
  ModelFile file = need(load_model_file(options.output));
  if (options.resume) check_resumable(options, arguments, file);
  if (!options.resume || !file.state) return test_existing(options, file, machine);
  TrainJob job = resumed_job(options, arguments, std::move(file));
  return train(options, std::move(job), machine);
}

}  // namespace

const Command kTrainCommand{
    "train", "trains a network, or tests it if its file exists",
    "  lentil train --data ./data                      the tutorial: LeNet, 5 epochs, saved as lenet.lentil\n"
    "  lentil train --data synth --arch mlp -o mlp.lentil --epochs 1\n"
    "  lentil train --data synth --plot curves.svg     draws loss and accuracy\n"
    "  lentil train --resume -o lenet.lentil           go on after Ctrl-C or --max-steps\n"
    "  lentil train --data ./data --device auto        on a GPU if there is one, to the same weights\n",
    run, describe<TrainOptions, declare>};

}  // namespace lentil::tools
