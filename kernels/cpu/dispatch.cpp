// Which instruction sets are compiled in, and which of them this processor runs.
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

namespace {

#if defined(__x86_64__)
bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq");
}
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#endif
bool always() { return true; }

// Constant: nothing is computed at the first use, and nothing is kept.
constexpr Isa kIsas[] = {
#if defined(__x86_64__)
    {"avx512", &avx512::kTable, has_avx512},
    {"avx2", &avx2::kTable, has_avx2},
    {"baseline", &baseline::kTable, always},
#elif defined(__aarch64__)
    {"neon", &neon::kTable, always},
#else
    {"baseline", &baseline::kTable, always},
#endif
};

}  // namespace

std::span<const Isa> isas() { return kIsas; }

}  // namespace lentil::kernels
