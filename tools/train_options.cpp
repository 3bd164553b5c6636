#include "tools/train_options.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <limits>
#include <type_traits>
#include <vector>

#include "models/registry.h"
#include "tools/device.h"
#include "tools/machine.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

constexpr std::uint32_t kMost = std::numeric_limits<std::int32_t>::max();
constexpr std::uint32_t kMostReplayed = 100'000;

// visit(name, member) for the options that decide the weights and may not change on the way.
template <class Visit>
void for_each_fixed(Visit visit) {
  visit("--arch", &TrainOptions::arch);
  visit("--batch-size", &TrainOptions::batch_size);
  visit("--accumulate", &TrainOptions::accumulate);
  visit("--drop-last", &TrainOptions::drop_last);
  visit("--lr", &TrainOptions::rate);
  visit("--momentum", &TrainOptions::momentum);
  visit("--weight-decay", &TrainOptions::weight_decay);
  visit("--nesterov", &TrainOptions::nesterov);
  visit("--seed", &TrainOptions::seed);
  visit("--freeze", &TrainOptions::freeze);
  visit("--schedule", &TrainOptions::schedule);
  visit("--step-size", &TrainOptions::step_size);
  visit("--gamma", &TrainOptions::gamma);
  visit("--min-lr", &TrainOptions::min_rate);
  visit("--label-smoothing", &TrainOptions::label_smoothing);
  visit("--augment", &TrainOptions::augment);
  visit("--validation", &TrainOptions::validation);
  visit("--patience", &TrainOptions::patience);
}

std::string arch_help() {
  std::vector<std::string> names;
  for (const models::Definition& definition : models::definitions()) names.emplace_back(definition.name);
  return "the network: " + join(names, ", ") +
         "; a model file, whose weights are the start; or a line such as 'conv 8 k5, maxpool 2, relu, "
         "flatten, linear 10, logsoftmax'";
}

void declare_training(Arguments& a, TrainOptions& o) {
  a.text(
      "--data,--data-dir", "ROOT", o.data,
      "folder with the four MNIST files (or MNIST/raw, raw in it), or synth or synth:TRAIN,TEST[,SEED] for "
      "drawn digits");
  a.text("--mix", "ROOT", o.mix,
         "as --data: its training images are added to those of --data, which alone give the images to "
         "validate and to test");
  a.text(
      "--augment", "HOW", o.augment,
      "distorts the training images, anew in each epoch: none, light or full; or settings such as "
      "full,rotate=20 of shift, elastic and thickness in pixels, rotate in degrees, shear, scale, contrast "
      "and blur");
  a.text("--arch", "NET", o.arch, arch_help());
  a.number("--epochs", o.epochs, {1, kMost}, "passes over the training images");
  a.number_or("full", "--batch-size", o.batch_size, {0, kMost}, "images computed together; 1: stochastic");
  a.number("--accumulate", o.accumulate, {1, kMost},
           "batches whose gradients are added up before an update: a step sees so many times --batch-size "
           "images, in the memory of one batch. Only batch-norm tells the difference: its statistics are "
           "those of each batch");
  a.flag("--drop-last", o.drop_last, "leave out an epoch's last step if it would see fewer images");
  a.number("--lr,--learning-rate", o.rate, {0, 1e6f}, "learning rate of SGD");
  a.number("--momentum", o.momentum, {0, 1}, "of SGD");
  a.number("--weight-decay", o.weight_decay, {0, 1e6f}, "of SGD");
  a.flag("--nesterov", o.nesterov, "Nesterov's momentum");
  a.number("--seed", o.seed, {0, std::numeric_limits<std::uint64_t>::max()},
           "of the weights, the order of the images and dropout");
  a.text("--freeze", "LAYER,...", o.freeze, "layers that keep their weights");
}

void declare_schedule(Arguments& a, TrainOptions& o) {
  a.choice(
      "--schedule", o.schedule, {"constant", "step", "cosine", "one-cycle"},
      "how the learning rate moves: it does not; times --gamma every --step-size epochs; from --lr to "
      "--min-lr; up to --lr and down again, while the momentum (unless 0) goes from 0.95 to 0.85 and back");
  a.number("--step-size", o.step_size, {1, kMost}, "epochs between two factors, with --schedule step");
  a.number("--gamma", o.gamma, {0, 1}, "the factor, with --schedule step");
  a.number("--min-lr", o.min_rate, {0, 1e6f}, "where the rate ends, with --schedule cosine");
  a.number("--label-smoothing", o.label_smoothing, {0, 0.999f},
           "share of each target that is spread evenly over all classes");
  a.number(
      "--validation", o.validation, {0, kMost},
      "images held out of the training set, chosen by --seed. The file gets the weights of the epoch with "
      "the least loss on them; 0: none are held out, the file gets the last weights");
  a.number("--patience", o.patience, {0, kMost},
           "end after so many epochs without a better loss on the images held out; 0: never");
}

