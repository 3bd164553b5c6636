// An op is one place: what comes out of a layer, what it needs, what it does forward and backward.
#pragma once
#include <span>

#include "kernels/device.h"
#include "kernels/philox.h"
#include "runtime/parallel.h"
#include "runtime/plan_data.h"
#include "runtime/trainer.h"

namespace lentil {

// Bytes beside the tensors.
struct OpMemory {
  std::uint64_t saved = 0;              // per image, from forward to backward
  std::uint64_t prepared = 0;           // copies of weights in another form
  std::uint64_t forward_workspace = 0;  // per worker, dies with the call
  std::uint64_t backward_workspace = 0;
};

// A step while it is planned.
struct StepSketch {
  const Step& step;
  Layer layer, pool;  // pool: as fused, else a default Layer
  Shape in, out;
  const PlanOptions& options;
};

// A step while it runs. Functions get a range of images (or of parameter rows) and the worker's number.
struct OpContext {
  const Step& step;
  const Step* producer;  // of the input; null: the caller's input
  const Plan& plan;
  const Model& model;
  const kernels::KernelTable& kernels;
  std::byte* arena;
  Layer layer, pool;
  Shape in, out;
  std::uint32_t images;  // of this call
  const float* x;        // [images][in]
  float* y;              // [images][out]
  float* dx = nullptr;   // null: not wanted; == x when in place
  float* dy = nullptr;
  bool training = false;
  std::uint64_t seed = 0;
  std::uint32_t step_number = 0;
  Sgd sgd{};

  const float* x_of(std::uint32_t image) const { return x + image * in.count(); }
  float* y_of(std::uint32_t image) const { return y + image * out.count(); }
  float* dx_of(std::uint32_t image) const { return dx + image * in.count(); }
  float* dy_of(std::uint32_t image) const { return dy + image * out.count(); }

  // The weights in force: the trained copy or the model's own; empty where the layer has none.
  std::span<const float> tensor(Slot slot) const;
  float* prepared() const { return reinterpret_cast<float*>(arena + step.prepared); }
  std::byte* saved() const { return arena + step.saved; }
  std::byte* forward_workspace(std::uint32_t worker) const {
    return arena + step.forward_workspace + static_cast<std::size_t>(worker) * step.forward_stride;
  }
  std::byte* backward_workspace(std::uint32_t worker) const {
    return arena + step.backward_workspace + static_cast<std::size_t>(worker) * step.backward_stride;
  }
  kernels::RandomKey dropout_key(std::uint16_t dropout_layer, std::uint32_t image) const {
    return {seed, kernels::RandomUse::dropout, dropout_layer, step_number, image};
  }
  // One SGD update of elements [first, first + count) of a trained tensor.
  void update(Slot slot, std::size_t first, std::size_t count, const float* gradient) const;
};

struct OpDef {
  LayerType type;
  const char* name;          // PyTorch's class name
  bool reads_input = false;  // backward reads x / y: the planner keeps them
  bool reads_output = false;
  // All validation of the layer against what arrives.
  Result<Shape> (*infer)(const Layer&, const Shape& in);
  OpMemory (*memory)(const StepSketch&) = nullptr;  // null: nothing
  void (*prepare)(const OpContext&) = nullptr;      // null: nothing; after every change of the weights
  void (*forward)(const OpContext&, std::uint32_t begin, std::uint32_t end, std::uint32_t worker) = nullptr;
  // dy -> dx for images [begin, end); dy comes with the epilogue's derivative applied.
  void (*backward_input)(const OpContext&, std::uint32_t begin, std::uint32_t end,
                         std::uint32_t worker) = nullptr;
  // Gradients and updates of parameter rows [begin, end) over all images; null: no parameters.
  void (*backward_weight)(const OpContext&, std::uint32_t begin, std::uint32_t end,
                          std::uint32_t worker) = nullptr;
  // Both at once for a batch of one; dx takes the place of x. Null: not possible.
  void (*backward_in_place)(const OpContext&) = nullptr;
};

// Offset of a slot inside the step's block of parameters (or velocities), and the block's whole size.
std::uint64_t parameter_offset(const Layer& layer, Slot slot, std::uint32_t alignment);
std::uint64_t parameter_bytes(const Layer& layer, std::uint32_t alignment);

// A tensor of the trained block (weights or velocities) at offset `block`; empty when there is none.
std::span<float> trained_tensor(const Plan& plan, std::byte* arena, std::uint32_t block, const Layer& layer,
                                Slot slot);

// The op of a layer type, or null. kNoIndex as Step::layer means the pixels op.
const OpDef* find_op(LayerType type);
const OpDef& op_of(const Step& step);

// The contexts that a session hands to its ops.
OpContext make_context(const Plan& plan, const Model& model, const kernels::KernelTable& kernels,
                       std::byte* arena, const Step& step, const void* input, std::uint32_t images);

}  // namespace lentil
