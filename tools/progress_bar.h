// One line on a terminal that is drawn over again and again.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace lentil::tools {

struct BarState {
  std::uint32_t epoch = 0, epochs = 0;  // from 1
  std::uint64_t done = 0, total = 0;    // images of this epoch
  double loss = 0, accuracy = 0;        // so far in this epoch; accuracy in [0, 1]
  double rate = 0;                      // images per second
  double seconds_left = 0;              // of the whole training
};

struct BarStyle {
  std::size_t columns = 80;
  bool unicode = true;  // false: '#' and '-'
  bool colour = true;
};

// As much of it as fits into the columns.
std::string render_bar(const BarState& state, const BarStyle& style);

// "1:05" or "2:03:04".
std::string duration_text(double seconds);

class ProgressBar {
 public:
  void update(const BarState& state);  // draws ten times a second at most
  void clear();                        // leaves an empty line

 private:
  std::chrono::steady_clock::time_point next_{};
  bool drawn_ = false;
};

}  // namespace lentil::tools
