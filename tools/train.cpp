// lentil train: load or train, go on, save.
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tools/command.h"
#include "tools/interrupt.h"
#include "tools/machine.h"
#include "tools/network.h"
#include "tools/output.h"
#include "tools/stop.h"
#include "tools/text.h"
#include "tools/train_log.h"
#include "tools/train_options.h"
#include "tools/training.h"

namespace lentil::tools {
namespace {

using namespace formats;
using Clock = std::chrono::steady_clock;

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

// Better told now than after an hour.
void check_output(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    reject(fmt::format("-o {} is a folder; name a file", path));
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const std::string folder = parent.empty() ? "." : parent;
  if (!std::filesystem::is_directory(folder, ignored)) {
    fail(fmt::format("cannot save '{}': there is no folder '{}'; make it or name another file with -o", path,
                     folder));
  }
  if (access(folder.c_str(), W_OK) != 0) {
    fail(fmt::format("cannot save '{}': no permission to write in '{}'; name another file with -o", path,
                     folder));
  }
}

DataSplit load_data(const std::string& root, const ModelFile& file) {
  const auto classes = static_cast<std::uint32_t>(output_count(file.model()));
  return need(load_dataset(root, classes));
}

// What both ways of `lentil train` end with.
struct Report {
  std::string file;
  std::uint64_t hash = 0;
  std::uint64_t epochs = 0, steps = 0;
  double seconds = 0, images_per_second = 0;
  TestResult test;
  bool trained = true, finished = true;
};

void print_report(const Report& r, const Machine& machine, bool json) {
  if (!json) {
    std::string text =
        fmt::format("{}: {}, {} epochs, {} steps", r.file, test_text(r.test), r.epochs, r.steps);
    if (r.trained) {
      text += fmt::format(" in {:.1f} s ({} img/s)", r.seconds,
                          grouped(static_cast<std::uint64_t>(r.images_per_second)));
    }
    print_result(text + "\nweights " + hash_text(r.hash));
    return;
  }
  print_json({{"file", r.file},
              {"weights_hash", hash_text(r.hash)},
              {"epochs", r.epochs},
              {"steps", r.steps},
              {"seconds", r.seconds},
              {"images_per_second", r.images_per_second},
              {"isa", machine.isa()},
              {"threads", machine.threads()},
              {"test", {{"correct", r.test.correct}, {"total", r.test.total}, {"loss", r.test.loss}}},
              {"accuracy", r.test.accuracy()},
              {"trained", r.trained},
              {"finished", r.finished}});
}

// The file exists: what it is worth.
int test_existing(const TrainOptions& options, const ModelFile& file, Machine& machine) {
  TrainLog log(options);
  log.note(fmt::format("{} exists: testing it, not training (--force trains anew)", options.output));
  if (file.state) {
    log.note(fmt::format("its training stopped after step {}; --resume goes on", file.state->numbers.step));
  }
  const DataSplit data = load_data(options.data, file);
  Report report{.file = options.output, .hash = weights_hash(file.model()), .test = {}, .trained = false};
  report.test = test_model(machine, file, data.test, options.test_batch_size);
  report.finished = !file.state;
  if (file.training) {
    report.epochs = file.training->numbers.epochs;
    report.steps = file.training->numbers.steps;
  }
  print_report(report, machine, options.json);
  return 0;
}

// The other half of a training must see the same pictures.
void check_same_data(const TrainingRecord& record, const Dataset& train, const Dataset& test,
                     const std::string& root) {
  std::vector<FileHash> sources = train.sources;
  sources.insert(sources.end(), test.sources.begin(), test.sources.end());
  const bool same = record.data == train.name &&
                    std::equal(record.files.begin(), record.files.end(), sources.begin(), sources.end(),
                               [](const DataFile& a, const FileHash& b) { return a.md5 == b.md5; });
  if (!same) {
    fail(fmt::format(
        "--data {} is {}, and other files than those that the training began with ({}); name those", root,
        train.name, record.data));
  }
}

struct Job {
  ModelFile start;
  DataSplit data;
};

// Goes on where `checkpoint` stopped; `options` become those that it began with.
Job resumed_job(TrainOptions& options, const Arguments& arguments, ModelFile checkpoint) {
  Job job{.start = std::move(checkpoint), .data = {}};
  if (!job.start.training)
    fail(fmt::format("--resume: '{}' does not say what it was trained on", options.output));
  const TrainOptions stored = options_of_command(job.start.state->command, options.output);
  job.data = load_data(arguments.given("--data") ? options.data : stored.data, job.start);
  if (options.batch_size == 0) options.batch_size = static_cast<std::uint32_t>(job.data.train.size());
  adopt_stored(options, arguments, stored);
  check_same_data(*job.start.training, job.data.train, job.data.test, options.data);
  const std::uint64_t done = job.start.state->numbers.step;
  if (options.max_steps != 0 && options.max_steps <= done) {
    reject(fmt::format("--max-steps {}: '{}' has {} steps behind it; only more are possible",
                       options.max_steps, options.output, done));
  }
  return job;
}

Job new_job(TrainOptions& options) {
  Job job{.start = make_network(options.arch, options.seed), .data = {}};
  job.data = load_data(options.data, job.start);
  if (options.batch_size == 0) options.batch_size = static_cast<std::uint32_t>(job.data.train.size());
  return job;
}

void introduce(TrainLog& log, const TrainOptions& o, const Job& job, const Machine& machine) {
  const Dataset& train = job.data.train;
  log.note(fmt::format("{}: {} parameters, SGD lr {} momentum {}{}, batch {}, seed {}, {} with {} threads",
                       job.start.name.empty() ? "network" : job.start.name,
                       grouped(parameter_count(job.start.model())), o.rate, o.momentum,
                       o.nesterov ? " (Nesterov)" : "", o.batch_size, o.seed, machine.isa(),
                       machine.threads()));
  log.note(fmt::format("data: {}, {} images to train and {} to test, {}x{}", train.name,
                       grouped(train.size()), grouped(job.data.test.size()), train.height, train.width));
  if (job.start.state) log.note(fmt::format("going on after step {}", job.start.state->numbers.step));
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

int train(const TrainOptions& options, Job job, Machine& machine) {
  const auto begin = Clock::now();
  TrainLog log(options);
  introduce(log, options, job, machine);
  const InterruptGuard guard;
  Training training(machine, options, std::move(job.start), job.data);
  training.run(log);
  const ModelFile file = training.result();
  need(save_model_file(options.output, file));
  if (InterruptGuard::signal() != 0) return say_interrupted(log, options, training);
  if (!training.finished()) {
    log.note(fmt::format("stopped at step {}; go on with: {}", training.steps(), how_to_resume(options)));
  }
  print_report({.file = options.output,
                .hash = file.training->numbers.weights_hash,
                .epochs = training.cursor().epoch,
                .steps = training.steps(),
                .seconds = std::chrono::duration<double>(Clock::now() - begin).count(),
                .images_per_second = training.images_per_second(),
                .test = *training.last_test(),
                .finished = training.finished()},
               machine, options.json);
  return 0;
}

// A finished file needs no resuming: whoever asks for no more epochs may ask again.
void check_resumable(const TrainOptions& options, const Arguments& arguments, const ModelFile& file) {
  const std::uint32_t done = file.training ? file.training->numbers.epochs : 0;
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
  Machine machine(options.threads);
  if (options.force || (!options.resume && !exists(options.output))) {
    return train(options, new_job(options), machine);
  }
  ModelFile file = need(load_model_file(options.output));
  if (options.resume) check_resumable(options, arguments, file);
  if (!options.resume || !file.state) return test_existing(options, file, machine);
  Job job = resumed_job(options, arguments, std::move(file));
  return train(options, std::move(job), machine);
}

}  // namespace

const Command kTrainCommand{
    "train", "trains a network, or tests it if its file exists",
    "  lentil train --data ./data                      the tutorial: LeNet, 5 epochs, saved as lenet.lentil\n"
    "  lentil train --data synth --arch mlp -o mlp.lentil --epochs 1\n"
    "  lentil train --resume -o lenet.lentil           go on after Ctrl-C or --max-steps\n",
    run};

}  // namespace lentil::tools
