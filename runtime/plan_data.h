// The plan's own form: fixed-width fields and offsets, no pointers, so that every machine counts the same
// bytes. It stands at the front of the arena; all offsets are from there.
#pragma once
#include <span>

#include "kernels/args.h"
#include "runtime/plan.h"

namespace lentil {

inline constexpr std::uint32_t kNoOffset = 0xffffffffu;
inline constexpr std::uint32_t kSameAsValue = 0xfffffffeu;  // while planning: a gradient that overwrites
inline constexpr std::uint16_t kNoIndex = 0xffffu;

// A value that flows between steps, for every image of the batch.
struct TensorSlot {
  Shape shape;
  std::uint32_t value = kNoOffset;     // kNoOffset: the caller's input
  std::uint32_t gradient = kNoOffset;  // kNoOffset: not wanted; == value: overwrites it
};

enum StepFlag : std::uint16_t {
  kTrained = 1,               // parameters lie in the arena and are updated
  kBackward = 2,              // takes part in the backward pass
  kInPlace = 4,               // the input's gradient overwrites the input (batch 1)
  kFolded = 8,                // weights carry the input normalisation
  kInferenceOnly = 16,        // the loss does this step's work when training
  kNormalizes = 32,           // pixels: applies the normalisation
  kEpilogueDone = 64,         // its output's gradient comes with the epilogue applied
  kAddsGradient = 128,        // other steps have written the input's gradient before: this one adds to it
  kAddsSecondGradient = 256,  // the same for the second input
  kRollsOutput = 512,         // its output keeps only the rows that the next step still reads
  kRollsInput = 1024,         // reads such a tensor
};

// One call of an op: a layer, and those that are fused with it.
struct Step {
  LayerType type = LayerType::relu;
  kernels::Activation activation = kernels::Activation::none;
  std::uint16_t flags = 0;
  std::uint16_t layer = kNoIndex;       // kNoIndex: pixels to floats
  std::uint16_t batch_norm = kNoIndex;  // folded into this step's weights
  std::uint16_t pool = kNoIndex;        // layers fused into this step
  std::uint16_t dropout = kNoIndex;
  std::uint16_t activation_layer = kNoIndex;
  // Tensors. A Concat has a step for each of its inputs, and all of them one output.
  std::uint16_t input = kNoIndex, second_input = kNoIndex, output = kNoIndex;
  std::uint32_t parameters = kNoOffset;  // trained copies, slot after slot
  std::uint32_t velocity = kNoOffset;
  std::uint32_t prepared = kNoOffset;  // packed or folded weights
  std::uint32_t saved = kNoOffset;     // from forward to backward
  std::uint32_t forward_workspace = kNoOffset, backward_workspace = kNoOffset;
  std::uint32_t forward_stride = 0, backward_stride = 0;  // bytes per worker

  bool has(StepFlag flag) const { return (flags & flag) != 0; }
};

inline bool rolls(const Step& step) { return step.has(kRollsInput) || step.has(kRollsOutput); }

// What one image brings to a training step's result.
struct ImageLoss {
  float loss;
  std::uint32_t correct;  // 0 or 1
};

struct Plan {
  std::uint32_t bytes = 0;  // of the whole arena
  std::uint32_t batch = 1;
  // infer: every worker has tensors of its own, for as many images as it takes together; so many bytes from
  // one worker's to the next one's. train: 0, the tensors hold the whole batch.
  std::uint32_t worker_bytes = 0;
  std::uint32_t losses = kNoOffset;  // by_image(): [batch] ImageLoss
  std::uint16_t threads = 1;
  std::uint16_t step_count = 0, tensor_count = 0;
  std::uint16_t output = 0, loss_input = 0;  // tensors
  std::uint8_t alignment = 16;
  bool accumulate = false;
  Mode mode = Mode::infer;
  Goal goal = Goal::fast;
  InputType input = InputType::float32;
  Loss loss = Loss::cross_entropy;
  float label_smoothing = 0;

  // train: forward and the gradients of all inputs image by image, the gradients of weights behind them; else
  // step by step.
  bool by_image() const { return losses != kNoOffset; }
  std::span<const Step> steps() const { return {reinterpret_cast<const Step*>(this + 1), step_count}; }
  std::span<const TensorSlot> tensors() const {
    return {reinterpret_cast<const TensorSlot*>(steps().data() + step_count), tensor_count};
  }
  // Of the plan itself; the tensors follow it in the arena.
  std::uint32_t own_bytes() const {
    return static_cast<std::uint32_t>(sizeof(Plan) + step_count * sizeof(Step) +
                                      tensor_count * sizeof(TensorSlot));
  }
};
static_assert(sizeof(Plan) == 36 && sizeof(Step) == 52 && sizeof(TensorSlot) == 20);

// The alignment is a power of two.
constexpr std::uint64_t round_up(std::uint64_t bytes, std::uint64_t alignment) {
  return (bytes + alignment - 1) & ~(alignment - 1);
}

}  // namespace lentil