void declare_rest(Arguments& a, TrainOptions& o) {
  a.text("-o,--output,--save", "FILE", o.output,
         "the model file; if it exists it is tested, not trained [NET.lentil]");
  a.flag("--force", o.force, "train even if the file exists, and replace it");
  a.flag("--resume", o.resume, "go on with the interrupted training in the file");
  a.number(
      "--replay", o.replay, {0, kMostReplayed},
      "put so many known pictures into the file, drawn digits: a device that learns from corrections mixes "
      "them in, to forget little");
  a.text("--replay-from", "ROOT", o.replay_from, "take them from the training half of this data set");
  a.number("--max-steps", o.max_steps, {0, kMost},
           "stop after so many steps in all, to be resumed; 0: no limit");
  a.number("--test-batch-size", o.test_batch_size, {1, kMost}, "images of one call when testing");
  a.number("--threads", o.threads, {0, Machine::kMostThreads},
           "0: one per core; results do not depend on it");
  declare_device(a, o.device);
  a.choice("--goal", o.goal, {"small", "fast"}, "few bytes or few seconds; same results");
  a.flag("--no-fuse", o.no_fuse, "run each layer by itself; same results");
  a.number("--log-interval", o.log_interval, {1, kMost}, "steps between two lines of the log");
  a.choice("--log-format", o.log_format, {"auto", "pytorch", "plain"},
           "of the log on standard error; auto: plain on a terminal");
  a.choice("--progress", o.progress, {"auto", "bar", "plain", "none"},
           "a bar or lines; auto: a bar on a terminal");
  a.text("--plot", "FILE", o.plot,
         "draw loss and accuracy of this run, of training and test, as PNG or SVG by the ending of the name");
  a.flag("--json", o.json, "print the result as one line of JSON");
  a.flag("-q,--quiet", o.quiet, "no progress, no notes");
}

std::string shown(const std::string& value) { return value; }
std::string shown(bool value) { return value ? "on" : "off"; }
template <class T>
std::string shown(T value) {
  return fmt::format("{}", value);
}

// An option that would do nothing is a misunderstanding. When resuming, the stored options fill the gaps.
void check_schedule(const TrainOptions& o) {
  const TrainOptions untouched;
  if (o.schedule != "step" && (o.step_size != untouched.step_size || o.gamma != untouched.gamma))
    reject("--step-size and --gamma belong to --schedule step");
  if (o.schedule != "cosine" && o.min_rate != untouched.min_rate)
    reject("--min-lr belongs to --schedule cosine");
  if (o.min_rate >= o.rate) reject("--min-lr must be below --lr");
  if (o.patience != 0 && o.validation == 0)
    reject("--patience needs images to judge by: hold some out with --validation");
}

bool ends_with_last_epoch(const TrainOptions& o) {
  return o.schedule == "cosine" || o.schedule == "one-cycle";
}

void adopt_epochs(TrainOptions& options, const TrainOptions& stored) {
  if (options.epochs < stored.epochs) {
    reject(fmt::format("--epochs is {} here and {} in the training that is to go on; only more are possible",
                       options.epochs, stored.epochs));
  }
  if (options.epochs > stored.epochs && ends_with_last_epoch(stored)) {
    reject(
        fmt::format("--epochs is {} here and {} in the training that is to go on; its {} schedule ends with "
                    "epoch {}, so it cannot become longer",
                    options.epochs, stored.epochs, stored.schedule, stored.epochs));
  }
}

}  // namespace

void declare(Arguments& arguments, TrainOptions& options) {
  declare_training(arguments, options);
  declare_schedule(arguments, options);
  declare_rest(arguments, options);
}

