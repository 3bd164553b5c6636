// A training on the processor, for tests that compare one on a GPU with it.
#pragma once
#include <span>
#include <stdexcept>
#include <vector>

#include "tests/support/networks.h"

namespace lentil::test {

class CpuTrainer {
 public:
  CpuTrainer(const Model& model, const PlanOptions& options, std::uint64_t seed)
      : plan_(model, options), arena_(arena_bytes(*plan_)) {
    auto trainer = Trainer::create(model, *plan_, *kernels::cpu().table, arena_.bytes(), seed);
    if (!trainer) throw std::runtime_error(status_name(trainer.error().status));
    trainer_.push_back(std::move(*trainer));
  }
  Trainer* operator->() { return trainer_.data(); }
  Trainer& operator*() { return trainer_[0]; }
  std::uint64_t hash() const { return weights_hash(trainer_[0].session()); }

  // Steps through the images that `order` names, as CudaTrainer::run.
  std::vector<StepResult> run(std::span<const std::uint8_t> pixels, std::span<const std::uint8_t> labels,
                              std::span<const std::uint32_t> order, std::span<const Sgd> sgd,
                              std::size_t batch) {
    const std::size_t image = pixels.size() / labels.size();
    std::vector<StepResult> results;
    for (std::size_t first = 0; first < order.size(); first += batch) {
      std::vector<std::uint8_t> images, classes;
      for (const std::uint32_t i : order.subspan(first, std::min(batch, order.size() - first))) {
        const auto one = pixels.subspan(i * image, image);
        images.insert(images.end(), one.begin(), one.end());
        classes.push_back(labels[i]);
      }
      results.push_back(
          trainer_[0].step(std::span<const std::uint8_t>(images), classes, sgd[results.size()]));
    }
    return results;
  }

 private:
  OwnedPlan plan_;
  PoisonedArena arena_;
  std::vector<Trainer> trainer_;  // one
};

}  // namespace lentil::test
