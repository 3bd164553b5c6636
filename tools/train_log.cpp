#include "tools/train_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include "tools/curve.h"
#include "tools/output.h"
#include "tools/terminal.h"
#include "tools/text.h"

namespace lentil::tools {

namespace {

std::string pytorch_text(const char* set, const formats::TestResult& test) {
  return fmt::format("{} set: Average loss: {:.4f}, Accuracy: {}/{} ({:.0f}%)", set, test.loss, test.correct,
                     test.total, 100 * test.accuracy());
}

}  // namespace

TrainLog::TrainLog(const TrainOptions& o)
    : quiet_(o.quiet),
      shows_rate_(o.schedule != "constant"),
      epochs_(o.epochs),
      step_images_(step_images(o)),
      interval_(o.log_interval) {
  const bool bar = o.progress == "bar" || (o.progress == "auto" && can_redraw(STDERR_FILENO));
  show_ = o.quiet || o.progress == "none" ? Show::nothing : bar ? Show::bar : Show::lines;
  pytorch_ = o.log_format == "pytorch" || (o.log_format == "auto" && !is_terminal(STDERR_FILENO));
}

void TrainLog::note(const std::string& text) {
  bar_.clear();
  if (!quiet_) print_note(text);
}

void TrainLog::start_epoch() {
  begin_ = std::chrono::steady_clock::now();
  images_ = correct_ = 0;
  loss_sum_ = 0;
}

void TrainLog::step(const formats::FitProgress& p) {
  images_ += p.batch;
  correct_ += p.correct;
  loss_sum_ += static_cast<double>(p.loss) * p.batch;
  history_.add_step(p);
  if (show_ == Show::bar) draw_bar(p);
  if (show_ == Show::lines) print_line(p);
}

void TrainLog::draw_bar(const formats::FitProgress& p) {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  const auto images = static_cast<double>(images_);
  const double rate = seconds > 0 ? images / seconds : 0;
  const double left = static_cast<double>(p.images_per_epoch) * (epochs_ - p.epoch) - p.images;
  bar_.update({.epoch = p.epoch + 1,
               .epochs = epochs_,
               .done = p.images,
               .total = p.images_per_epoch,
               .loss = loss_sum_ / images,
               .accuracy = static_cast<double>(correct_) / images,
               .rate = rate,
               .seconds_left = rate > 0 ? left / rate : 0});
}

void TrainLog::print_line(const formats::FitProgress& p) const {
  const std::uint32_t batch = (p.images - p.batch) / step_images_;  // of this epoch, from 0
  if (batch % interval_ != 0) return;
  if (!pytorch_) {
    print_note(fmt::format("epoch {}/{}  {}/{}  loss {:.4f}{}", p.epoch + 1, epochs_, p.images,
                           p.images_per_epoch, p.loss,
                           shows_rate_ ? fmt::format("  lr {:.6g}", p.rate) : ""));
    return;
  }
  // As the examples of PyTorch count: batches before this one, each taken to be as large as this one.
  const std::uint32_t batches = (p.images_per_epoch - 1) / step_images_ + 1;
  print_note(fmt::format("Train Epoch: {} [{}/{} ({:.0f}%)]\tLoss: {:.6f}", p.epoch + 1,
                         std::uint64_t{batch} * p.batch, p.images_per_epoch, 100.0 * batch / batches,
                         p.loss));
}

void TrainLog::epoch_tested(const TestedEpoch& t) {
  bar_.clear();
  history_.add_test(t.test, t.validation);
  if (show_ == Show::nothing) return;
  if (pytorch_) {
    if (t.validation) print_note("\n" + pytorch_text("Validation", *t.validation));
    print_note("\n" + pytorch_text("Test", t.test) + "\n");
    return;
  }
  const std::string epoch = fmt::format("epoch {}/{}  ", t.epoch + 1, epochs_);
  if (t.validation)
    print_note(epoch + "validation: " + test_text(*t.validation) + (t.best ? ", best so far" : ""));
  print_note(fmt::format("{}test: {}  {} img/s", epoch, test_text(t.test),
                         grouped(static_cast<std::uint64_t>(t.images_per_second))));
}

void TrainLog::end() {
  constexpr std::size_t kLeast = 8, kMost = 60;  // steps that are worth a curve; columns
  const std::vector<float> losses = history_.losses();
  if (show_ == Show::nothing || losses.size() < kLeast) return;
  note(fmt::format("loss {:.4f} {} {:.4f}", losses.front(), curve_text(losses, kMost, use_utf8()),
                   losses.back()));
}

std::string test_text(const formats::TestResult& test) {
  return fmt::format("{}/{} correct ({:.2f} %), loss {:.4f}", test.correct, test.total, 100 * test.accuracy(),
                     test.loss);
}

}  // namespace lentil::tools