void check(const TrainOptions& o) {
  if (o.force && o.resume) reject("--force begins anew and --resume goes on: give one of them");
  if (o.nesterov && o.momentum == 0) reject("--nesterov needs a --momentum above 0");
  if (o.rate == 0) reject("--lr must be above 0, or nothing is learnt");
  if (o.momentum == 1) reject("--momentum must be below 1, or old gradients never fade");
  if (o.batch_size == 0 && o.accumulate != 1)
    reject("--accumulate adds up batches, and --batch-size full leaves a single one: give one of them");
  augment_of(o);
  if (!o.replay_from.empty() && o.replay == 0)
    reject("--replay-from names pictures, and --replay their number: give both");
  if (o.resume && o.replay != 0)
    reject("--replay belongs to a new training: the file has what it began with");
  if (!o.resume) check_schedule(o);
}

std::uint32_t step_images(const TrainOptions& o) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(std::uint64_t{o.batch_size} * o.accumulate, kMost));
}

Schedule schedule_of(const TrainOptions& o) {
  using Kind = Schedule::Kind;
  const Kind kind = o.schedule == "step"        ? Kind::step
                    : o.schedule == "cosine"    ? Kind::cosine
                    : o.schedule == "one-cycle" ? Kind::one_cycle
                                                : Kind::constant;
  return {.kind = kind, .step_size = o.step_size, .gamma = o.gamma, .min_rate = o.min_rate};
}

formats::AugmentOptions augment_of(const TrainOptions& o) {
  const auto options = formats::parse_augment(o.augment);
  if (!options) reject("--augment " + quote_words({&o.augment, 1}) + ": " + options.error().message);
  return *options;
}

std::string schedule_text(const TrainOptions& o) {
  return o.schedule == "constant" ? "" : fmt::format(" ({})", o.schedule);
}

std::string default_output(const TrainOptions& options) {
  const bool built_in = models::find_definition(options.arch) != nullptr;
  return (built_in ? options.arch : "model") + ".lentil";
}

std::string command_line(const TrainOptions& options) {
  std::vector<std::string> words{"lentil",     "train",    "--data",
                                 options.data, "--epochs", shown(options.epochs)};
  if (!options.mix.empty()) words.insert(words.end(), {"--mix", options.mix});
  for_each_fixed([&]<class T>(const char* name, T TrainOptions::*member) {
    if constexpr (std::is_same_v<T, bool>) {
      if (options.*member) words.emplace_back(name);
    } else if (!std::is_same_v<T, std::string> || options.*member != T{}) {
      words.insert(words.end(), {name, shown(options.*member)});
    }
  });
  return quote_words(words);
}

TrainOptions options_of_command(const std::string& line, const std::string& file) {
  const auto words = split_words(line);
  TrainOptions options;
  try {
    if (!words || words->size() < 2 || (*words)[0] != "lentil" || (*words)[1] != "train") reject("");
    Arguments arguments(kTrainCommand);
    declare(arguments, options);
    // What was stored counts, not how this machine is set.
    if (!arguments.parse(std::span(*words).subspan(2), Sources::words)) reject("");
    return options;
  } catch (const Stop&) {
    fail(
        fmt::format("'{}' holds an interrupted training that 'lentil train' did not write (command '{}'); it "
                    "cannot be resumed here. Train on with --arch {} -o NEW",
                    file, line, quote_words({&file, 1})));
  }
}

std::uint32_t epochs_of_command(const std::string& line) {
  const auto words = split_words(line);
  if (!words) return 0;
  const auto name = std::find(words->begin(), words->end(), "--epochs");
  if (words->end() - name < 2) return 0;
  std::uint32_t epochs = 0;
  std::from_chars(name[1].data(), name[1].data() + name[1].size(), epochs);
  return epochs;
}

void adopt_stored(TrainOptions& options, const Arguments& arguments, const TrainOptions& stored) {
  for_each_fixed([&]<class T>(const char* name, T TrainOptions::*member) {
    if (arguments.given(name) && options.*member != stored.*member) {
      reject(fmt::format(
          "{} is {} here and {} in the training that is to go on; leave it out, or train anew with "
          "--force",
          name, shown(options.*member), shown(stored.*member)));
    }
    options.*member = stored.*member;
  });
  if (!arguments.given("--epochs")) options.epochs = stored.epochs;
  adopt_epochs(options, stored);
  if (!arguments.given("--data")) options.data = stored.data;
  if (!arguments.given("--mix")) options.mix = stored.mix;
}

}  // namespace lentil::tools
