// The time of a network's calls in one setting.
#pragma once
#include "tools/bench_images.h"
#include "tools/machine.h"

namespace lentil::tools {

struct BenchCase {
  Mode mode = Mode::infer;
  Goal goal = Goal::fast;
  std::uint32_t batch = 1;
  double seconds = 1;  // in calls
};

struct BenchTimes {
  std::size_t calls = 0;
  double p50 = 0, p99 = 0;  // seconds of one call
  double images_per_second = 0;
  // Fused multiply-adds that all threads together could do in a second, measured in between; 0: not measured.
  double peak = 0;
  std::size_t arena = 0;  // bytes; on a GPU those of its memory
};

// Calls and probes of the peak take turns, so that what slows the machine down slows down both.
BenchTimes measure(Machine& machine, const formats::ModelFile& file, const BenchImages& images,
                   const BenchCase& setting);

}  // namespace lentil::tools
