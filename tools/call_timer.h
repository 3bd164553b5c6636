// Times of the same call, again and again.
#pragma once
#include <functional>
#include <utility>
#include <vector>

#include "tools/timing.h"

namespace lentil::tools {

using Call = std::function<void(std::size_t)>;  // the argument: how many calls came before

// Times calls until they have taken so many seconds, in all.
class CallTimer {
 public:
  explicit CallTimer(Call call) : call_(std::move(call)) {}

  void run(double seconds) {
    for (const double end = total_ + seconds; total_ < end;) {
      const Stopwatch watch;
      call_(calls_++);
      times_.push_back(static_cast<float>(watch.seconds()));
      total_ += times_.back();
    }
  }
  const std::vector<float>& times() const { return times_; }
  double total() const { return total_; }

 private:
  Call call_;
  std::size_t calls_ = 0;
  std::vector<float> times_;
  double total_ = 0;
};

}  // namespace lentil::tools
