// Python's pickles, protocols 2 to 5, without Python: what would call a function is noted down or refused,
// and never done.
#pragma once
#include <cstddef>
#include <span>

#include "formats/host/outcome.h"
#include "formats/import/memory_budget.h"
#include "formats/import/pickle_value.h"

namespace lentil::formats {

// The pickle at the start of `bytes`, which must outlive it. Takes time in proportion to its bytes, and
// memory from the budget. Refused by name: opcodes and calls that model files do not need.
Outcome<Pickle> read_pickle(std::span<const std::byte> bytes, MemoryBudget& budget);

}  // namespace lentil::formats
