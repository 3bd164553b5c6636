// lentil eval: what a model is worth on a data set.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>

#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/device.h"
#include "tools/golden.h"
#include "tools/machine.h"
#include "tools/model_input.h"
#include "tools/network.h"
#include "tools/output.h"
#include "tools/picture_output.h"
#include "tools/plot/confusion_matrix.h"
#include "tools/stop.h"
#include "tools/train_job.h"
#include "tools/train_log.h"

namespace lentil::tools {
namespace {

using namespace formats;

struct EvalOptions {
  std::string file, data = "data", device = kCpu, plot;
  std::uint32_t batch_size = 1000, threads = 0;
  bool confusion = false, json = false;
};

void declare(Arguments& a, EvalOptions& o) {
  a.operand("FILE", o.file, "the model; - is standard input");
  a.text("--data,--data-dir", "ROOT", o.data,
         "folder with the four MNIST files, or synth or synth:TRAIN,TEST[,SEED]");
  a.flag("--confusion", o.confusion, "also say which classes are taken for which");
  a.text("--plot,--png", "FILE", o.plot,
         "write the confusion as a picture, PNG or SVG by the ending of the name");
  a.number("--batch-size,--test-batch-size", o.batch_size, {1, std::numeric_limits<std::int32_t>::max()},
           "images of one call");
  a.number("--threads", o.threads, {0, Machine::kMostThreads},
           "0: one per core; results do not depend on it");
  declare_device(a, o.device);
  a.flag("--json", o.json, "print the result as one line of JSON");
}

class Confusion {
 public:
  Confusion(const TestResult& test, const ModelFile& file) : test_(test), file_(file) {}

  std::string text() const {
    std::size_t width = 5;
    for (std::uint32_t i = 0; i < test_.outputs; ++i) width = std::max(width, label(i).size() + 1);
    std::string text = fmt::format("{:>{}}", "", width);
    for (std::uint32_t i = 0; i < test_.outputs; ++i) text += fmt::format("{:>{}}", label(i), width);
    text += "    recall\n";
    for (std::uint32_t row = 0; row < test_.outputs; ++row) text += row_text(row, width);
    return text + most_confused();
  }

 private:
  std::string label(std::uint32_t i) const {
    return file_.labels.empty() ? std::to_string(i) : file_.labels[i];
  }
  std::uint32_t count(std::uint32_t row, std::uint32_t column) const {
    return test_.confusion[std::size_t{row} * test_.outputs + column];
  }

  std::string row_text(std::uint32_t row, std::size_t width) const {
    std::string text = fmt::format("{:>{}}", label(row), width);
    std::uint64_t total = 0;
    for (std::uint32_t i = 0; i < test_.outputs; ++i) {
      text += fmt::format("{:>{}}", count(row, i), width);
      total += count(row, i);
    }
    if (total == 0) return text + "         -\n";
    return text + fmt::format("{:>8.1f} %\n", 100.0 * count(row, row) / static_cast<double>(total));
  }

  // Pairs, either way round.
  std::string most_confused() const {
    struct Pair {
      std::uint32_t count, a, b;
    };
    std::vector<Pair> pairs;
    for (std::uint32_t a = 0; a < test_.outputs; ++a) {
      for (std::uint32_t b = a + 1; b < test_.outputs; ++b) {
        const std::uint32_t both = count(a, b) + count(b, a);
        if (both > 0) pairs.push_back({both, a, b});
      }
    }
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const Pair& x, const Pair& y) { return x.count > y.count; });
    pairs.resize(std::min<std::size_t>(pairs.size(), 5));
    std::string text = pairs.empty() ? "nothing is confused" : "most confused:";
    for (const Pair& p : pairs) {
      text +=
          fmt::format("{} {} and {} ({})", &p == pairs.data() ? "" : ",", label(p.a), label(p.b), p.count);
    }
    return text;
  }

  const TestResult& test_;
  const ModelFile& file_;
};

std::string golden_text(const GoldenCheck& golden) {
  if (golden.samples == 0) return "golden samples: the file has none";
  if (golden.equal == golden.samples)
    return fmt::format("golden samples: all {} give the recorded bits", golden.samples);
  return fmt::format("golden samples: {} of {} give the recorded bits, largest difference {:.1e}{}",
                     golden.equal, golden.samples, golden.largest_difference,
                     golden.pass() ? "" : ": DIFFERENT");
}

nlohmann::ordered_json to_json(const TestResult& test, const GoldenCheck& golden, const ModelFile& file,
                               const Place& place, bool confusion) {
  nlohmann::ordered_json json{{"correct", test.correct},
                              {"total", test.total},
                              {"loss", test.loss},
                              {"weights_hash", hash_text(weights_hash(file.model()))},
                              {"isa", place.machine.isa()},
                              {"threads", place.machine.threads()},
                              {"device", place.name()},
                              {"accuracy", test.accuracy()},
                              {"golden",
                               {{"samples", golden.samples},
                                {"equal", golden.equal},
                                {"largest_difference", golden.largest_difference},
                                {"pass", golden.pass()}}}};
  for (std::uint32_t row = 0; confusion && row < test.outputs; ++row) {
    const auto first = test.confusion.begin() + std::ptrdiff_t{row} * test.outputs;
    json["confusion"].push_back(std::vector<std::uint32_t>(first, first + test.outputs));
  }
  return json;
}

void save_confusion(const std::string& path, const TestResult& test, const ModelFile& file,
                    const std::string& data) {
  std::vector<std::string> classes = file.labels;
  for (std::uint32_t i = static_cast<std::uint32_t>(classes.size()); i < test.outputs; ++i)
    classes.push_back(std::to_string(i));
  save_picture(plot::draw(plot::ConfusionMatrix{
                   .title = fmt::format("{} on {}: {}/{} correct ({:.2f} %)", network_name(file), data,
                                        test.correct, test.total, 100 * test.accuracy()),
                   .classes = std::move(classes),
                   .counts = test.confusion}),
               path);
}

int run(const Command& command, std::span<const std::string> words) {
  EvalOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  if (!arguments.parse(words)) return 0;
  if (!options.plot.empty()) check_picture_output(options.plot, "--plot");
  Machine machine(options.threads);
  const ModelInput input = load_model(options.file);
  const ModelFile& file = input.file;
  const Dataset data = load_data(options.data, file).test;
  const auto gpu = choose_gpu(options.device, can_run(file));
  const Place place{machine, gpu.get()};
  const TestResult test = test_model(place, file, data, options.batch_size);
  const GoldenCheck golden = check_golden(place, file);
  if (options.json) {
    print_json(to_json(test, golden, file, place, options.confusion));
  } else {
    print_result(fmt::format("{} on {}: {}", input.name, data.name, test_text(test)));
    print_result(fmt::format("weights {}, {}", hash_text(weights_hash(file.model())), place.title()));
    print_result(golden_text(golden));
    if (options.confusion) print_result("\n" + Confusion(test, file).text());
  }
  if (!options.plot.empty()) save_confusion(options.plot, test, file, data.name);
  return golden.pass() ? 0 : kFailed;
}

}  // namespace

const Command kEvalCommand{"eval", "tests a model on a data set: accuracy, loss, confusion",
                           "  lentil eval lenet.lentil --data ./data\n"
                           "  lentil eval lenet.lentil --data ./data --confusion --plot confusion.svg\n"
                           "  lentil eval lenet.lentil --data synth --json\n"
                           "  lentil eval lenet.lentil --data ./data --device cuda\n",
                           run, describe<EvalOptions, declare>};

}  // namespace lentil::tools
