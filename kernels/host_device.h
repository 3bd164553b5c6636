// What the compiler at hand needs to be told: one of the three files with `#if` in them.
#pragma once
#include <cstdint>

// LENTIL_HD: a function for every side. LENTIL_DEVICE: one of the CUDA kernels (kernels/cuda/), which a host
// compiles to check them; ..._CALL: one whose code is too long to stand at every call. The first is always
// inlined, so that an object compiled for one ISA never lends its copy to code compiled for another; where
// small code is asked for (-Os) there is one ISA, and the compiler chooses.
#if defined(__CUDACC__)
#define LENTIL_HD __host__ __device__ __forceinline__ static
#define LENTIL_DEVICE __device__ __forceinline__
#define LENTIL_DEVICE_CALL __device__ __noinline__
#define LENTIL_ROLLED _Pragma("unroll 1")
#else
#if defined(__OPTIMIZE_SIZE__)
#define LENTIL_HD [[maybe_unused]] static inline
#else
#define LENTIL_HD [[maybe_unused]] static inline __attribute__((always_inline))
#endif
#define LENTIL_DEVICE inline
#define LENTIL_DEVICE_CALL inline
#define LENTIL_ROLLED
#endif

namespace lentil::kernels {

// Compiled for size: one way of doing a thing is enough.
#if defined(__OPTIMIZE_SIZE__)
constexpr bool kSmallCode = true;
#else
constexpr bool kSmallCode = false;
#endif

// a * b + c with one rounding, for targets without such an instruction. The product is exact in double
// (24 + 24 <= 53 bits); the sum is rounded to odd, so that rounding it once more to float32 is right
// (Boldo, Melquiond: "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to
// odd", IEEE TC 2008).
LENTIL_HD float soft_fma(float a, float b, float c) {
  const double product = static_cast<double>(a) * static_cast<double>(b);
  const double addend = static_cast<double>(c);
  double sum = product + addend;
  const double shift = sum - product;
  const double error = (product - (sum - shift)) + (addend - shift);
  auto bits = __builtin_bit_cast(std::uint64_t, sum);
  if ((error > 0 || error < 0) && (bits & 1) == 0) {
    bits = (error > 0) == (sum > 0) ? bits + 1 : bits - 1;
    sum = __builtin_bit_cast(double, bits);
  }
  return static_cast<float>(sum);
}

LENTIL_HD float fma(float a, float b, float c) {
#if defined(__CUDA_ARCH__)
  return __fmaf_rn(a, b, c);
#elif defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__aarch64__)
  return __builtin_fmaf(a, b, c);
#else
  return soft_fma(a, b, c);
#endif
}

}  // namespace lentil::kernels
