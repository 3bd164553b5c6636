// Which layers an inference spends its time in.
#pragma once
#include <string>
#include <vector>

#include "tools/bench_images.h"
#include "tools/machine.h"

namespace lentil::tools {

// A step of the plan: a layer, and those that are fused with it.
struct StepTime {
  std::string layers;               // "conv1, MaxPool2d, ReLU"
  std::string kernel;               // the way that was chosen for it; empty: there is one
  std::uint64_t multiply_adds = 0;  // of one image
  double seconds = 0;               // of one call, the median
};

struct LayerTimes {
  std::vector<StepTime> steps;
  double total = 0;  // seconds of all steps together
  double peak = 0;   // fused multiply-adds that one thread could do in a second, measured in between
};

// Steps one by one on one thread, which the runtime does without looking at a clock.
LayerTimes time_layers(const formats::ModelFile& file, const BenchImages& images, Goal goal,
                       std::uint32_t batch, double seconds);

}  // namespace lentil::tools
