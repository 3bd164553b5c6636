// The kernels of the instruction set being compiled; table.cpp lists them.
#pragma once
#include "kernels/args.h"

#define LENTIL_TEXT_OF(x) #x
#define LENTIL_TEXT(x) LENTIL_TEXT_OF(x)

namespace lentil::kernels::LENTIL_ISA {

void conv2d_forward(const Conv2dForward&);
void conv2d_forward_unpacked(const Conv2dForward&);  // of which conv2d_forward is one half
std::int32_t conv2d_events(const ConvEvents&);
void conv2d_backward_input(const Conv2dBackwardInput&);
void conv2d_backward_weight(const Conv2dBackwardWeight&);
void conv2d_backward_input_wide(const Conv2dBackwardInputWide&);
void conv2d_backward_weight_wide(const Conv2dBackwardWeightWide&);
void interleave(const Interleave&);
void deinterleave(const Interleave&);
void max_pool_forward(const MaxPoolForward&);
void max_pool_backward(const MaxPoolBackward&);
void avg_pool_forward(const AvgPoolForward&);
void avg_pool_backward(const AvgPoolBackward&);
void linear_forward(const LinearForward&);
void linear_forward_unpacked(const LinearForward&);
void linear_backward_input(const LinearBackwardInput&);
void linear_backward_weight(const LinearBackwardWeight&);
void activation_forward(const ActivationForward&);
void activation_backward(const ActivationBackward&);
void affine_forward(const AffineForward&);
void binary_forward(const BinaryForward&);
float channel_sum(const ChannelSum&);
void normalize_forward(const NormalizeForward&);
void normalize_backward(const NormalizeBackward&);
void softmax_forward(const SoftmaxForward&);
void softmax_backward(const SoftmaxBackward&);
float cross_entropy(const CrossEntropy&);
void sgd_update(const SgdUpdate&);
void pixels_forward(const PixelsForward&);
void fold_forward(const FoldForward&);
void fold_backward(const FoldBackward&);
std::int64_t fma_chains(std::int64_t rounds, float* value);

}  // namespace lentil::kernels::LENTIL_ISA
