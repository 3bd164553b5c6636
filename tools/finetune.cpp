// lentil finetune: learn from corrections, keep what is better, undo.
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "formats/host/cuda/learner.h"
#include "formats/host/file_io.h"
#include "formats/host/hold_out.h"
#include "formats/host/model_learner.h"
#include "formats/host/samples.h"
#include "tools/command.h"
#include "tools/device.h"
#include "tools/finetune_options.h"
#include "tools/finetune_report.h"
#include "tools/golden.h"
#include "tools/interrupt.h"
#include "tools/machine.h"
#include "tools/network.h"
#include "tools/new_head.h"
#include "tools/output.h"
#include "tools/output_file.h"
#include "tools/stop.h"
#include "tools/text.h"
#include "tools/train_job.h"

namespace lentil::tools {
namespace {

using namespace formats;
using Clock = std::chrono::steady_clock;

// The pictures to learn from, and those that judge, which nothing is learnt from.
DataSplit corrections_of(const FinetuneOptions& o, const ModelFile& file) {
  DataSplit all = load_data(o.data, file, o.quiet);
  if (o.corrections == 0 || o.corrections >= all.train.size()) return all;
  DataSplit parts = need(hold_out(std::move(all.train), o.corrections, o.seed));
  return {.train = std::move(parts.test),
          .test = all.test.size() > 0 ? std::move(all.test) : std::move(parts.train)};
}

std::vector<Sample> known_pictures(const FinetuneOptions& o, const ModelFile& file) {
  if (o.replay == 0) return {};
  if (o.replay_from.empty()) return known_samples(file, o.replay);
  return chosen_samples(load_data(o.replay_from, file, o.quiet || o.replay_from == o.data).train, o.replay,
                        o.seed);
}

ModelLearner make_learner(const FinetuneOptions& o, const ModelFile& file, const Dataset& corrections,
                          Machine& machine) {
  auto learner =
      need(ModelLearner::create(file, {.corrections = static_cast<std::uint32_t>(corrections.size()),
                                       .batch = o.learn.batch,
                                       .known = known_pictures(o, file),
                                       .frozen = layers_named(file, o.freeze),
                                       .seed = o.seed,
                                       .kernels = &machine.kernels(),
                                       .threads = machine.threads(),
                                       .parallel = machine.hook()}));
  for (std::size_t i = 0; i < corrections.size(); ++i)
    need(learner.correct(corrections.image(i), corrections.labels[i]));
  return learner;
}

// Both sets before and after. Without a set of its own, what the learning itself judged by is shown.
class Tables {
 public:
  Tables(const FinetuneOptions& o, const Place& place, const ModelFile& base, const Dataset& fresh)
      : options_(o),
        place_(place),
        fresh_(fresh),
        old_(o.old.empty() ? Dataset{} : load_data(o.old, base, o.quiet || o.old == o.data).test) {
    if (fresh_.size() > 0) fresh_before_ = test(base, fresh_);
    if (old_.size() > 0) old_before_ = test(base, old_);
  }

  void fill(FinetuneReport& report, const ModelFile& learnt) const {
    const LearnReport& r = report.learnt;
    report.fresh = fresh_.size() > 0
                       ? compared("new: " + fresh_.name + ", held out", fresh_before_, test(learnt, fresh_))
                       : compared("new: corrections", r.corrections_before, r.corrections_after);
    report.old = old_.size() > 0 ? compared("old: " + old_.name, old_before_, test(learnt, old_))
                                 : compared("old: replayed pictures", r.replay_before, r.replay_after);
  }

 private:
  TestResult test(const ModelFile& file, const Dataset& data) const {
    return test_model(place_, file, data, options_.test_batch_size);
  }

