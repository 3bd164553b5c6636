// The contract's own elementary functions: sequences of IEEE operations, hence the same bits everywhere.
// Each is within 2 ulp of the exact value on all of float32 (tests/kernels/math_test.cpp).
#pragma once
#include <cstdint>

#include "kernels/host_device.h"

namespace lentil::kernels {

LENTIL_HD std::uint32_t float_bits(float x) { return __builtin_bit_cast(std::uint32_t, x); }
LENTIL_HD float bits_float(std::uint32_t b) { return __builtin_bit_cast(float, b); }
LENTIL_HD float sqrt(float x) { return __builtin_sqrtf(x); }  // IEEE: correctly rounded
// 2^n for n in [-126, 127].
LENTIL_HD float power_of_two(std::int32_t n) { return bits_float(static_cast<std::uint32_t>(n + 127) << 23); }

// e^x = 2^n e^r with |r| <= ln(2)/2. Polynomial of e^r - 1: Cephes expf (Moshier).
struct ReducedExp {
  std::int32_t n;
  float minus_one;  // e^r - 1
};
LENTIL_HD ReducedExp reduced_exp(float x) {
  const float n = fma(x, 1.44269504f, 12582912.0f) - 12582912.0f;  // 1.5 * 2^23: rounds to an integer
  const float r = fma(n, 2.12194440e-4f, fma(n, -0.693359375f, x));
  float p = 1.9875691500e-4f;
  p = fma(p, r, 1.3981999507e-3f);
  p = fma(p, r, 8.3334519073e-3f);
  p = fma(p, r, 4.1665795894e-2f);
  p = fma(p, r, 1.6666665459e-1f);
  p = fma(p, r, 5.0000001201e-1f);
  return {static_cast<std::int32_t>(n), fma(p, r * r, r)};
}

LENTIL_HD float exp(float x) {
  if (!(x <= 88.72283f)) return x * __builtin_inff();  // overflow, and NaN stays NaN
  if (x < -103.972084f) return 0.0f;
  const ReducedExp e = reduced_exp(x);
  const std::int32_t half = e.n / 2;  // two factors: 2^n alone would overflow or be subnormal
  return (e.minus_one + 1.0f) * power_of_two(half) * power_of_two(e.n - half);
}

// e^x - 1 for x <= 0, without the cancellation near zero.
LENTIL_HD float exp_minus_one(float x) {
  if (!(x >= -30.0f)) return x < 0 ? -1.0f : x;  // the last case is NaN
  const ReducedExp e = reduced_exp(x);
  const float power = power_of_two(e.n);
  return fma(power, e.minus_one, power - 1.0f);
}

// x = 2^k (1 + f) with sqrt(1/2) < 1 + f <= sqrt(2); log(1 + f) by s = f / (2 + f). Method and
// coefficients: FreeBSD msun e_logf.c (Sun Microsystems).
LENTIL_HD float log(float x) {
  if (!(x > 0)) return x == 0 ? -__builtin_inff() : __builtin_nanf("");
  if (x > 3.40282347e38f) return x;
  std::int32_t k = 0;
  if (x < 1.17549435e-38f) {
    x *= 8388608.0f;
    k = -23;
  }
  const std::uint32_t bits = float_bits(x) + (0x3f800000u - 0x3f3504f3u);
  k += static_cast<std::int32_t>(bits >> 23) - 127;
  const float f = bits_float((bits & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
  const float s = f / (2.0f + f);
  const float z = s * s;
  const float w = z * z;
  const float even = w * fma(w, 0.24279078841f, 0.40000972152f);
  const float odd = z * fma(w, 0.28498786688f, 0.66666662693f);
  const float half_square = 0.5f * f * f;
  const auto dk = static_cast<float>(k);
  const float tail = fma(s, half_square + (even + odd), dk * 9.0580006145e-6f);
  return fma(dk, 6.9313812256e-1f, f - (half_square - tail));
}

// 1 / (1 + e^-x), written so that e^-|x| never overflows; one correction step takes back the rounding of
// the sum and of the quotient (without it the error reaches 2.3 ulp).
LENTIL_HD float sigmoid(float x) {
  const float e = exp(x < 0 ? x : -x);
  const float top = x < 0 ? e : 1.0f;
  const float sum = 1.0f + e;
  const float lost = e - (sum - 1.0f);
  const float q = top / sum;
  const float rest = fma(-q, lost, fma(-q, sum, top));
  return fma(rest, x < 0 ? 1.0f - q : q, q);
}

// Near zero a polynomial (Cephes tanhf), else 1 - 2 / (e^2|x| + 1).
LENTIL_HD float tanh(float x) {
  const float a = x < 0 ? -x : x;
  if (a < 0.625f) {
    const float z = x * x;
    float p = -5.70498872745e-3f;
    p = fma(p, z, 2.06390887954e-2f);
    p = fma(p, z, -5.37397155531e-2f);
    p = fma(p, z, 1.33314422036e-1f);
    p = fma(p, z, -3.33332819422e-1f);
    return fma(p * z, x, x);
  }
  const float t = a > 9.02f ? 1.0f : 1.0f - 2.0f / (exp(a + a) + 1.0f);
  return x < 0 ? -t : (x > 0 ? t : x);  // the last case is NaN
}

// cos(pi x) for x in [0, 1]. The reduction is exact: the cosine up to 1/4 and from 3/4 on, the sine of x -
// 1/2 between them. Taylor series, whose remainders are below 2^-28 there.
LENTIL_HD float cos_pi(float x) {
  const float end = x > 0.5f ? 1.0f - x : x;
  if (end <= 0.25f) {
    const float z = end * end;
    float p = -2.58068913e-2f;
    p = fma(p, z, 2.35330630e-1f);
    p = fma(p, z, -1.33526277f);
    p = fma(p, z, 4.05871213f);
    p = fma(p, z, -4.93480220f);
    const float y = fma(p, z, 1.0f);
    return x > 0.5f ? -y : y;
  }
  const float from_middle = 0.5f - x;
  const float z = from_middle * from_middle;
  float p = 8.21458866e-2f;
  p = fma(p, z, -5.99264529e-1f);
  p = fma(p, z, 2.55016404f);
  p = fma(p, z, -5.16771278f);
  p = fma(p, z, -8.74227801e-8f);  // pi rounded to float32 is too large by this
  return fma(from_middle, 3.14159274f, from_middle * p);
}

}  // namespace lentil::kernels
