#include "tools/train_job.h"

#include <algorithm>
#include <fmt/format.h>

#include "formats/host/hold_out.h"
#include "formats/host/picture_input.h"
#include "formats/host/samples.h"
#include "tools/network.h"
#include "tools/output.h"
#include "tools/stop.h"

namespace lentil::tools {
namespace {

using namespace formats;

struct Roots {
  std::string data, mix;
  bool quiet = false;
};

// The images of both; `held_out` says how many of `data` to keep for validation, and the seed which.
TrainingData training_data(const Roots& roots, const TrainOptions& held_out, const ModelFile& file) {
  DataSplit all = load_data(roots.data, file, roots.quiet);
  DataSplit parts = need(hold_out(std::move(all.train), held_out.validation, held_out.seed));
  if (!roots.mix.empty())
    parts.train = need(joined(std::move(parts.train),
                              load_data(roots.mix, file, roots.quiet || roots.mix == roots.data).train));
  return {.train = std::move(parts.train), .validation = std::move(parts.test), .test = std::move(all.test)};
}

void resolve_full_batch(TrainOptions& options, const TrainingData& data) {
  if (options.batch_size == 0) options.batch_size = static_cast<std::uint32_t>(data.train.size());
}

// The other half of a training must see the same pictures.
void check_same_data(const TrainingRecord& record, const TrainingData& data, const Roots& roots) {
  std::vector<FileHash> sources = data.train.sources;
  sources.insert(sources.end(), data.test.sources.begin(), data.test.sources.end());
  const bool same = record.data == data.train.name &&
                    std::equal(record.files.begin(), record.files.end(), sources.begin(), sources.end(),
                               [](const DataFile& a, const FileHash& b) { return a.md5 == b.md5; });
  if (!same) {
    fail(fmt::format(
        "--data {}{} is {}, and other files than those that the training began with ({}); name those",
        roots.data, roots.mix.empty() ? "" : " --mix " + roots.mix, data.train.name, record.data));
  }
}

// Pictures for the file; those that it brought stay if none are asked for.
void add_replay(const TrainOptions& options, ModelFile& file) {
  if (options.replay == 0) return;
  file.replay = options.replay_from.empty()
                    ? drawn_samples(file, options.replay)
                    : chosen_samples(load_data(options.replay_from, file, options.quiet).train,
                                     options.replay, options.seed);
  if (file.replay.empty())
    reject(
        "--replay draws digits of 28x28 pixels, and this network takes other pictures: name some with "
        "--replay-from");
}

// Data sets of pixels serve networks whose pictures nobody can prepare; the first picture does not.
DatasetRequest refusing(const Failure& why, const ModelFile& file, std::uint32_t classes) {
  const Shape shape = picture_shape(file.input);
  return {.classes = classes,
          .channels = shape.channels,
          .height = shape.height,
          .width = shape.width,
          .prepare = [why](const Image&, std::span<std::uint8_t>) -> Outcome<std::monostate> { return why; }};
}

}  // namespace

DataSplit load_data(const std::string& root, const ModelFile& file, bool quiet) {
  const auto classes = static_cast<std::uint32_t>(output_count(file.model()));
  const auto input = PictureInput::of(file);
  DataSplit data =
      need(load_dataset(root, input ? input->request(classes) : refusing(input.error(), file, classes)));
  if (input) {
    data.train = need(input->fit(std::move(data.train)));
    data.test = need(input->fit(std::move(data.test)));
  }
  if (!quiet) std::for_each(data.notes.begin(), data.notes.end(), print_note);
  return data;
}

TrainJob new_job(TrainOptions& options) {
  TrainJob job{.start = make_network(options.arch, options.seed), .data = {}};
  add_replay(options, job.start);
  job.data = training_data({options.data, options.mix, options.quiet}, options, job.start);
  resolve_full_batch(options, job.data);
  return job;
}

TrainJob resumed_job(TrainOptions& options, const Arguments& arguments, ModelFile checkpoint) {
  TrainJob job{.start = std::move(checkpoint), .data = {}};
  if (!job.start.training)
    fail(fmt::format("--resume: '{}' does not say what it was trained on", options.output));
  const TrainOptions stored = options_of_command(job.start.state->command, options.output);
  const Roots roots{arguments.given("--data") ? options.data : stored.data,
                    arguments.given("--mix") ? options.mix : stored.mix, options.quiet};
  job.data = training_data(roots, stored, job.start);
  resolve_full_batch(options, job.data);
  adopt_stored(options, arguments, stored);
  check_same_data(*job.start.training, job.data, roots);
  const std::uint64_t done = job.start.state->numbers.step;
  if (options.max_steps != 0 && options.max_steps <= done) {
    reject(fmt::format("--max-steps {}: '{}' has {} steps behind it; only more are possible",
                       options.max_steps, options.output, done));
  }
  return job;
}

}  // namespace lentil::tools
