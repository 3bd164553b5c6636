// Clocks, and what to make of what they say.
#pragma once
#include <chrono>
#include <vector>

namespace lentil::tools {

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();  // runs from its creation on
};

// The least of the values that at least a share `rank` of all does not exceed; there must be one.
double quantile(std::vector<float> values, double rank);
inline double median(std::vector<float> values) { return quantile(std::move(values), 0.5); }

}  // namespace lentil::tools
