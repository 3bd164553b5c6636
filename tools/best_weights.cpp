#include "tools/best_weights.h"

#include "tools/stop.h"

namespace lentil::tools {

void BestWeights::restore(const formats::TrainingState& state, const Trainer& trainer) {
  if (state.numbers.best_epoch == 0) return;
  if (state.best_weights.size() != trainer.trained_values())
    fail("the stored training has best weights that do not fit its trained layers");
  epoch_ = state.numbers.best_epoch;
  weights_ = state.best_weights;
  stopping_.best = state.numbers.best_loss;
  stopping_.waited = state.numbers.epoch - epoch_;
}

void BestWeights::store(formats::TrainingState& state) const {
  if (epoch_ == 0) return;
  state.numbers.best_epoch = epoch_;
  state.numbers.best_loss = stopping_.best;
  state.best_weights = weights_;
}

bool BestWeights::take(const Trainer& trainer, std::uint32_t epochs, double loss) {
  if (!stopping_.improved(static_cast<float>(loss))) return false;
  epoch_ = epochs;
  weights_.resize(trainer.trained_values());
  trainer.save_weights(weights_);  // cannot fail: the size is right
  return true;
}

void BestWeights::put_back(Trainer& trainer) const { trainer.load_weights(weights_); }

}  // namespace lentil::tools
