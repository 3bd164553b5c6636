// The ops that exist. all_ops.cpp lists them.
#pragma once
#include "runtime/op.h"

namespace lentil {

extern const OpDef kConv2d, kLinear, kMaxPool2d, kRelu, kSigmoid, kTanh, kSoftmax, kLogSoftmax, kDropout,
    kDropout2d, kFlatten, kAvgPool2d, kGlobalAvgPool2d, kLeakyRelu, kPrelu, kElu, kBatchNorm1d, kBatchNorm2d,
    kReshape, kAdd, kSub, kMul, kConcat, kPixels;

// The same without what training needs, for programs that only run models; other ops have little or nothing
// of that.
namespace inference {
extern const OpDef kConv2d, kLinear, kMaxPool2d, kSoftmax, kLogSoftmax;
}

// (p / 255 - mean) / std = p * scale - shift, with these factors of one input channel.
float pixel_scale(const Model& model, std::uint32_t channel);
float pixel_shift(const Model& model, std::uint32_t channel);

// What an average pool does, be it of windows or of whole planes.
kernels::AvgPoolWindows average_windows(const Layer& layer, const Shape& in, const Shape& out);

// Batch-norm with the statistics in `layer`, for one channel: y = fma(x, scale, shift).
struct ChannelAffine {
  float scale, shift;
};
ChannelAffine fixed_batch_norm(const Layer& layer, std::uint32_t channel);

// Values of one channel of an image, as the kernels count them.
inline std::int64_t channel_values(const OpContext& ctx) {
  return static_cast<std::int64_t>(values_per_channel(ctx.layer, ctx.in));
}

// body(channel, first) for each of an image's `channels` channels: `first` is its first value.
template <class Body>
void for_each_channel(const Shape& shape, std::uint32_t channels, Body body) {
  const std::size_t plane = shape.count() / channels;
  for (std::uint32_t c = 0; c < channels; ++c) body(c, c * plane);
}

// What layers do that hand their values on: y = x, dx = dy.
void copy_forward(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker);
void copy_backward(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker);

// Outputs of ops that change nothing about the shape.
Result<Shape> same_shape(const Layer& layer, const Shape& in);

}  // namespace lentil
