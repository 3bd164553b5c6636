// lentil bench: how fast a network is, beside what the processor could do.
#include <filesystem>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "models/registry.h"
#include "tools/arguments.h"
#include "tools/bench_gpu.h"
#include "tools/bench_report.h"
#include "tools/command.h"
#include "tools/device.h"
#include "tools/model_input.h"
#include "tools/multiply_adds.h"
#include "tools/network.h"
#include "tools/output.h"
#include "tools/standard_input.h"
#include "tools/stop.h"
#include "tools/text.h"
#include "tools/train_job.h"

namespace lentil::tools {
namespace {

struct BenchOptions {
  std::string file = "lenet", data, goal = "fast", device = kCpu, engine = "lentil";
  std::vector<std::uint32_t> batches{1, 8, 64}, threads{1};
  float seconds = 1;
  bool train = false, layers = false, json = false;
};

void declare(Arguments& a, BenchOptions& o) {
  a.optional_operand("FILE", o.file,
                     "the model (- is standard input), or a network's name (weights are drawn) [lenet]");
  a.text("--data,--data-dir", "ROOT", o.data,
         "time images of a data set (folder with the four MNIST files, or synth or synth:TRAIN,TEST[,SEED]), "
         "2048 at most: test images, training images with --train. Without it: 512 digits that Lentil draws, "
         "or the file's golden samples if the network takes other pictures");
  a.numbers("--batch,--batch-size", o.batches, {1, std::numeric_limits<std::int32_t>::max()},
            "images of one call");
  a.numbers("--threads", o.threads, {0, Machine::kMostThreads}, "0: one per core");
  declare_device(a, o.device);
  a.choice("--engine", o.engine, {"lentil", "vendor"},
           "whose kernels a GPU runs in an inference; vendor: cuDNN's and cuBLAS's, a call for each layer");
  a.choice("--goal", o.goal, {"small", "fast"}, "few bytes or few seconds; same results");
  a.flag("--train", o.train, "time training steps, of all layers and with momentum");
  a.flag("--layers", o.layers, "also show which layers an inference spends its time in, on one thread");
  a.number("--seconds", o.seconds, {0.001f, 60}, "time for each line");
  a.flag("--json", o.json, "print everything as one line of JSON");
}

// A slip in a network's name shall be told as one: without a point or a slash it is hardly a file's.
bool is_file(const std::string& name) {
  std::error_code ignored;
  return models::find_definition(name) == nullptr &&
         (name == kStandardInput || name.find_first_of("./") != std::string::npos ||
          std::filesystem::exists(name, ignored));
}

bool can_be_mapped(const std::string& name) { return is_file(name) && name != kStandardInput; }

formats::ModelFile load(const std::string& name) {
  return is_file(name) ? load_model(name).file : make_network(name, 1);
}

// Pictures for calls of any batch.
class ImageSource {
 public:
  ImageSource(const BenchOptions& o, const formats::ModelFile& file) : file_(file), training_(o.train) {
    if (o.data.empty()) return;
    formats::DataSplit data = load_data(o.data, file);
    data_ = o.train ? std::move(data.train) : std::move(data.test);
  }

  BenchImages batches_of(std::uint32_t images) const {
    if (data_) return BenchImages::of_data(file_, images, *data_, training_ ? "training" : "test");
    return training_ ? BenchImages::drawn(file_, images) : BenchImages::of_file(file_, images);
  }

 private:
  const formats::ModelFile& file_;
  bool training_;
  std::optional<formats::Dataset> data_;
};

// What all rows have in common.
BenchReport start_report(const BenchOptions& o, const formats::ModelFile& file) {
  const Model model = file.model();
  return {.file = o.file,
          .goal = o.goal,
          .isa = Machine(1).isa(),
          .images = "",
          .training = o.train,
          .weights_hash = weights_hash(model),
          .multiply_adds = o.train ? training_multiply_adds(model) : multiply_adds(model)};
}

BenchReport run_on_cpu(const BenchOptions& o, const formats::ModelFile& file) {
  const ImageSource source(o, file);
  const Goal goal = o.goal == "small" ? Goal::small : Goal::fast;
  BenchReport report = start_report(o, file);
  if (!o.train) {
    report.start_up = measure_start_up(can_be_mapped(o.file) ? o.file : "", file, goal, o.seconds / 10);
  }
  for (const std::uint32_t batch : o.batches) {
    const BenchImages images = source.batches_of(batch);
    report.images = images.source();
    report.distinct_images = images.count();
    for (const std::uint32_t threads : o.threads) {
      Machine machine(threads);
      print_note(fmt::format("batch {}, {}", batch, counted(machine.threads(), "thread")));
      const BenchCase setting{o.train ? Mode::train : Mode::infer, goal, batch, o.seconds};
      report.rows.push_back({batch, machine.threads(), measure(machine, file, images, setting)});
    }
    if (o.layers) report.layers.push_back({batch, time_layers(file, images, goal, batch, o.seconds)});
  }
  return report;
}

BenchReport run_on_gpu(const cuda::Gpu& gpu, const BenchOptions& o, const formats::ModelFile& file) {
  const ImageSource source(o, file);
  const bool vendor = o.engine == "vendor";
  BenchReport report = start_report(o, file);
  report.device = gpu.title();
  report.isa = vendor ? "kernels of cuDNN and cuBLAS" : "kernels of Lentil";
  for (const std::uint32_t batch : o.batches) {
    const BenchImages images = source.batches_of(batch);
    report.images = images.source();
    report.distinct_images = images.count();
    print_note(fmt::format("batch {}, {}", batch, report.device));
    const BenchCase setting{
        .mode = o.train ? Mode::train : Mode::infer, .batch = batch, .seconds = o.seconds};
    const BenchTimes times =
        vendor ? measure_vendor(gpu, file, images, setting) : measure(gpu, file, images, setting);
    report.rows.push_back({batch, 1, times});
  }
  return report;
}

BenchReport run_all(const BenchOptions& o, const formats::ModelFile& file) {
  const auto gpu = choose_gpu(o.device);
  if (gpu == nullptr && o.engine == "vendor") fail("--engine vendor needs a GPU: see lentil doctor");
  return gpu == nullptr ? run_on_cpu(o, file) : run_on_gpu(*gpu, o, file);
}

// Stops if the options do not go together.
void check(const BenchOptions& o) {
  if (o.train && o.layers) reject("--layers shows the layers of an inference: leave --train out");
  if (o.device != kCpu && o.layers) reject("--layers shows the processor's kernels: leave --device out");
  if (o.engine == "lentil") return;
  if (o.device == kCpu) reject("--engine vendor is for GPUs: say --device cuda, too");
  if (o.train) reject("--engine vendor runs inferences only: leave --train out");
}

int run(const Command& command, std::span<const std::string> words) {
  BenchOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  if (!arguments.parse(words)) return 0;
  check(options);
  const formats::ModelFile file = load(options.file);
  const BenchReport report = run_all(options, file);
  if (options.json) {
    print_json(bench_json(report));
  } else {
    print_result(bench_text(report));
  }
  return 0;
}

}  // namespace

const Command kBenchCommand{"bench", "times a model: start-up, latency, images per second, share of the peak",
                            "  lentil bench\n"
                            "  lentil bench lenet.lentil --batch 1,64 --threads 1,2\n"
                            "  lentil bench lenet.lentil --data ./data --train --batch 64\n"
                            "  lentil bench lenet.lentil --layers\n"
                            "  lentil bench lenet.lentil --batch 1,8192 --device cuda\n",
                            run, describe<BenchOptions, declare>};

}  // namespace lentil::tools
