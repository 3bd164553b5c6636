// Which of the instruction sets that are compiled in serves.
#include <cstdlib>

#include "kernels/device.h"

namespace lentil::kernels {

CpuKernels cpu(std::string_view isa) {
  for (const Isa& candidate : isas()) {
    if (isa.empty() && candidate.supported()) return {candidate.table, IsaChoice::ok, isa};
    if (isa == candidate.name) {
      if (!candidate.supported()) return {nullptr, IsaChoice::unsupported, isa};
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
