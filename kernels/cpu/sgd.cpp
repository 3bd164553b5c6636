// g = fma(wd, w, g); v = fma(momentum, v, g), subnormal v becomes 0; w = fma(-rate, v, w).
// Nesterov: w = fma(-rate, fma(momentum, v, g), w).
#include "kernels/cpu/table.h"
#include "kernels/cpu/vec.h"

namespace lentil::kernels::LENTIL_ISA {
namespace {

// Velocities that decay towards zero would end as subnormal numbers, which many processors handle slowly.
LENTIL_HD Vec without_subnormals(Vec v) {
  const Vec least = broadcast(0x1p-126f);
  return select((v >= least) | (v <= -least), v, Vec{});
}

}  // namespace

void sgd_update(const SgdUpdate& a) {
  const Vec rate = broadcast(-a.rate);
  const Vec momentum = broadcast(a.momentum);
  for (std::int64_t i = 0; i < a.count; i += kLanes) {
    const std::int32_t n = a.count - i < kLanes ? static_cast<std::int32_t>(a.count - i) : kLanes;
    const Vec w = load_n(a.weight + i, n);
    const Vec g = fma(broadcast(a.weight_decay), w, load_n(a.gradient + i, n));
    const Vec before = a.velocity == nullptr ? Vec{} : load_n(a.velocity + i, n);
    const Vec v = without_subnormals(fma(momentum, before, g));
    if (a.velocity != nullptr) store_n(a.velocity + i, v, n);
    store_n(a.weight + i, fma(rate, a.nesterov ? fma(momentum, v, g) : v, w), n);
  }
}

}  // namespace lentil::kernels::LENTIL_ISA
