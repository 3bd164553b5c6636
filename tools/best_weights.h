// The weights of the epoch with the least loss on the images held out.
#pragma once
#include <cstdint>
#include <vector>

#include "formats/model_file.h"
#include "runtime/early_stopping.h"
#include "runtime/trainer.h"

namespace lentil::tools {

class BestWeights {
 public:
  // So many epochs without a better loss are enough; 0: there is no end to the patience.
  explicit BestWeights(std::uint32_t patience) : stopping_{.patience = patience} {}

  // Goes on from what an earlier part of the training left. Stops if that is not for this trainer.
  void restore(const formats::TrainingState& state, const Trainer& trainer);
  void store(formats::TrainingState& state) const;

  // The trainer's weights have this loss after so many epochs. True: they are the best so far, and are kept.
  bool take(const Trainer& trainer, std::uint32_t epochs, double loss);
  void put_back(Trainer& trainer) const;

  std::uint32_t epoch() const { return epoch_; }  // counted from 1; 0: there are none yet
  float loss() const { return stopping_.best; }
  bool should_stop() const { return stopping_.should_stop(); }

 private:
  EarlyStopping stopping_;
  std::uint32_t epoch_ = 0;
  std::vector<float> weights_;
};

}  // namespace lentil::tools