  const FinetuneOptions& options_;
  const Place& place_;
  const Dataset& fresh_;
  const Dataset old_;
  TestResult fresh_before_, old_before_;
};

// Weights that are no better stay out of the file, which then is a copy of the old one.
void write(const FinetuneOptions& o, const ModelFile& learnt, bool kept) {
  std::error_code ignored;
  if (!kept && !o.new_head.empty())
    fail(fmt::format(
        "the new head has learnt nothing that holds for other pictures; '{}' was not written. More "
        "corrections or --passes may help",
        o.output));
  if (!kept && std::filesystem::equivalent(o.file, o.output, ignored)) return;
  const AlignedBytes base = need(read_file_aligned(o.file));
  keep_old(o.output, o.file);
  if (kept) {
    need(save_model_file(o.output, learnt));
  } else {
    need(write_file_atomically(o.output, base));
  }
}

int finetune(const FinetuneOptions& o) {
  check_output(o.output);
  Machine machine(o.threads);
  ModelFile base = need(load_model_file(o.file));
  FinetuneReport report{.file = o.output, .base_hash = weights_hash(base.model())};
  if (!o.new_head.empty()) replace_head(base, o.new_head, o.seed);
  const DataSplit data = corrections_of(o, base);
  std::unique_ptr<cuda::Gpu> gpu;  // the steps', so it goes after them
  std::optional<cuda::LearnSteps> on_gpu;
  gpu = choose_gpu(o.device, [&](const cuda::Gpu& found) -> Outcome<std::monostate> {
    auto steps =
        cuda::LearnSteps::create(found, base.model(), layers_named(base, o.freeze), o.learn.batch, o.seed);
    if (!steps) return steps.error();
    on_gpu = std::move(*steps);
    return std::monostate{};
  });
  const Place place{machine, gpu.get()};
  const Tables tables(o, place, base, data.test);
  ModelLearner learner = make_learner(o, base, data.train, machine);
  report.corrections = learner.corrections();
  report.replayed = static_cast<std::uint32_t>(learner.replayed());
  const InterruptGuard guard;
  if (!o.quiet) {
    print_note(fmt::format("{} from {}, {} to replay, {}", counted(report.corrections, "correction"),
                           data.train.name, counted(report.replayed, "known picture"), place.title()));
  }
  LearnOptions learn = o.learn;
  learn.watch.go_on = [](void*, std::uint32_t, std::uint32_t) { return InterruptGuard::signal() == 0; };
  if (on_gpu) learn.device = on_gpu->device();
  const auto begin = Clock::now();
  report.learnt = need(learner.learn(learn));
  if (on_gpu && on_gpu->failure()) fail(fmt::format("nothing was learnt: {}", on_gpu->failure()->message));
  report.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (report.learnt.stopped) {
    print_note("interrupted: nothing was written");
    return 128 + InterruptGuard::signal();
  }
  ModelFile learnt = need(learner.file(command_line(o) + " # from weights " + hash_text(report.base_hash)));
  learnt.training->tool = "lentil " LENTIL_VERSION;
  if (learnt.golden.empty()) learnt.golden = make_golden(machine, learnt);
  tables.fill(report, learnt);
  report.hash = weights_hash(learnt.model());
  write(o, learnt, report.learnt.kept);
  print_report(report, o.json);
  return 0;
}

int undo(const FinetuneOptions& o) {
  const std::string path = o.output.empty() ? o.file : o.output;
  put_back_old(path);
  const std::string hash = hash_text(weights_hash(need(load_model_file(path)).model()));
  if (o.json) {
    print_json(nlohmann::ordered_json{{"file", path}, {"weights_hash", hash}});
  } else {
    print_result(fmt::format("{} is what it was before\nweights {}", path, hash));
  }
  return 0;
}

int run(const Command& command, std::span<const std::string> words) {
  FinetuneOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  if (!arguments.parse(words)) return 0;
  check(options, arguments);
  return options.undo ? undo(options) : finetune(options);
}

}  // namespace

const Command kFinetuneCommand{
    "finetune", "learns from corrections, keeps the better weights",
    "  lentil finetune digits.lentil --data ./my_digits -o mine.lentil\n"
    "  lentil finetune digits.lentil --data ./data --corrections 50 --old mnist -o mine.lentil\n"
    "  lentil finetune digits.lentil --data ./shapes --new-head circle,square --freeze conv1 -o "
    "shapes.lentil\n"
    "  lentil finetune --undo mine.lentil\n",
    run, describe<FinetuneOptions, declare>};

}  // namespace lentil::tools
