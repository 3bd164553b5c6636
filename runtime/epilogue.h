// What a step applies to its values after its own arithmetic: dropout and an activation. Their derivatives
// need only the values that came out.
#pragma once
#include "runtime/op.h"

namespace lentil {

// y = activation(y), then the fused Dropout, for one image. (A convolution drops channels in its kernel.)
void apply_epilogue(const OpContext& ctx, std::uint32_t image);

// d *= factor * f'(y) for elements [first, first + count) of one image that `step` has put out.
void apply_epilogue_gradient(const OpContext& ctx, const Step& step, const float* y, float* d,
                             std::uint32_t image, std::size_t first, std::size_t count);

// Multiplies elements [first, first + count) of one image by the factors of step.dropout (a layer).
void apply_dropout(const OpContext& ctx, const Step& step, float* values, std::uint32_t image,
                   std::size_t first, std::size_t count);

// Factor of each output channel of a Dropout2d layer for one image.
void channel_factors(const OpContext& ctx, std::uint16_t dropout_layer, std::uint32_t image, float* factors,
                     std::uint32_t channels);

}  // namespace lentil
