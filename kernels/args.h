// The arguments of every kernel: plain structs, outputs first, shared by all devices.
// One image's tensors are [C][H][W], row-major float32; weights lie as PyTorch stores them (OIHW, [out][in]).
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/host_device.h"

namespace lentil::kernels {

// What lies side by side to be computed together is filled up to whole vectors: of so many lanes whatever the
// processor, for plans are the same everywhere.
inline constexpr std::int32_t kPackedLanes = 16;
LENTIL_HD constexpr std::int32_t in_lanes(std::int32_t values) {
  return (values + kPackedLanes - 1) / kPackedLanes * kPackedLanes;
}

// Element-wise functions of one tensor whose derivative can be told from their output.
enum class Activation : std::uint8_t { none, relu, sigmoid, tanh, leaky_relu, elu };

// A window that slides over one plane. Index of an element inside it: row * width + column.
struct Window {
  std::int32_t height = 1, width = 1;
  std::int32_t stride_height = 1, stride_width = 1;
  std::int32_t top = 0, left = 0;  // padding before the first row and column
  std::int32_t dilation_height = 1, dilation_width = 1;
};

LENTIL_HD constexpr bool windows_overlap(const Window& w) {
  return w.stride_height <= (w.height - 1) * w.dilation_height ||
         w.stride_width <= (w.width - 1) * w.dilation_width;
}

// The common pool: windows of 2x2 side by side.
LENTIL_HD constexpr bool is_halving(const Window& w) {
  return w.height == 2 && w.width == 2 && w.stride_height == 2 && w.stride_width == 2 && w.top == 0 &&
         w.left == 0 && w.dilation_height == 1 && w.dilation_width == 1;
}

struct Plane {
  std::int32_t height = 1, width = 1;
};

// Where in its window each pooled value was found: `bits` (2, 4 or 8) per value, planes start at a byte.
struct ArgMax {
  std::uint8_t* data = nullptr;  // null: not wanted
  std::int32_t bits = 2;
};
LENTIL_HD constexpr std::size_t argmax_plane_bytes(std::size_t values, std::int32_t bits) {
  return (values * static_cast<std::size_t>(bits) + 7) / 8;
}

// A convolution with the max-pool on top of it (window 1x1: none). Sizes of one image.
struct ConvShape {
  std::int32_t in_channels = 1, out_channels = 1, groups = 1;
  Plane in, map, out;  // input; the convolution's map; after pooling
  Window kernel, pool;
  bool pooled = false;
};

// Whether the map is computed row by row, from weights as the file has them: stride 1, no pool but the common
// one, and more than one row that fills a vector.
LENTIL_HD constexpr bool in_rows(const ConvShape& s) {
  const bool halves =
      is_halving(s.pool) && 2 * s.out.height <= s.map.height && 2 * s.out.width <= s.map.width;
  const std::int32_t width = s.pooled ? 2 * s.out.width : s.map.width;
  return s.kernel.stride_height == 1 && s.kernel.stride_width == 1 && (halves || !s.pooled) && width >= 8 &&
         s.map.height >= 2;
}

// y = pool(conv(x)) * factor, then max(0, .) when `relu`. Unpooled values never reach memory.
struct Conv2dForward {
  float* y;       // [out_channels][out]
  ArgMax argmax;  // with a pool only
  const float* x;
  const float* weight;
  const float* bias;    // null: none
  const float* factor;  // one per output channel; null: none. 0 skips the channel
  ConvShape shape;
  bool relu;
  bool packed;                                       // weight[tap][out_channels], see cpu/conv2d_packed.cpp
  std::int32_t channel_begin, channel_end;           // output channels of this call
  std::int32_t row_begin = 0, row_end = 0x7fffffff;  // and rows of `out`, as far as there are; packed: all
};
LENTIL_HD constexpr std::int32_t end_of_rows(const Conv2dForward& a) {
  return a.row_end < a.shape.out.height ? a.row_end : a.shape.out.height;
}

// One term of a convolution's backward pass: the gradient of the map at (row, column), not zero.
struct ConvEvent {
  std::int16_t row, column;
  float gradient;
};

// Lists the events of one plane in (row, column) order.
struct ConvEvents {
  ConvEvent* events;           // room for every position that can be non-zero, and one more
  float* map;                  // [map], scratch; only for pool windows that overlap
  const float* dy;             // [out]
  const std::uint8_t* argmax;  // of this plane; null when not pooled
  std::int32_t argmax_bits;
  Plane map_size, out;
  Window pool;
};

// dx += W^T d, for the events of one output channel.
struct Conv2dBackwardInput {
  float* dx;            // planes of input channels [channel_begin, channel_end)
  const float* weight;  // of this output channel
  const ConvEvent* events;
  std::int32_t event_count;
  ConvShape shape;
  std::int32_t channel_begin, channel_end;  // counted inside the group
};

// dW of one output channel and one image, as one chain from +0; `accumulate` adds it to what is there.
struct Conv2dBackwardWeight {
  float* dweight;  // [channel_end - channel_begin][kernel]
  const float* x;  // plane of channel_begin
  const ConvEvent* events;
  std::int32_t event_count;
  ConvShape shape;
  std::int32_t channel_begin, channel_end;  // counted inside the group
  bool accumulate;
};

// The same with the input channels of one group side by side: [position][padded_channels()], zeros behind the
// last channel.
LENTIL_HD constexpr std::int32_t padded_channels(const ConvShape& s) {
  return in_lanes(s.in_channels / s.groups);
}
struct Conv2dBackwardInputWide {
  float* dx;            // [in][channels], added to
  const float* weight;  // of this output channel, [kernel][channels]
  const ConvEvent* events;
  std::int32_t event_count;
  ConvShape shape;
};
struct Conv2dBackwardWeightWide {
  float* dweight;  // of this output channel, [kernel][channels]
  const float* x;  // [in][channels]
  const ConvEvent* events;
  std::int32_t event_count;
  ConvShape shape;
  bool accumulate;
};
// From [channels][count] to [count][padded], zeros behind the last channel, or back.
struct Interleave {
  float* to;
  const float* from;
  std::int32_t channels, count, padded;
};

// The windows of one plane. Padding is never chosen.
struct MaxPoolForward {
  float* y;
  ArgMax argmax;
  const float* x;
  Plane in, out;
  Window window;
};
struct MaxPoolBackward {
  float* dx;  // set whole, zeros included
  const float* dy;
  const std::uint8_t* argmax;
  std::int32_t argmax_bits;
  Plane in, out;
  Window window;
};

// The mean of each window of one plane: the sum of the elements inside it, divided by their number and that
// of the padding elements that count.
struct AvgPoolWindows {
  Plane in, out;
  Window window;
  std::int32_t count_top = 0, count_left = 0, count_bottom = 0, count_right = 0;  // padding that counts
};
struct AvgPoolForward {
  float* y;
  const float* x;
  AvgPoolWindows windows;
};
struct AvgPoolBackward {
  float* dx;  // set whole, zeros included
  const float* dy;
  AvgPoolWindows windows;
};

// y = W x + b, one image; weights [out][in], or [in][in_lanes(out)] if packed.
struct LinearForward {
  float* y;
  const float* x;
  const float* weight;
  const float* bias;  // null: none
  std::int32_t inputs, outputs;
  bool packed;
};
// dx[begin, end) = W^T d, one image; weights [out][in].
struct LinearBackwardInput {
  float* dx;  // of input_begin
  const float* dy;
  const float* weight;
  std::int32_t inputs, outputs;
  std::int32_t input_begin, input_end;
};
// dw[begin, end) of one output: one chain over the images.
struct LinearBackwardWeight {
  float* dweight;   // of input_begin
  const float* dy;  // of this output; images are dy_stride apart
  const float* x;   // images are x_stride apart
  std::int32_t dy_stride, x_stride, images;
  std::int32_t input_begin, input_end;
  bool accumulate = false;  // the chain goes on from what is there, else from +0
};

// In place.
struct ActivationForward {
  float* y;
  std::int64_t count;
  Activation activation;
  float slope = 0;  // leaky_relu: of x <= 0; elu: alpha; not below 0, so that the output tells the sign
};
// d *= f'(.), told from the output y.
struct ActivationBackward {
  float* d;
  const float* y;
  std::int64_t count;
  Activation activation;
  float slope = 0;
};

// y = fma(x, scale, shift).
struct AffineForward {
  float* y;  // may be x
  const float* x;
  std::int64_t count;
  float scale, shift;
};

// Element by element; y may be a or b.
enum class Binary : std::uint8_t { add, sub, mul };
struct BinaryForward {
  float* y;
  const float* a;
  const float* b;
  std::int64_t count;
  Binary operation;
};

// What channel_sum adds up for each element x.
enum class ChannelTerm : std::uint8_t {
  value,       // x
  deviation,   // (x - mean)^2, one fma
  normalized,  // dy * ((x - mean) * inverse), one fma
  negative,    // dy * x, one fma, where x <= 0
};
// A sum over one channel of all images: per image one chain from +0 over the elements in order, then the
// images in order, starting from image 0's value.
struct ChannelSum {
  const float* x;   // of the first image; images are `stride` apart
  const float* dy;  // normalized, negative
  std::int64_t stride, count;
  std::int32_t images;
  ChannelTerm term;
  float mean = 0, inverse = 0;
  const float* before = nullptr;  // the sum of earlier images, to which these are added; null: none
};

// Batch-norm with the batch's own statistics: y = fma((x - mean) * inverse, weight, bias).
struct NormalizeForward {
  float* y;
  const float* x;
  std::int64_t count;
  float mean, inverse, weight, bias;
};
// dx = scale * fma(-(x - mean) * inverse, mean_product, dy - mean_dy): mean_dy and mean_product are the means
// of dy and of dy times the normalised x.
struct NormalizeBackward {
  float* dx;
  const float* dy;
  const float* x;
  std::int64_t count;
  float mean, inverse, scale, mean_dy, mean_product;
};

// Softmax or log-softmax of one image's values; y may be x.
struct SoftmaxForward {
  float* y;
  const float* x;
  std::int32_t count;
  bool log;
};
struct SoftmaxBackward {
  float* dx;  // may be dy
  const float* dy;
  const float* y;
  std::int32_t count;
  bool log;
};
// The loss of one image from its logits, and d = (softmax(x) - target) * scale. d may be x. The target is
// 1 - smoothing at the label, and smoothing / count everywhere.
struct CrossEntropy {
  float* d;
  const float* x;
  std::int32_t count, label;
  float scale, smoothing;
};

// v = momentum * v + (g + weight_decay * w); w -= rate * v.
struct SgdUpdate {
  float* weight;
  float* velocity;  // null: plain SGD, the velocity is the gradient
  const float* gradient;
  std::int64_t count;
  float rate, momentum, weight_decay;
  bool nesterov;
};

// y = fma(pixel, scale, shift).
struct PixelsForward {
  float* y;
  const std::uint8_t* pixels;
  std::int64_t count;
  float scale, shift;
};

// The normalisation (p * scale - shift) moved into the weights of one output channel (docs/numerics.md 4).
struct FoldForward {
  float* weight;  // of this output channel, [channels][taps]
  float* bias;
  const float* from_weight;
  float from_bias;
  const float* scale;  // one per input channel
  const float* shift;
  std::int32_t channels, taps;
};
// dw = fma(-shift, db, scale * dw): the gradient of the weights in the file, in place.
struct FoldBackward {
  float* dweight;
  float dbias;
  const float* scale;
  const float* shift;
  std::int32_t channels, taps;
};

}  // namespace lentil::kernels
