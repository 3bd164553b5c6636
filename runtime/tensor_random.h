// Random tensors with the same bits on every machine: Philox under RandomUse::tensor (kernels/philox.h).
#pragma once
#include <cstdint>

#include "runtime/tensor_view.h"

namespace lentil {

// Element i (row-major) is u(i), the stream's i-th uniform number in [0, 1), a multiple of 2^-24. Streams
// keep tensors of one seed apart.
void rand(const TensorView<float>& t, std::uint64_t seed, std::uint32_t stream = 0);

// Normal, mean 0 and variance 1: element i is sqrt(-2 log(1 - u(2i))) * cos(pi u(2i + 1)) by the functions of
// kernels/math.h. (Box and Muller; half a turn gives the same cosines as a whole one.) |z| < 5.77.
void randn(const TensorView<float>& t, std::uint64_t seed, std::uint32_t stream = 0);

}  // namespace lentil
