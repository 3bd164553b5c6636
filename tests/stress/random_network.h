// Networks that nobody would draw: every layer type with every kind of setting, branches and joins. A seed
// gives the same one on every machine.
#pragma once
#include <cstdint>

#include "formats/model_file.h"
#include "runtime/plan.h"

namespace lentil::stress {

// Small enough for the oracle; every layer's output is read, weights and statistics are drawn.
formats::ModelFile random_network(std::uint32_t seed);

// How it is run. Batches of 1 to 17, of at least 2 where training could not do with 1.
struct RandomRun {
  InputType input = InputType::float32;
  Loss loss = Loss::cross_entropy;
  std::uint32_t batch = 1;
  std::vector<std::uint16_t> frozen;
  float label_smoothing = 0;
  bool momentum = true, nesterov = false;
};
RandomRun random_run(std::uint32_t seed, const formats::ModelFile& file);

}  // namespace lentil::stress
