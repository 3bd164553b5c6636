// When to stop: no better loss for so many epochs.
#pragma once
#include <cstdint>
#include <limits>

namespace lentil {

struct EarlyStopping {
  std::uint32_t patience = 0;  // epochs without a better loss; 0: never stop
  float min_delta = 0;         // a loss is better if it lies below the best by more than this
  float best = std::numeric_limits<float>::infinity();
  std::uint32_t waited = 0;  // epochs since the best

  // Takes note of an epoch's loss. True: the best so far, keep the weights (Trainer::save_weights).
  bool improved(float loss) {
    const bool better = loss < best - min_delta;
    waited = better ? 0 : waited + 1;
    if (better) best = loss;
    return better;
  }
  bool should_stop() const { return patience != 0 && waited >= patience; }
};

}  // namespace lentil
