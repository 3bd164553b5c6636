// The kernels' vocabulary: a vector of kLanes floats and the few verbs that they are written in.
// The only arithmetic file that knows instruction sets; everything else is written once.
#pragma once
#include <cstdint>

#include "kernels/host_device.h"

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace lentil::kernels::LENTIL_ISA {

#if defined(__AVX512F__)
inline constexpr std::int32_t kLanes = 16;
#elif defined(__AVX2__)
inline constexpr std::int32_t kLanes = 8;
#elif defined(__SSE2__) || defined(__aarch64__)
inline constexpr std::int32_t kLanes = 4;
#else
inline constexpr std::int32_t kLanes = 1;
#endif

using Vec __attribute__((vector_size(4 * kLanes), may_alias)) = float;
using Ints __attribute__((vector_size(4 * kLanes), may_alias)) = std::int32_t;
using UnalignedVec __attribute__((vector_size(4 * kLanes), may_alias, aligned(4))) = float;

// Vectors of L lanes, which are kLanes, or half as many for rows that would leave half a vector empty.
template <std::int32_t L>
struct VectorOf {
  using Type __attribute__((vector_size(4 * L))) = float;
  using Unaligned __attribute__((vector_size(4 * L), may_alias, aligned(4))) = float;
};
template <std::int32_t L>
using Vector = typename VectorOf<L>::Type;

template <std::int32_t L>
LENTIL_HD Vector<L> load_lanes(const float* p) {
  return *reinterpret_cast<const typename VectorOf<L>::Unaligned*>(p);
}
template <std::int32_t L>
LENTIL_HD Vector<L> broadcast_lanes(float x) {
  return x - Vector<L>{};
}

LENTIL_HD Vec load(const float* p) { return *reinterpret_cast<const UnalignedVec*>(p); }
LENTIL_HD void store(float* p, Vec v) { *reinterpret_cast<UnalignedVec*>(p) = v; }
// x - 0 and not 0 + x, which would have to turn -0 into +0.
LENTIL_HD Vec broadcast(float x) { return x - Vec{}; }
LENTIL_HD Ints broadcast(std::int32_t x) { return Ints{} + x; }

// Lane by lane, 0, 1, 2, ...
LENTIL_HD Ints lane_numbers() {
  Ints v{};
  for (std::int32_t lane = 0; lane < kLanes; ++lane) v[lane] = lane;
  return v;
}

// The first n lanes from memory, zeros in the rest; touches nothing behind them. 0 < n <= kLanes.
LENTIL_HD Vec load_n(const float* p, std::int32_t n) {
#if defined(__AVX512F__)
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1u), p);
#elif defined(__AVX2__)
  return _mm256_maskload_ps(p, reinterpret_cast<__m256i>(lane_numbers() < n));
#else
  Vec v{};
  for (std::int32_t lane = 0; lane < kLanes; ++lane) {
    if (lane < n) v[lane] = p[lane];
  }
  return v;
#endif
}

// Bit i says whether p[i] is not zero. 0 < n <= 64.
LENTIL_HD std::uint64_t nonzero_bits(const float* p, std::int32_t n) {
  std::uint64_t bits = 0;
#if defined(__AVX512F__)
  for (std::int32_t i = 0; i < n; i += kLanes) {
    const Vec v = load_n(p + i, n - i < kLanes ? n - i : kLanes);
    bits |= static_cast<std::uint64_t>(_mm512_cmp_ps_mask(v, _mm512_setzero_ps(), _CMP_NEQ_UQ)) << i;
  }
#elif defined(__AVX2__)
  for (std::int32_t i = 0; i < n; i += kLanes) {
    const Vec v = load_n(p + i, n - i < kLanes ? n - i : kLanes);
    const __m256 differs = _mm256_cmp_ps(v, _mm256_setzero_ps(), _CMP_NEQ_UQ);
    bits |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_ps(differs))) << i;
  }
#else
  // Not lanes of a Vec: GCC 12 at -O1 takes the comparison of one for that of all, whose true is -1.
  for (std::int32_t i = 0; i < n; ++i) bits |= static_cast<std::uint64_t>(p[i] != 0 ? 1 : 0) << i;
#endif
  return bits;
}

// body(i) for each i in [0, count) where p[i] is not zero, in order.
template <class Body>
LENTIL_HD void for_each_nonzero(const float* p, std::int32_t count, Body body) {
  for (std::int32_t first = 0; first < count; first += 64) {
    const std::int32_t n = count - first < 64 ? count - first : 64;
    for (std::uint64_t bits = nonzero_bits(p + first, n); bits != 0; bits &= bits - 1)
      body(first + __builtin_ctzll(bits));
  }
}

