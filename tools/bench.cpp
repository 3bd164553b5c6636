// lentil bench: how fast a network is, beside what the processor could do.
#include <filesystem>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "models/registry.h"
#include "tools/arguments.h"
#include "tools/bench_report.h"
#include "tools/command.h"
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
  std::string file = "lenet", data, goal = "fast";
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

BenchReport run_all(const BenchOptions& o, const formats::ModelFile& file) {
  const Model model = file.model();
  const ImageSource source(o, file);
  const Goal goal = o.goal == "small" ? Goal::small : Goal::fast;
  BenchReport report{.file = o.file,
                     .goal = o.goal,
                     .isa = Machine(1).isa(),
                     .images = "",
                     .training = o.train,
                     .weights_hash = weights_hash(model),
                     .multiply_adds = o.train ? training_multiply_adds(model) : multiply_adds(model)};
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

int run(const Command& command, std::span<const std::string> words) {
  BenchOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  if (!arguments.parse(words)) return 0;
  if (options.train && options.layers) reject("--layers shows the layers of an inference: leave --train out");
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
                            "  lentil bench lenet.lentil --layers\n",
                            run, describe<BenchOptions, declare>};

}  // namespace lentil::tools
