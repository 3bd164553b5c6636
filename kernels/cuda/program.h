// What the CUDA kernels run: a network as a list of steps, in plain numbers and offsets. The host makes it
// (runtime/device_program.h) and copies it to the device as it lies in memory.
//
// Entry points (kernels.cu). Blocks are one-dimensional, of kBlockThreads or fewer threads, a multiple of 32.
// Pointers in the arguments are those of the device.
//   lentil_images (const Program*, ImagesArgs)   blocks: any number
//   lentil_rows   (const Program*, RowsArgs)     blocks: Program::rows, or the channels of a batch-norm
// lentil_images takes an image at a time through the network, block b the images b, b + blocks, ...: one
// block each is the fastest. It needs Program::image_bytes of dynamic shared memory, or of a slab for each
// block. lentil_rows does the work of a row of parameters: an output of a layer with its bias, or a slope.
// The order of a training: prepare once after the parameters were written by the host, then for each step
// images, update; forward at any time between steps. Programs without rows need no prepare and no update.
// A batch-norm that learns makes a step longer: next_stop() (runtime/device_program.h) says how.
// Then each image needs a slab.
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
  batch_norm,
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
  kLearnsStatistics = 512,  // batch_norm: uses those of the batch when training
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
  std::uint32_t weight, bias;       // kNone: none. batch_norm: mean and variance follow these
  std::uint32_t parameters;         // how many slopes (prelu) or constants there are
  std::uint32_t prepared;           // folded weights, then as many biases as rows
  std::uint32_t batch_norm;         // the four tensors of the one that is folded
  std::uint32_t gradient;           // of the parameters, among the image's gradients: what update adds up
  std::uint32_t statistics;         // batch_norm that learns: kStatistics rows of as many floats as channels
  std::uint32_t first_row, rows;    // of parameters, in lentil_update: 0 rows if it has no work there
  std::uint32_t dropout_layer;      // keys the masks; kNone: no dropout
  float rate, slope, epsilon;       // of dropout, activation, batch-norm
  float momentum;                   // of a batch-norm that learns
  kernels::ConvShape conv;          // conv2d
  std::int32_t group_inputs, group_outputs;  // its channels in one of its groups
  kernels::AvgPoolWindows pool;              // max_pool2d, avg_pool2d
};

enum class LossKind : std::uint8_t { cross_entropy, nll, mse };
enum class InputKind : std::uint8_t { float32, uint8 };

// The steps follow it in memory. Sizes of arrays are in floats unless they say bytes.
struct Program {
  std::uint32_t bytes;  // of the program itself
  std::uint32_t step_count;
  std::uint32_t inputs, outputs;       // values of one image
  std::uint32_t parameters, prepared;  // of the whole network; velocities are as many as parameters
  std::uint32_t gradients;             // of one image: what training leaves for lentil_update
  std::uint32_t statistics;            // of all batch-norms that learn; 0: there is none
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

// What is known of each channel of a batch-norm that learns.
enum Statistic : std::uint32_t {
  kMean,
  kVariance,
  kInverse,  // of the standard deviation
  kWeightGradient,
  kBiasGradient,
  kStatistics
};

// Training takes an image from place to place: the steps forward, the loss, and for each step back from the
// last two places: its activation and dropout, then the step itself.
inline constexpr std::uint32_t kAllPlaces = 0xffffffffu;

// In device memory; zeros at the start of a training.
struct TrainState {
  std::uint32_t steps_done;  // keys the dropout masks; lentil_update counts it up
  std::uint32_t failed;      // 1 after a loss that is not finite: steps from then on leave the weights alone
};

struct ImageResult {
  float loss;
  std::uint32_t correct;
};

// Forward, or a step of training. What only training needs may be null otherwise.
struct ImagesArgs {
  float* outputs = nullptr;        // [count][Program::outputs]; null: training
  float* gradients = nullptr;      // [count][Program::gradients]
  ImageResult* results = nullptr;  // [count]
  const float* parameters = nullptr;
  const float* prepared = nullptr;
  const void* images = nullptr;  // float32 or uint8, as the program says
  // Image first + b is images[order[first + b]]; null: images[first + b].
  const std::uint32_t* order = nullptr;
  const std::uint8_t* labels = nullptr;  // in the order of the images, and so are targets
  const float* targets = nullptr;  // [images][Program::loss_count]; null: labels are given. One of the two
  const TrainState* state = nullptr;
  const float* statistics = nullptr;  // [Program::statistics]
  std::uint8_t* slabs = nullptr;      // [blocks][Program::image_bytes], 16-aligned; null: in shared memory
  std::uint64_t seed = 0;
  std::uint32_t first = 0, count = 0;          // the images of this step; its loss is their mean
  std::uint32_t from = 0, until = kAllPlaces;  // places to go through
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

enum class RowsWork : std::uint32_t {
  prepare,              // folded weights
  forward_statistics,   // mean and variance of a batch-norm's channel
  backward_statistics,  // and gradients of its weight and bias
  update,
};

// What only later kinds of work need may be null.
struct RowsArgs {
  float* parameters = nullptr;
  float* prepared = nullptr;
  float* gradients = nullptr;  // of the images; statistics have their images' sums there
  float* statistics = nullptr;
  const std::uint8_t* slabs = nullptr;   // statistics: of all images
  float* velocities = nullptr;           // null: none
  const ImageResult* results = nullptr;  // of the images
  const SgdNumbers* sgd = nullptr;       // of every step of this run
  StepResult* step_results = nullptr;    // likewise
  TrainState* state = nullptr;
  RowsWork work = RowsWork::prepare;
  std::uint32_t batch_norm = 0;  // statistics: the step of the program
  std::uint32_t count = 0;       // images of this step
  std::uint32_t step = 0;        // of this run: an index into sgd and step_results
};

}  // namespace lentil::cuda