// Bit i says whether lane i of the mask is all ones.
LENTIL_HD std::uint32_t mask_bits(Ints mask) {
#if defined(__AVX512F__)
  return _mm512_movepi32_mask(reinterpret_cast<__m512i>(mask));
#elif defined(__AVX2__)
  return static_cast<std::uint32_t>(_mm256_movemask_ps(reinterpret_cast<__m256>(mask)));
#else
  std::uint32_t bits = 0;
  for (std::int32_t lane = 0; lane < kLanes; ++lane) bits |= (mask[lane] != 0 ? 1u : 0u) << lane;
  return bits;
#endif
}

// Whether store_pairs is a few instructions.
#if defined(__AVX512F__)
inline constexpr bool kCompresses = true;
#else
inline constexpr bool kCompresses = false;
#endif
// Pairs (low[lane], high[lane]) of 64 bits, one behind the other, for those of the first `count` lanes whose
// bit is set; returns how many. No branch depends on the bits.
LENTIL_HD std::int32_t store_pairs(void* to, Ints low, Vec high, std::uint32_t lanes, std::int32_t count) {
#if defined(__AVX512F__)
  const __m512i first_half = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const __m512i second_half = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const __m512i a = reinterpret_cast<__m512i>(low), b = reinterpret_cast<__m512i>(high);
  const auto store_half = [](std::uint64_t* half, __m512i pairs, std::uint32_t mask) {
    const std::int32_t n = __builtin_popcount(mask);
    _mm512_mask_storeu_epi64(half, static_cast<__mmask8>((1u << n) - 1u),
                             _mm512_maskz_compress_epi64(static_cast<__mmask8>(mask), pairs));
    return n;
  };
  auto* const pairs = static_cast<std::uint64_t*>(to);
  const std::int32_t n = store_half(pairs, _mm512_permutex2var_epi32(a, first_half, b), lanes & 0xff);
  if (count <= kLanes / 2) return n;
  return n + store_half(pairs + n, _mm512_permutex2var_epi32(a, second_half, b), lanes >> 8);
#else
  static_cast<void>(count);
  auto* at = static_cast<std::uint8_t*>(to);
  std::int32_t n = 0;
  for (; lanes != 0; lanes &= lanes - 1, ++n, at += 8) {
    const std::int32_t lane = __builtin_ctz(lanes);
    const std::int32_t first = low[lane];
    const float second = high[lane];
    __builtin_memcpy(at, &first, 4);
    __builtin_memcpy(at + 4, &second, 4);
  }
  return n;
#endif
}

LENTIL_HD bool any_nonzero(const float* p, std::int32_t count) {
  for (std::int32_t i = 0; i < count; i += 64) {
    if (nonzero_bits(p + i, count - i < 64 ? count - i : 64) != 0) return true;
  }
  return false;
}

// Pieces instead of a masked store where the latter is slow (AVX2 on AMD: microcode).
LENTIL_HD void store_n(float* p, Vec v, std::int32_t n) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1u), v);
#elif defined(__AVX2__)
  if (n == kLanes) return store(p, v);
  __m128 part = _mm256_castps256_ps128(v);
  if (n & 4) {
    _mm_storeu_ps(p, part);
    part = _mm256_extractf128_ps(v, 1);
    p += 4;
  }
  if (n & 2) {
    _mm_storel_pi(reinterpret_cast<__m64*>(p), part);
    part = _mm_movehl_ps(part, part);
    p += 2;
  }
  if (n & 1) _mm_store_ss(p, part);
#else
  for (std::int32_t lane = 0; lane < n; ++lane) p[lane] = v[lane];
#endif
}

// a * b + c with one rounding in every lane.
LENTIL_HD Vec fma(Vec a, Vec b, Vec c) {
#if defined(__AVX512F__)
  return _mm512_fmadd_ps(a, b, c);
#elif defined(__AVX2__)
  return _mm256_fmadd_ps(a, b, c);
#elif defined(__aarch64__)
  return vfmaq_f32(c, a, b);
#elif defined(__SSE2__)
  // soft_fma of host_device.h, lane by lane: see there for the proof.
  using Doubles __attribute__((vector_size(8 * kLanes))) = double;
  using Longs __attribute__((vector_size(8 * kLanes))) = std::int64_t;
  const Doubles product = __builtin_convertvector(a, Doubles) * __builtin_convertvector(b, Doubles);
  const Doubles addend = __builtin_convertvector(c, Doubles);
  const Doubles sum = product + addend;
  const Doubles shift = sum - product;
  const Doubles error = (product - (sum - shift)) + (addend - shift);
  const Longs bits = reinterpret_cast<Longs>(sum);
  const Longs even = (bits & 1) - 1;  // all ones where the last bit is 0
  const Longs inexact = (error > 0) | (error < 0);
  const Longs away = ~((error > 0) ^ (sum > 0));  // -1 up in magnitude, 0 down
  const Longs odd = bits + (inexact & even & -(2 * away + 1));
  return __builtin_convertvector(reinterpret_cast<Doubles>(odd), Vec);
#else
  for (std::int32_t lane = 0; lane < kLanes; ++lane) c[lane] = kernels::fma(a[lane], b[lane], c[lane]);
  return c;
#endif
}

