// Prints the contract's hashes from bare metal; the training of large batches is left to faster machines.
#include <algorithm>
#include <array>

#include "examples/cortex-m/semihosting.h"
#include "tests/contract/contract_hashes.h"

namespace {

using namespace lentil;

alignas(64) std::array<std::byte, std::max(contract::kKernelMemory, contract::kSmallTrainingMemory)> memory;

void print(void*, const char* topic, const char* name, std::uint64_t value) {
  std::array<char, 18> digits{};
  for (std::size_t i = 0; i < 16; ++i) digits[i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
  digits[16] = '\n';
  semihosting::write(topic);
  semihosting::write(".");
  semihosting::write(name);
  semihosting::write(" ");
  semihosting::write(digits.data());
}

}  // namespace

int main() {
  const kernels::KernelTable& table = *kernels::isas().back().table;
  const contract::Report report{.line = print};
  contract::kernel_hashes(table, memory, report);
  contract::plan_sizes(memory, report);
  contract::prepare_hashes(memory, report);
  contract::small_training_hashes(table, memory, report);
  contract::graph_training_hashes(table, memory, report);
  return 0;
}
