#include "kernels/cpu/table.h"

#include "kernels/cpu/vec.h"
#include "kernels/device.h"

namespace lentil::kernels::LENTIL_ISA {

extern const KernelTable kTable;
const KernelTable kTable{
    .isa = LENTIL_TEXT(LENTIL_ISA),
    .has_fma = kHasFma,
    .packed = true,
    .conv2d_forward = conv2d_forward,
    .conv2d_events = conv2d_events,
    .conv2d_backward_input = conv2d_backward_input,
    .conv2d_backward_weight = conv2d_backward_weight,
    .conv2d_backward_input_wide = conv2d_backward_input_wide,
    .conv2d_backward_weight_wide = conv2d_backward_weight_wide,
    .interleave = interleave,
    .deinterleave = deinterleave,
    .max_pool_forward = max_pool_forward,
    .max_pool_backward = max_pool_backward,
    .avg_pool_forward = avg_pool_forward,
    .avg_pool_backward = avg_pool_backward,
    .linear_forward = linear_forward,
    .linear_backward_input = linear_backward_input,
    .linear_backward_weight = linear_backward_weight,
    .activation_forward = activation_forward,
    .activation_backward = activation_backward,
    .affine_forward = affine_forward,
    .binary_forward = binary_forward,
    .channel_sum = channel_sum,
    .normalize_forward = normalize_forward,
    .normalize_backward = normalize_backward,
    .softmax_forward = softmax_forward,
    .softmax_backward = softmax_backward,
    .cross_entropy = cross_entropy,
    .sgd_update = sgd_update,
    .pixels_forward = pixels_forward,
    .fold_forward = fold_forward,
    .fold_backward = fold_backward,
    .fma_chains = fma_chains,
};

}  // namespace lentil::kernels::LENTIL_ISA
