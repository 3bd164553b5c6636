// What both ways of `lentil train` end with.
#pragma once
#include <cstdint>
#include <string>

#include "formats/host/fit.h"
#include "tools/device.h"

namespace lentil::tools {

struct TrainReport {
  std::string file;
  std::uint64_t hash = 0;
  std::uint64_t epochs = 0, steps = 0;
  double seconds = 0, images_per_second = 0;
  formats::TestResult test;
  // Of a training with images held out, after its first epoch:
  std::uint32_t best_epoch = 0;  // from 1; 0: nothing to tell
  float best_loss = 0;
  bool trained = true, finished = true;
};

// On standard output, as text or as one line of JSON.
void print_report(const TrainReport& report, const Place& place, bool json);

}  // namespace lentil::tools
