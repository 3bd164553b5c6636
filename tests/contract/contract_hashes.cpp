#include "tests/contract/contract_hashes.h"

#include "tests/contract/kernel_cases.h"

namespace lentil::contract {

void kernel_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report) {
  for (const auto group : {conv2d_hashes, pool_hashes, linear_hashes, elementwise_hashes, channel_hashes,
                           softmax_hashes, sgd_hashes}) {
    group(table, memory, report);
  }
}

}  // namespace lentil::contract
