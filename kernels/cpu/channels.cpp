// Sums over a channel of the whole batch, and batch-norm with the batch's own statistics.
#include "kernels/cpu/table.h"
#include "kernels/cpu/vec.h"

namespace lentil::kernels::LENTIL_ISA {
namespace {

constexpr std::int32_t kChains = 8;  // images at a time: one chain alone would wait for itself

LENTIL_HD float add_term(const ChannelSum& a, ChannelTerm term, std::int64_t at, float sum) {
  const float x = a.x[at];
  switch (term) {
    case ChannelTerm::value:
      return sum + x;
    case ChannelTerm::deviation:
      return kernels::fma(x - a.mean, x - a.mean, sum);
    case ChannelTerm::normalized:
      return kernels::fma(a.dy[at], (x - a.mean) * a.inverse, sum);
    case ChannelTerm::negative:
      return x > 0 ? sum : kernels::fma(a.dy[at], x, sum);
  }
  return sum;
}

template <ChannelTerm Term, std::int32_t N>
LENTIL_HD void add_images(const ChannelSum& a, std::int32_t first, float& total) {
  float sum[N] = {};
  for (std::int64_t i = 0; i < a.count; ++i) {
#pragma GCC unroll 8
    for (std::int32_t k = 0; k < N; ++k) sum[k] = add_term(a, Term, (first + k) * a.stride + i, sum[k]);
  }
  for (std::int32_t k = 0; k < N; ++k) {
    total = first + k == 0 && a.before == nullptr ? sum[k] : total + sum[k];
  }
}

template <ChannelTerm Term>
LENTIL_HD float sum_of(const ChannelSum& a) {
  float total = a.before == nullptr ? 0.0f : *a.before;
  std::int32_t image = 0;
  for (; image + kChains <= a.images; image += kChains) add_images<Term, kChains>(a, image, total);
  for (; image < a.images; ++image) add_images<Term, 1>(a, image, total);
  return total;
}

}  // namespace

float channel_sum(const ChannelSum& a) {
  switch (a.term) {
    case ChannelTerm::value:
      return sum_of<ChannelTerm::value>(a);
    case ChannelTerm::deviation:
      return sum_of<ChannelTerm::deviation>(a);
    case ChannelTerm::normalized:
      return sum_of<ChannelTerm::normalized>(a);
    case ChannelTerm::negative:
      return sum_of<ChannelTerm::negative>(a);
  }
  return 0;
}

void normalize_forward(const NormalizeForward& a) {
  for (std::int64_t i = 0; i < a.count; i += kLanes) {
    const std::int32_t n = a.count - i < kLanes ? static_cast<std::int32_t>(a.count - i) : kLanes;
    const Vec normalized = (load_n(a.x + i, n) - a.mean) * a.inverse;
    store_n(a.y + i, fma(normalized, broadcast(a.weight), broadcast(a.bias)), n);
  }
}

void normalize_backward(const NormalizeBackward& a) {
  for (std::int64_t i = 0; i < a.count; i += kLanes) {
    const std::int32_t n = a.count - i < kLanes ? static_cast<std::int32_t>(a.count - i) : kLanes;
    const Vec normalized = (load_n(a.x + i, n) - a.mean) * a.inverse;
    const Vec rest = load_n(a.dy + i, n) - a.mean_dy;
    store_n(a.dx + i, a.scale * fma(-normalized, broadcast(a.mean_product), rest), n);
  }
}

}  // namespace lentil::kernels::LENTIL_ISA
