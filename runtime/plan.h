// What a run needs, decided and counted before any memory is given.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/model.h"
#include "runtime/status.h"

namespace lentil {

enum class Mode : std::uint8_t { infer, train };
enum class Goal : std::uint8_t {
  small,  // weights used where they lie: fewest bytes
  fast,   // packed copies of weights where they help, counted
};
enum class InputType : std::uint8_t {
  float32,  // the network's input as it is
  uint8,    // pixels; the model's normalization is applied, folded into a first convolution where it can be
};
enum class Loss : std::uint8_t {
  cross_entropy,  // classes; from logits, or from what a last LogSoftmax or Softmax makes of them
  nll,            // classes; the output is taken as log-probabilities
  mse,            // float targets of the output's size; mean over the elements, as in PyTorch
};

struct PlanOptions {
  Mode mode = Mode::infer;
  Goal goal = Goal::fast;
  InputType input = InputType::float32;
  Loss loss = Loss::cross_entropy;  // train
  float label_smoothing = 0;        // train, losses of classes: share of the target spread evenly, < 1
  std::uint32_t batch = 1;          // the most images of one call
  std::uint32_t threads = 1;        // workers that the ParallelFor will have
  bool momentum = true;             // train: keep a velocity for every trained weight
  bool accumulate = false;          // train: keep gradients, so that a step may have more than `batch`
                                    // images; they are computed `batch` at a time, to the same bits
  bool rolling = false;             // infer, goal small: between convolutions only the rows that the next one
                                    // still reads (same bits, fewer bytes, more calls of kernels)
  bool fuse = true;                 // false: one step per layer, but for what is folded into weights (same
                                    // bits, more memory)
  std::span<const std::uint16_t> frozen{};  // train: layers that keep their weights
};

inline constexpr std::size_t kArenaAlignment = 64;

// The most images that one worker takes through a network together: so many share what a step costs, and what
// lies between the layers stays in a cache. A plan for inference has tensors for so many, whatever its batch.
inline constexpr std::uint32_t kImagesTogether = 8;

// Lies in the memory handed to plan(); Session::create copies it to the front of the arena.
struct Plan;

// Pure: depends on the model's layers and the options alone, and gives the same numbers on every machine.
// `memory` needs plan_memory_bytes(model) and may be the arena itself.
Result<const Plan*> plan(const Model& model, const PlanOptions& options, std::span<std::byte> memory);
std::size_t plan_memory_bytes(const Model& model);

// The exact size of the arena: this many bytes are enough, one less is refused.
std::size_t arena_bytes(const Plan& plan);

}  // namespace lentil
