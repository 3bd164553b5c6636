// sum = fma(value, value, sum) in as many chains as registers hold: nothing waits for memory or for another
// chain, so this is the most that any kernel could do.
#include "kernels/cpu/table.h"
#include "kernels/cpu/vec.h"

namespace lentil::kernels::LENTIL_ISA {

std::int64_t fma_chains(std::int64_t rounds, float* value) {
  const Vec factor = broadcast(*value);
  Vec sums[kSumRegisters];
#pragma GCC unroll 24
  for (std::int32_t i = 0; i < kSumRegisters; ++i) {
    sums[i] = broadcast(static_cast<float>(i));  // equal chains would become one
  }
  for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 24
    for (Vec& sum : sums) sum = fma(factor, factor, sum);
  }
  *value = 0;
  for (const Vec& sum : sums) {
    for (std::int32_t lane = 0; lane < kLanes; ++lane) *value += sum[lane];
  }
  return rounds * kSumRegisters * kLanes;
}

}  // namespace lentil::kernels::LENTIL_ISA
