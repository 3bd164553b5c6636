// What a training says while it runs, on standard error: a bar, or lines.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "formats/host/fit.h"
#include "tools/progress_bar.h"
#include "tools/train_history.h"
#include "tools/train_options.h"

namespace lentil::tools {

// An epoch that is done, or the part of it up to the step limit.
struct TestedEpoch {
  std::uint32_t epoch;  // from 0
  const formats::TestResult& test;
  const std::optional<formats::TestResult>& validation;
  bool best;                 // its validation loss is the least so far
  double images_per_second;  // of training
};

class TrainLog {
 public:
  explicit TrainLog(const TrainOptions& options);

  void note(const std::string& text);  // silent when quiet
  void start_epoch();
  void step(const formats::FitProgress& progress);
  void epoch_tested(const TestedEpoch& tested);
  void end();  // the curve of the loss

  const TrainHistory& history() const { return history_; }

 private:
  enum class Show { nothing, lines, bar };
  void draw_bar(const formats::FitProgress& progress);
  void print_line(const formats::FitProgress& progress) const;

  Show show_;
  bool pytorch_, quiet_;
  bool shows_rate_;  // of every line: a schedule changes it
  std::uint32_t epochs_, step_images_, interval_;
  ProgressBar bar_;
  TrainHistory history_;
  // Of the epoch so far:
  std::chrono::steady_clock::time_point begin_{};
  std::uint64_t images_ = 0, correct_ = 0;
  double loss_sum_ = 0;
};

// "9859/10000 correct (98.59 %), loss 0.0471"
std::string test_text(const formats::TestResult& test);

}  // namespace lentil::tools