#if defined(__AVX512F__)
LENTIL_HD Vector<8> fma(Vector<8> a, Vector<8> b, Vector<8> c) { return _mm256_fmadd_ps(a, b, c); }
#elif defined(__AVX2__)
LENTIL_HD Vector<4> fma(Vector<4> a, Vector<4> b, Vector<4> c) { return _mm_fmadd_ps(a, b, c); }
#endif
// The compiler would rather load a value again for every use; unaligned loads that cross a cache line are
// what a convolution then waits for.
template <std::int32_t L>
LENTIL_HD Vector<L> in_register(Vector<L> v) {
#if defined(__AVX512F__)
  asm("" : "+v"(v));
#elif defined(__AVX2__)
  asm("" : "+x"(v));
#elif defined(__aarch64__)
  asm("" : "+w"(v));
#endif
  return v;
}
// Registers that sums may fill, beside those of the taps and the inputs.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr std::int32_t kSumRegisters = 24;
#else
inline constexpr std::int32_t kSumRegisters = 12;
#endif

// Whether fma is one instruction. Where it is not, it takes the time, and saving loads gains nothing.
#if defined(__AVX512F__) || defined(__AVX2__) || defined(__aarch64__)
inline constexpr bool kHasFma = true;
#else
inline constexpr bool kHasFma = false;
#endif
#if defined(__AVX512F__) || defined(__AVX2__)
inline constexpr std::int32_t kHalfLanes = kLanes / 2;
#else
inline constexpr std::int32_t kHalfLanes = kLanes;
#endif

// p[lane] for the lanes with 0 <= first + lane < size, zero in the others; touches nothing else.
template <std::int32_t L>
LENTIL_HD Vector<L> load_inside(const float* p, std::int32_t first, std::int32_t size) {
  if (first >= 0 && first + L <= size) return load_lanes<L>(p);
#if defined(__AVX512F__)
  const std::int32_t begin = first < 0 ? (first < -L ? L : -first) : 0;
  const std::int32_t end = size - first < 0 ? 0 : size - first < L ? size - first : L;
  const std::uint32_t mask = ((1u << end) - 1u) & ~((1u << begin) - 1u);
  if constexpr (L == 16) {
    return _mm512_maskz_loadu_ps(static_cast<__mmask16>(mask), p);
  } else {
    return _mm256_maskz_loadu_ps(static_cast<__mmask8>(mask), p);
  }
#elif defined(__AVX2__)
  const Ints column = lane_numbers() + first;
  const __m256i mask = reinterpret_cast<__m256i>((column >= 0) & (column < size));
  if constexpr (L == 8) {
    return _mm256_maskload_ps(p, mask);
  } else {
    return _mm_maskload_ps(p, _mm256_castsi256_si128(mask));
  }
#else
  Vector<L> v{};
  for (std::int32_t lane = 0; lane < L; ++lane) {
    if (first + lane >= 0 && first + lane < size) v[lane] = p[lane];
  }
  return v;
#endif
}

// mask is all ones or all zeros in every lane, as comparisons make it.
LENTIL_HD Vec select(Ints mask, Vec yes, Vec no) {
  return reinterpret_cast<Vec>((mask & reinterpret_cast<Ints>(yes)) | (~mask & reinterpret_cast<Ints>(no)));
}
LENTIL_HD Ints select(Ints mask, Ints yes, Ints no) { return (mask & yes) | (~mask & no); }

// Lanes 0, 2, 4, ... of the 2 * kLanes values (a, b).
LENTIL_HD Vec even_lanes(Vec a, Vec b) {
#if defined(__AVX512F__)
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
#elif defined(__AVX2__)
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
#elif defined(__SSE2__) || defined(__aarch64__)
  return __builtin_shufflevector(a, b, 0, 2, 4, 6);
#else
  static_cast<void>(b);
  return a;
#endif
}

// p[lane * stride] for lanes in [begin, end), zero in the others; touches nothing else.
LENTIL_HD Vec load_strided(const float* p, std::int32_t stride, std::int32_t begin, std::int32_t end) {
  if (begin == 0 && stride == 1) return end == kLanes ? load(p) : load_n(p, end);
  if (begin == 0 && stride == 2 && kLanes > 1) {
    const std::int32_t n = 2 * end - 1;
    if (n <= kLanes) return even_lanes(load_n(p, n), Vec{});
    return even_lanes(load(p), load_n(p + kLanes, n - kLanes));
  }
  Vec v{};
  for (std::int32_t lane = begin; lane < end; ++lane) v[lane] = p[lane * stride];
  return v;
}

}  // namespace lentil::kernels::LENTIL_ISA
