// lentil_contract [instruction set]: prints the contract's hashes, one "<topic>.<name> <hash>" a line.
#include <array>
#include <cstdio>

#include "tests/contract/contract_hashes.h"

namespace {

alignas(64) std::array<std::byte, lentil::contract::kBatchTrainingMemory> memory;

void print(void*, const char* topic, const char* name, std::uint64_t value) {
  std::printf("%s.%s %016llx\n", topic, name, static_cast<unsigned long long>(value));
}

}  // namespace

int main(int count, char** arguments) {
  using namespace lentil;
  const kernels::CpuKernels cpu = kernels::cpu(count > 1 ? arguments[1] : "");
  if (cpu.choice == kernels::IsaChoice::unsupported) {
    std::printf("skipped: this processor does not run %s\n", arguments[1]);
    return 77;
  }
  if (cpu.choice == kernels::IsaChoice::unknown) {
    std::fprintf(stderr, "lentil_contract: there is no instruction set %s\n", arguments[1]);
    return 2;
  }
  const contract::Report report{.line = print};
  contract::kernel_hashes(*cpu.table, memory, report);
  contract::plan_sizes(memory, report);
  contract::prepare_hashes(memory, report);
  contract::small_training_hashes(*cpu.table, memory, report);
  contract::graph_training_hashes(*cpu.table, memory, report);
  contract::batch_training_hashes(*cpu.table, memory, report);
  return 0;
}
