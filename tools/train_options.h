// The options of `lentil train`, and those of them that decide the weights: these are kept in checkpoints.
#pragma once
#include <cstdint>
#include <string>

#include "formats/host/augment_options.h"
#include "runtime/schedule.h"
#include "tools/arguments.h"

namespace lentil::tools {

struct TrainOptions {
  // What decides the weights. Defaults: the well-known tutorial's.
  std::string arch = "lenet";
  std::string data = "data";
  std::string mix;               // more images to train with; empty: none
  std::string augment = "none";  // formats/host/augment_options.h
  std::uint32_t epochs = 5;
  std::uint32_t batch_size = 64;  // images computed together; 0: all
  std::uint32_t accumulate = 1;   // such batches of one step
  bool drop_last = false;         // leave out the step at an epoch's end that would have fewer
  float rate = 0.005f, momentum = 0.9f, weight_decay = 0;
  bool nesterov = false;
  std::uint64_t seed = 1;
  std::string freeze;  // names of layers, separated by commas
  std::string schedule = "constant";
  std::uint32_t step_size = 1;  // epochs
  float gamma = 0.7f, min_rate = 0;
  float label_smoothing = 0;
  std::uint32_t validation = 0;  // images held out of training
  std::uint32_t patience = 0;    // epochs; 0: never stop early

  // What travels in the file, for those who teach it more.
  std::uint32_t replay = 0;  // known pictures
  std::string replay_from;   // a data set; empty: drawn digits

  // How and how far.
  std::string output;           // empty: default_output()
  std::uint32_t max_steps = 0;  // 0: no limit
  bool force = false, resume = false;
  std::uint32_t test_batch_size = 1000, threads = 0;
  std::string device = "cpu", goal = "fast";
  bool no_fuse = false;

  // What is shown.
  std::uint32_t log_interval = 400;
  std::string log_format = "auto", progress = "auto";
  bool json = false, quiet = false;
  std::string plot;  // a picture of how it went; empty: none
};

void declare(Arguments& arguments, TrainOptions& options);

// Stops for combinations that make no sense.
void check(const TrainOptions& options);

// Images of one step.
std::uint32_t step_images(const TrainOptions& options);

Schedule schedule_of(const TrainOptions& options);
formats::AugmentOptions augment_of(const TrainOptions& options);  // stops for words that say nothing
std::string schedule_text(const TrainOptions& options);  // " (cosine)"; empty if the rate is constant

// "lenet.lentil" for the built-in network lenet, "model.lentil" for all others.
std::string default_output(const TrainOptions& options);

// The command line that trains to the same bits: all options that decide the weights, also those that were
// not given.
std::string command_line(const TrainOptions& options);

// Reads what command_line() wrote. Stops if `line`, found in `file`, is anything else.
TrainOptions options_of_command(const std::string& line, const std::string& file);

// The epochs that command_line() asked for; 0 if `line` is anything else.
std::uint32_t epochs_of_command(const std::string& line);

// What was stored rules: options that were not given become as stored; those given that differ stop the
// program, except for more epochs where the schedule does not end with the last. Data are compared by their
// contents, elsewhere.
void adopt_stored(TrainOptions& options, const Arguments& arguments, const TrainOptions& stored);

}  // namespace lentil::tools
