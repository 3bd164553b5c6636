#include "tools/finetune_options.h"

#include <fmt/format.h>
#include <limits>
#include <vector>

#include "tools/device.h"
#include "tools/machine.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

constexpr std::uint32_t kMost = std::numeric_limits<std::int32_t>::max();
constexpr std::uint32_t kMostReplayed = 100'000;
constexpr std::uint32_t kMostPasses = 100'000;
constexpr std::uint32_t kMostShift = 1000;

void declare_pictures(Arguments& a, FinetuneOptions& o) {
  a.optional_operand("FILE", o.file, "the model");
  a.text("--data,--data-dir,--images", "ROOT", o.data,
         "labelled pictures as for lentil train: those to train with are the corrections, those to test with "
         "are held out and judge");
  a.number("--corrections,--limit", o.corrections, {0, kMost},
           "learn from so many of the pictures, chosen by --seed; 0: all");
  a.text(
      "--old", "ROOT", o.old,
      "a data set that the model knows: its test half shows in the table what was forgotten, instead of the "
      "replayed pictures");
  a.number("--replay", o.replay, {0, kMostReplayed},
           "known pictures to mix in, so that little is forgotten: the file's own, or else drawn digits");
  a.text("--replay-from", "ROOT", o.replay_from, "take them from the training half of this data set");
}

void declare_learning(Arguments& a, FinetuneOptions& o) {
  a.text("--freeze", "LAYER,...", o.freeze, "layers that keep their weights");
  a.text("--new-head", "N|NAME,...", o.new_head,
         "replace the last linear layer by a new one for so many classes, or for these");
  a.number("--lr,--learning-rate", o.learn.sgd.rate, {0, 1e6f}, "learning rate of SGD");
  a.number("--momentum", o.learn.sgd.momentum, {0, 1}, "of SGD");
  a.number("--weight-decay", o.learn.sgd.weight_decay, {0, 1e6f}, "of SGD");
  a.number("--batch-size", o.learn.batch, {1, 65536}, "pictures of a step, every second one replayed");
  a.number("--passes", o.learn.passes, {1, kMostPasses}, "over the corrections");
  a.number("--steps", o.learn.steps, {0, kMost}, "instead of passes; 0: as many as these need");
  a.number("--shift", o.learn.shift, {0, kMostShift},
           "corrections are moved by up to so many pixels to each side, anew each time");
  a.number("--share", o.learn.share, {0, 1},
           "how far to go from the old weights to the learnt ones: less forgets less");
  a.number("--seed", o.seed, {0, std::numeric_limits<std::uint64_t>::max()},
           "of every order, of dropout and of a new head");
}

void declare_rest(Arguments& a, FinetuneOptions& o) {
  a.text("-o,--output,--save", "FILE", o.output,
         "the new model file, which may be the old one; what it held before is kept in FILE.bak");
  a.flag("--undo", o.undo, "put FILE.bak back into the place of FILE, and nothing else");
  a.number("--test-batch-size", o.test_batch_size, {1, kMost}, "images of one call when testing");
  a.number("--threads", o.threads, {0, Machine::kMostThreads},
           "0: one per core; results do not depend on it");
  declare_device(a, o.device);
  a.flag("--json", o.json, "print the result as one line of JSON");
  a.flag("-q,--quiet", o.quiet, "no notes");
}

void check_undo(const FinetuneOptions& o, const Arguments& arguments) {
  if (o.file.empty() && o.output.empty()) reject("--undo needs the FILE whose learning is to be undone");
  if (!o.file.empty() && !o.output.empty()) reject("--undo takes one FILE: leave out -o");
  if (arguments.given("--data")) reject("--undo only puts the old file back: leave out --data");
}

// A new head knew nothing before: there is nothing to forget, and all of the way to go.
void fit_new_head(FinetuneOptions& o, const Arguments& arguments) {
  if (o.replay_from.empty()) {
    if (arguments.given("--replay") && o.replay > 0)
      reject("--new-head has other classes than the pictures to replay: name some with --replay-from");
    o.replay = 0;
  }
  o.learn.targets = ReplayTargets::labels;
  o.learn.forgotten = 1;
  if (!arguments.given("--share")) o.learn.share = 1;
}

}  // namespace

void declare(Arguments& arguments, FinetuneOptions& options) {
  declare_pictures(arguments, options);
  declare_learning(arguments, options);
  declare_rest(arguments, options);
}

void check(FinetuneOptions& o, const Arguments& arguments) {
  if (o.undo) return check_undo(o, arguments);
  if (o.file.empty()) reject("FILE is missing: which model is to learn?\nSee: lentil finetune --help");
  if (o.data.empty()) reject("--data is missing: where are the corrected pictures?");
  if (o.output.empty()) reject("-o is missing: which file gets the new weights? It may be the old one");
  if (o.learn.sgd.rate == 0) reject("--lr must be above 0, or nothing is learnt");
  if (o.learn.sgd.momentum == 1) reject("--momentum must be below 1, or old gradients never fade");
  if (o.learn.share == 0) reject("--share must be above 0, or nothing of what was learnt stays");
  if (!o.replay_from.empty() && o.replay == 0) reject("--replay-from names pictures, and --replay 0 none");
  if (!o.new_head.empty()) fit_new_head(o, arguments);
}

std::string command_line(const FinetuneOptions& o) {
  std::vector<std::string> words{"lentil", "finetune", o.file, "--data", o.data};
  const auto add = [&](const char* name, const auto& value, const auto& usual) {
    if (value != usual) words.insert(words.end(), {name, fmt::format("{}", value)});
  };
  const FinetuneOptions usual;
  add("--corrections", o.corrections, usual.corrections);
  add("--replay", o.replay, o.new_head.empty() ? usual.replay : 0);
  add("--replay-from", o.replay_from, usual.replay_from);
  add("--freeze", o.freeze, usual.freeze);
  add("--new-head", o.new_head, usual.new_head);
  add("--lr", o.learn.sgd.rate, usual.learn.sgd.rate);
  add("--momentum", o.learn.sgd.momentum, usual.learn.sgd.momentum);
  add("--weight-decay", o.learn.sgd.weight_decay, usual.learn.sgd.weight_decay);
  add("--batch-size", o.learn.batch, usual.learn.batch);
  add("--passes", o.learn.passes, usual.learn.passes);
  add("--steps", o.learn.steps, usual.learn.steps);
  add("--shift", o.learn.shift, usual.learn.shift);
  add("--share", o.learn.share, o.new_head.empty() ? usual.learn.share : 1);
  add("--seed", o.seed, usual.seed);
  return quote_words(words);
}

}  // namespace lentil::tools
