// What the files of Conv2d share: geometry, where its weights and workspace lie, and the events of a channel.
#pragma once
#include <array>

#include "runtime/ops/ops.h"
#include "runtime/ops/window.h"

namespace lentil::conv2d {

inline std::int32_t i32(std::uint64_t value) { return static_cast<std::int32_t>(value); }

inline std::uint32_t group_inputs(const Layer& layer) { return layer.in_features / layer.groups; }
inline std::uint32_t group_outputs(const Layer& layer) { return layer.out_features / layer.groups; }
inline std::size_t taps(const Layer& layer) { return std::size_t{layer.kernel.height} * layer.kernel.width; }
// Rows of weights: one per output channel.
inline std::size_t row_size(const Layer& layer) { return group_inputs(layer) * taps(layer); }

// With the pool that is fused behind it, if `pooled`.
kernels::ConvShape conv_shape(const Layer& layer, const Layer& pool, bool pooled, const Shape& in,
                              const Shape& out);
kernels::ConvShape conv_shape(const OpContext& ctx);  // of a step that rolls: seen from the rows in memory

// Whether the weights in force are others than those of the file.
inline bool is_folded(const Step& step) { return step.has(kFolded) || step.batch_norm != kNoIndex; }

// Goal fast: the backward pass has the input channels of a group side by side, if there are enough of them.
inline bool is_wide(const Layer& layer, Goal goal) { return goal == Goal::fast && group_inputs(layer) >= 4; }

// Packed weights have output channels of one group side by side. They serve maps that are not computed row by
// row, but a few lanes of a vector are worse than neighbouring positions.
bool is_packed(const kernels::ConvShape& shape, Goal goal);

// Prepared floats, in order: the weights with batch-norm and the input normalisation in them and their biases
// (folded), a copy of the weights in force as [tap][output] (packed), one as [output][tap][padded channels]
// (wide), and the gradients of biases that there are none of: those of folded weights depend on them, and
// they have no other place while gradients are added up.
struct PreparedFloats {
  std::size_t packed = 0, wide = 0, bias_gradients = 0, count = 0;
  bool is_packed = false, is_wide = false, has_bias_gradients = false;
};
PreparedFloats prepared_of(const Layer& layer, const Step& step, const kernels::ConvShape& shape, Goal goal,
                           bool accumulate);
PreparedFloats prepared_of(const OpContext& ctx);

const float* weights(const OpContext& ctx);  // in force, as the file has them
const float* biases(const OpContext& ctx);   // null: none

// scale = 1 / (255 std), shift = mean / std: (p / 255 - mean) / std = p * scale - shift, per input channel.
struct FoldFactors {
  std::array<float, 4> scale, shift;
};
FoldFactors fold_factors(const OpContext& ctx, std::uint32_t output);

std::uint8_t* argmax_of(const OpContext& ctx, std::uint32_t image, std::uint32_t channel);

// Rows whose gradients are formed together by the wide backward pass: each image is laid out once for all of
// them.
inline constexpr std::uint32_t kRowsTogether = 32;

// Workspace of the backward pass, in order: events, map (pools that overlap), gradients of weights (a row, or
// kRowsTogether of them), one input plane (in place) or all planes of a group (wide).
struct Workspace {
  std::uint64_t map, gradients, planes, bytes;
};
Workspace workspace_of(const Layer& layer, const kernels::ConvShape& shape, bool in_place, bool wide);

// The backward pass of one (image, output channel): its events, and what is made of them.
class ChannelEvents {
 public:
  ChannelEvents(const OpContext& ctx, std::uint32_t worker);

  float* gradients() const { return reinterpret_cast<float*>(workspace_ + offsets_.gradients); }
  float* planes() const { return reinterpret_cast<float*>(workspace_ + offsets_.planes); }
  const kernels::ConvShape& shape() const { return shape_; }

  void list(std::uint32_t image, std::uint32_t channel);
  const kernels::ConvEvent* events() const { return reinterpret_cast<kernels::ConvEvent*>(workspace_); }
  std::int32_t count() const { return count_; }
  // Of the events' gradients: the image's share of db.
  float sum() const;
  // The first input channel of the output channel's group.
  std::uint32_t first_input() const {
    return channel_ / group_outputs(ctx_.layer) * group_inputs(ctx_.layer);
  }
  // Input channels [begin, end) are counted inside the group; dx is the plane of `begin`.
  void add_input_gradient(float* dx, std::uint32_t begin, std::uint32_t end) const;
  void weight_gradient(float* row, std::uint32_t begin, std::uint32_t end, bool accumulate) const;

 private:
  const OpContext& ctx_;
  kernels::ConvShape shape_;
  Workspace offsets_;
  std::byte* workspace_;
  std::uint32_t channel_ = 0, image_ = 0;
  std::int32_t count_ = 0;
};

// What a folded batch-norm makes of the gradients of the weights it has scaled.
void scale_gradient(const OpContext& ctx, std::uint32_t output, float* gradient, std::size_t count);
// The gradient of the weights in the file from that of the folded ones, then the update.
void update_row(const OpContext& ctx, std::uint32_t output, float* gradient, float bias_gradient);
// Where the gradient of a bias is formed.
float* bias_gradient_of(const OpContext& ctx, std::uint32_t output, float* workspace);

// conv2d_backward.cpp and conv2d_wide.cpp
void backward_input(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker);
void backward_weight(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker);
void backward_in_place(const OpContext& ctx);
void backward_input_wide(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker);
void backward_weight_wide(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker);

}  // namespace lentil::conv2d
