// Which instruction sets are compiled in, and which of them this processor runs.
#include <array>
#include <cstdlib>

#include "kernels/device.h"

namespace lentil::kernels {

namespace baseline {
extern const KernelTable kTable;
}
namespace avx2 {
extern const KernelTable kTable;
}
namespace avx512 {
extern const KernelTable kTable;
}
namespace neon {
extern const KernelTable kTable;
}

std::span<const Isa> isas() {
#if defined(__x86_64__)
  static const std::array<Isa, 3> list{{
      {"avx512", &avx512::kTable,
       __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq")},
      {"avx2", &avx2::kTable, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")},
      {"baseline", &baseline::kTable, true},
  }};
#elif defined(__aarch64__)
  static const std::array<Isa, 1> list{{{"neon", &neon::kTable, true}}};
#else
  static const std::array<Isa, 1> list{{{"baseline", &baseline::kTable, true}}};
#endif
  return list;
}

CpuKernels cpu(std::string_view isa) {
  for (const Isa& candidate : isas()) {
    if (isa.empty() && candidate.supported) return {candidate.table, IsaChoice::ok, isa};
    if (isa == candidate.name) {
      if (!candidate.supported) return {nullptr, IsaChoice::unsupported, isa};
      return {candidate.table, IsaChoice::ok, isa};
    }
  }
  return {nullptr, IsaChoice::unknown, isa};
}

CpuKernels cpu() {
  const char* requested = std::getenv("LENTIL_ISA");
  return cpu(requested == nullptr ? std::string_view{} : std::string_view{requested});
}

}  // namespace lentil::kernels
