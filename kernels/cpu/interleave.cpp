// From [channels][count] to [count][padded] and back: squares of 4x4 values are turned in registers, the
// borders are copied one by one.
#include "kernels/cpu/table.h"
#include "kernels/cpu/vec.h"

namespace lentil::kernels::LENTIL_ISA {
namespace {

constexpr std::int32_t kSide = 4;
struct Square {
  Vector<4> rows[kSide];
};

LENTIL_HD Square turned(const Square& s) {
  const Vector<4> a = __builtin_shufflevector(s.rows[0], s.rows[1], 0, 4, 1, 5);
  const Vector<4> b = __builtin_shufflevector(s.rows[2], s.rows[3], 0, 4, 1, 5);
  const Vector<4> c = __builtin_shufflevector(s.rows[0], s.rows[1], 2, 6, 3, 7);
  const Vector<4> d = __builtin_shufflevector(s.rows[2], s.rows[3], 2, 6, 3, 7);
  return {{__builtin_shufflevector(a, b, 0, 1, 4, 5), __builtin_shufflevector(a, b, 2, 3, 6, 7),
           __builtin_shufflevector(c, d, 0, 1, 4, 5), __builtin_shufflevector(c, d, 2, 3, 6, 7)}};
}

// Rows beyond `rows` are zero, or not written.
LENTIL_HD Square load_square(const float* from, std::ptrdiff_t stride, std::int32_t rows) {
  Square s{};
  for (std::int32_t i = 0; i < kSide && i < rows; ++i) s.rows[i] = load_lanes<4>(from + i * stride);
  return s;
}
LENTIL_HD void store_square(float* to, std::ptrdiff_t stride, const Square& s, std::int32_t rows) {
  for (std::int32_t i = 0; i < kSide && i < rows; ++i)
    __builtin_memcpy(to + i * stride, &s.rows[i], sizeof(s.rows[i]));
}

}  // namespace

void interleave(const Interleave& a) {
  const std::int32_t squares = a.count / kSide * kSide, columns = a.padded / kSide * kSide;
  for (std::int32_t i = 0; i < squares; i += kSide) {
    float* to = a.to + static_cast<std::ptrdiff_t>(i) * a.padded;
    for (std::int32_t c = 0; c < columns; c += kSide) {
      const float* from = a.from + static_cast<std::ptrdiff_t>(c) * a.count + i;
      store_square(to + c, a.padded, turned(load_square(from, a.count, a.channels - c)), kSide);
    }
  }
  for (std::int32_t i = 0; i < a.count; ++i) {
    float* to = a.to + static_cast<std::ptrdiff_t>(i) * a.padded;
    for (std::int32_t c = i < squares ? columns : 0; c < a.padded; ++c)
      to[c] = c < a.channels ? a.from[static_cast<std::ptrdiff_t>(c) * a.count + i] : 0.0f;
  }
}

void deinterleave(const Interleave& a) {
  const std::int32_t squares = a.count / kSide * kSide, columns = a.padded / kSide * kSide;
  for (std::int32_t c = 0; c < columns && c < a.channels; c += kSide) {
    float* to = a.to + static_cast<std::ptrdiff_t>(c) * a.count;
    for (std::int32_t i = 0; i < squares; i += kSide) {
      const float* from = a.from + static_cast<std::ptrdiff_t>(i) * a.padded + c;
      store_square(to + i, a.count, turned(load_square(from, a.padded, kSide)), a.channels - c);
    }
  }
  for (std::int32_t c = 0; c < a.channels; ++c) {
    float* to = a.to + static_cast<std::ptrdiff_t>(c) * a.count;
    for (std::int32_t i = c < columns ? squares : 0; i < a.count; ++i)
      to[i] = a.from[static_cast<std::ptrdiff_t>(i) * a.padded + c];
  }
}

}  // namespace lentil::kernels::LENTIL_ISA
