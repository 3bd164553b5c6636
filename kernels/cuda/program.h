// What the CUDA kernels run: a network as a list of steps, in plain numbers and offsets. The host makes it
// (runtime/device_program.h) and copies it to the device as it lies in memory.
//
// Entry points (kernels.cu). A block is one image; blocks are one-dimensional, of kBlockThreads or fewer
// threads, a multiple of 32. Pointers in the arguments are those of the device.
//   lentil_forward_shared, lentil_forward_global (const Program*, ForwardArgs)   blocks: any number
//   lentil_train_shared,   lentil_train_global   (const Program*, TrainArgs)     blocks: any number
//   lentil_prepare                               (const Program*, PrepareArgs)   blocks: Program::rows
//   lentil_update                                (const Program*, UpdateArgs)    blocks: Program::rows
// Blocks take the images block, block + blocks, ...: one block each is the fastest. `_shared` needs
// Program::image_bytes of dynamic shared memory, `_global` needs slabs: as many bytes for each block.
// The order of a training: prepare once after the parameters were written by the host, then for each step
// train, update; forward at any time between steps. Programs without rows need no prepare and no update.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/args.h"

namespace lentil::cuda {

inline constexpr std::int32_t kBlockThreads = 256;
inline constexpr std::int32_t kBlocksTogether = 2;   // that registers must suffice for, on one multiprocessor
inline constexpr std::uint32_t kNone = 0xffffffffu;  // of an offset: there is nothing

enum class StepKind : std::uint8_t {
  input,   // the network's input, as floats
  copy,    // values as they are: activations, dropout, parts of a Concat, Reshape
  conv2d,  // with a max-pool behind it if conv.pooled
  linear,
  max_pool2d,
  avg_pool2d,
  affine,  // batch-norm with fixed statistics
  prelu,
  binary,    // of two inputs
  constant,  // of one and a constant
  softmax,
  log_softmax,
  flatten_hwc,
};

enum StepFlag : std::uint32_t {
  kTrained = 1,             // has gradients, and is updated
  kBackward = 2,            // takes part in the backward pass
  kAddsGradient = 4,        // dx is added to what others have written
  kAddsSecondGradient = 8,  // the same for second_dx
  kInferenceOnly = 16,      // the loss does its work when training
  kDropsChannels = 32,      // the dropout is one of whole channels
  kFoldsPixels = 64,        // its weights carry the normalisation of the pixels
  kFoldsBatchNorm = 128,    // its weights carry a batch-norm
  kNormalizes = 256,        // input: the pixels are normalised
};

struct Volume {
  std::int32_t channels, height, width;
};

// All offsets count floats, but for argmax, which counts bytes. Values and gradients lie in the image's own
// memory, weights among the parameters.
struct Step {
  StepKind kind;                   // input: the first step, and no other
  kernels::Activation activation;  // behind the step's own arithmetic
  kernels::Binary operation;       // binary, constant
  std::uint8_t unused;
  std::uint32_t flags;
  Volume in, out;
  std::uint32_t x, second, y;       // values
  std::uint32_t dx, second_dx, dy;  // gradients; kNone: not wanted
  std::uint32_t map_gradient;       // conv2d, pooled: room for the gradient of the map
  std::uint32_t argmax;             // a byte for each pooled value
  std::uint32_t weight, bias;       // kNone: none. affine: the four tensors of a batch-norm, weight first
  std::uint32_t parameters;         // how many slopes (prelu) or constants there are
  std::uint32_t prepared;           // folded weights, then as many biases as rows
  std::uint32_t batch_norm;         // the four tensors of the one that is folded
  std::uint32_t gradient;           // among the image's gradients: see train
  std::uint32_t first_row, rows;    // of parameters, in lentil_update: 0 rows if it has no work there
  std::uint32_t dropout_layer;      // keys the masks; kNone: no dropout
  float rate, slope, epsilon;       // of dropout, activation, batch-norm
  kernels::ConvShape conv;          // conv2d
  kernels::AvgPoolWindows pool;     // max_pool2d, avg_pool2d
};

enum class LossKind : std::uint8_t { cross_entropy, nll, mse };
enum class InputKind : std::uint8_t { float32, uint8 };

// The steps follow it in memory. Sizes of arrays are in floats unless they say bytes.
struct Program {
  std::uint32_t bytes;  // of the program itself
  std::uint32_t step_count;
  std::uint32_t inputs, outputs;       // values of one image
  std::uint32_t parameters, prepared;  // of the whole network; velocities are as many as parameters
  std::uint32_t gradients;             // of one image: what lentil_train leaves for lentil_update
  std::uint32_t image_floats;          // the image's own memory: so many floats, then argmax bytes
  std::uint32_t image_bytes;           // all of it, a multiple of 16
  std::uint32_t rows;  // of parameters: blocks of lentil_update; 0: nothing is trained or folded
  std::uint32_t output, loss_input, loss_gradient;  // in the image's memory
  std::uint32_t loss_count;                         // values that the loss sees
  LossKind loss;
  InputKind input;
  std::uint8_t trains;  // 0: for inference
  std::uint8_t unused;
  float label_smoothing;
  float pixel_scale[4], pixel_shift[4];  // p * scale - shift, by channel; the first for more than four
};
inline constexpr std::size_t kStepBytes = sizeof(Step);

struct ForwardArgs {
  float* outputs;  // [count][Program::outputs]
  const float* parameters;
  const float* prepared;
  const void* images;          // float32 or uint8, as the program says
  const std::uint32_t* order;  // image first + b is images[order[first + b]]; null: images[first + b]
  std::uint8_t* slabs;         // _global: [blocks][Program::image_bytes], 16-aligned
  std::uint32_t first, count;
};

// In device memory; zeros at the start of a training.
struct TrainState {
  std::uint32_t steps_done;  // keys the dropout masks; lentil_update counts it up
  std::uint32_t failed;      // 1 after a loss that is not finite: steps from then on leave the weights alone
};

struct ImageResult {
  float loss;
  std::uint32_t correct;
};

struct TrainArgs {
  float* gradients;      // [count][Program::gradients]
  ImageResult* results;  // [count]
  const float* parameters;
  const float* prepared;
  const void* images;
  const std::uint32_t* order;  // as in ForwardArgs; of labels and targets, too
  const std::uint8_t* labels;
  const float* targets;  // [images][Program::outputs]; null: labels are given. One of the two
  const TrainState* state;
  std::uint8_t* slabs;
  std::uint64_t seed;
  std::uint32_t first, count;  // the images of this step; its loss is their mean
};

// docs/numerics.md 10
struct SgdNumbers {
  float rate, momentum, weight_decay;
  std::uint32_t nesterov;
};

struct StepResult {
  float loss;             // mean over the images, before the update
  std::uint32_t correct;  // images whose largest output is at the label
};

struct UpdateArgs {
  float* parameters;
  float* velocities;  // null: none
  float* prepared;
  const float* gradients;
  const ImageResult* results;  // of the images
  const SgdNumbers* sgd;       // of every step of this run
  StepResult* step_results;    // likewise
  TrainState* state;
  std::uint32_t count;  // images of this step
  std::uint32_t step;   // of this run: an index into sgd and step_results
};

struct PrepareArgs {
  float* prepared;
  const float* parameters;
};

}  // namespace lentil::cuda
