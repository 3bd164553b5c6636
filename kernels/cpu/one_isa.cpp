// Instead of dispatch.cpp where one instruction set is all there is, the one that LENTIL_ISA names:
// tools/amalgamate.
#include "kernels/cpu/table.h"
#include "kernels/device.h"

namespace lentil::kernels {

namespace LENTIL_ISA {
extern const KernelTable kTable;
}

namespace {

bool runs_everywhere() { return true; }
constexpr Isa kOnlyIsa{LENTIL_TEXT(LENTIL_ISA), &LENTIL_ISA::kTable, runs_everywhere};

}  // namespace

std::span<const Isa> isas() { return {&kOnlyIsa, 1}; }

}  // namespace lentil::kernels
