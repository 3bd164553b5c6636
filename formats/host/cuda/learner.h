// Learning from corrections on a GPU: it does the steps of a Learner, to the same bits.
#pragma once
#include <optional>

#include "formats/host/cuda/trainer.h"
#include "runtime/learner.h"

namespace lentil::cuda {

// Borrows the GPU and the model. Movable until device() has been asked for.
class LearnSteps {
 public:
  // For a learner of this model, these frozen layers, this batch and this seed.
  static Outcome<LearnSteps> create(const Gpu& gpu, const Model& model, std::span<const std::uint16_t> frozen,
                                    std::uint32_t batch, std::uint64_t seed);

  // For LearnOptions. Must not outlive this.
  LearnDevice device();
  // Why a learning has ended early, if that was on the GPU.
  const std::optional<Failure>& failure() const { return failure_; }

 private:
  explicit LearnSteps(CudaTrainer trainer) : trainer_(std::move(trainer)) {}
  bool begin(Trainer& from);
  bool step(std::span<const std::uint8_t> pixels, std::span<const float> targets, const Sgd& sgd);
  bool end(Trainer& to);
  template <class T>
  bool succeeded(const Outcome<T>& outcome);

  CudaTrainer trainer_;
  std::optional<Failure> failure_;
};

}  // namespace lentil::cuda
