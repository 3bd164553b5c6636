// An op is one place: what comes out of a layer, what it needs, what it does forward and backward.
#pragma once
#include <algorithm>
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

// Which rows of its input a layer reads for row r of its output: `span` of them, the first one at
// r * stride - before. Some may lie outside.
struct RowWindow {
  std::uint32_t stride, before, span;

  // One past the last of them, of an input of so many rows.
  std::uint32_t end(std::uint32_t row, std::uint32_t rows) const {
    const std::uint32_t last = row * stride + span;
    return last <= before ? 0 : std::min(last - before, rows);
  }
};

// What of a tensor's rows lies in memory: `count` of them from `first` on.
struct KeptRows {
  std::uint32_t first, count;
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
  std::uint32_t images;           // of this call
  const float* x;                 // [images][in]
  const float* second = nullptr;  // the other input of a sum, difference or product, like x
  float* y;                       // [images][out]; a part of a Concat begins at its first channel
  float* dx = nullptr;            // null: not wanted; == x when in place
  float* second_dx = nullptr;     // of the other input
  float* dy = nullptr;
  std::size_t dx_stride = 0;  // floats from one image's dx to the next one's
  // Of a step that rolls: the rows of its input and output that lie at x and y, and those to be computed.
  KeptRows x_rows{}, y_rows{};
  std::uint32_t row_begin = 0, row_end = 0;
  bool second_side = false;  // x and second, dx and second_dx have changed places
  bool training = false;
  // Gradients that are added up over several calls: whether this one follows another, and whether it is the
  // last, which updates the weights.
  bool continues = false, updates = true;
  std::uint32_t images_before = 0;  // of the same step, in earlier calls
  std::uint64_t seed = 0;
  std::uint32_t step_number = 0;
  Sgd sgd{};

  const float* x_of(std::uint32_t image) const { return x + image * in.count(); }
  float* y_of(std::uint32_t image) const { return y + image * out.count(); }
  const float* second_of(std::uint32_t image) const { return second + image * in.count(); }
  float* dx_of(std::uint32_t image) const { return dx + image * dx_stride; }
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
    return {seed, kernels::RandomUse::dropout, dropout_layer, step_number, images_before + image};
  }
  // Where the gradient of elements [first, ...) of a tensor is formed: in the arena's own place for it if
  // gradients are added up over several calls, else in `workspace`.
  float* gradient(Slot slot, std::size_t first, float* workspace) const;
  // One SGD update of elements [first, first + count) of a trained tensor; nothing before the last call.
  void update(Slot slot, std::size_t first, std::size_t count, const float* gradient) const;
};

// When the backward pass reads a step's input: the planner keeps it until then.
enum class ReadsInput : std::uint8_t { never, when_trained, always };

struct OpDef {
  LayerType type;
  const char* name;  // PyTorch's class name
  ReadsInput reads_input = ReadsInput::never;
  bool reads_output = false;    // backward reads y
  bool reads_planes = false;    // needs the rows and columns of its input, not only its values
  bool takes_epilogue = false;  // an activation and a dropout behind it may join its step
  // All validation of the layer against what arrives first.
  Result<Shape> (*infer)(const Layer&, const Shape& in);
  // The same with one more input, after others that give `so_far`; null: one input is all it takes.
  Result<Shape> (*join)(const Layer&, const Shape& so_far, const Shape& next) = nullptr;
  OpMemory (*memory)(const StepSketch&) = nullptr;  // null: nothing
  void (*prepare)(const OpContext&) = nullptr;      // null: nothing; after every change of the weights
  void (*forward)(const OpContext&, std::uint32_t begin, std::uint32_t end, std::uint32_t worker) = nullptr;
  // The rows that its output is made of; null: forward() cannot compute some rows alone.
  RowWindow (*row_window)(const Layer& layer, const Layer& pool) = nullptr;
  // Which of several ways forward goes, for people; null: there is one.
  const char* (*way)(const OpContext&) = nullptr;
  // Of a trained step, before forward and before backward_input: what needs all images of the call, for rows
  // [begin, end) of its parameters. Null: nothing.
  void (*forward_reduce)(const OpContext&, std::uint32_t begin, std::uint32_t end) = nullptr;
  void (*backward_reduce)(const OpContext&, std::uint32_t begin, std::uint32_t end) = nullptr;
  // dy -> dx for images [begin, end); dy comes with the epilogue's derivative applied, dx is never null.
  void (*backward_input)(const OpContext&, std::uint32_t begin, std::uint32_t end,
                         std::uint32_t worker) = nullptr;
  // Gradients and updates of parameter rows [begin, end) over all images; null: no parameters.
  void (*backward_weight)(const OpContext&, std::uint32_t begin, std::uint32_t end,
                          std::uint32_t worker) = nullptr;
  // Both at once for a batch of one; dx takes the place of x. Null: not possible.
  void (*backward_in_place)(const OpContext&) = nullptr;
};

// Values of one image that share one of the layer's parameters (PReLU, batch-norm).
inline std::uint64_t values_per_channel(const Layer& layer, const Shape& in) {
  return in.count() / layer.out_features;
}

// Of a step's block in the arena: the whole of its tensors, and those alone that SGD moves.
std::uint64_t parameter_bytes(const Layer& layer, std::uint32_t alignment);
std::uint64_t learnt_bytes(const Layer& layer, std::uint32_t alignment);

// Tensors of a trained step in the arena; empty where there are none. The statistics of batch-norm have
// neither velocity nor gradient.
enum class Block : std::uint8_t { parameters, velocity, gradient };
std::span<float> trained_tensor(const Plan& plan, std::byte* arena, const Step& step, Block block,
                                const Layer& layer, Slot slot);

// The op of a layer type, or null. kNoIndex as Step::layer means the pixels op.
const OpDef* find_op(LayerType type);
const OpDef& op_of(const Step& step);

// What comes out of a layer whose i-th input has the shape shape_of(i).
template <class ShapeOf>
Result<Shape> infer_shape(const Layer& layer, ShapeOf shape_of) {
  const OpDef* op = find_op(layer.type);
  if (op == nullptr || (layer.inputs.size() > 1 && op->join == nullptr))
    return Error{Status::unsupported_layer, 0, 0, static_cast<std::uint64_t>(layer.type)};
  Result<Shape> shape = op->infer(layer, shape_of(0));
  for (std::size_t i = 1; i < layer.inputs.size() && shape; ++i) shape = op->join(layer, *shape, shape_of(i));
  return shape;
}

// The epilogue's derivative on the gradients of a step's output, for images [begin, end).
void output_gradients(const OpContext& ctx, std::uint32_t begin, std::uint32_t end);
// The gradients of a step's inputs, for images [begin, end): written, or added to what others have written.
void input_gradients(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker);

// The contexts that a session hands to its ops; `input` begins with the first of the images.
OpContext make_context(const Plan& plan, const Model& model, const kernels::KernelTable& kernels,
                       std::byte* arena, const Step& step, const void* input, std::uint32_t images,
                       std::uint32_t worker = 0);

}  // namespace lentil
