// The ops that exist. all_ops.cpp lists them.
#pragma once
#include "runtime/op.h"

namespace lentil {

extern const OpDef kConv2d, kLinear, kMaxPool2d, kRelu, kSigmoid, kTanh, kSoftmax, kLogSoftmax, kDropout,
    kDropout2d, kFlatten, kPixels;

// (p / 255 - mean) / std = p * scale - shift, with these factors of one input channel.
float pixel_scale(const Model& model, std::uint32_t channel);
float pixel_shift(const Model& model, std::uint32_t channel);

// [rows][columns] to [columns][rows]: packed weights, in which neighbouring outputs lie side by side.
void transpose(const float* from, float* to, std::size_t rows, std::size_t columns);

// Outputs of ops that change nothing about the shape.
Result<Shape> same_shape(const Layer& layer, const Shape& in);

}  // namespace lentil
