// Who lies where in an arena, and when.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/plan.h"

namespace lentil::tools {

struct MemoryRange {
  std::string what;  // "conv1 output"
  std::uint32_t offset = 0, bytes = 0;
  std::string from, to;  // "always", or "conv1 forward", "loss", "conv1 backward": both included
};

// All ranges of the plan's arena by offset, the plan itself first. They overlap where their times do not.
// Stops if the network cannot be planned.
std::vector<MemoryRange> memory_map(const Model& model, const PlanOptions& options);

std::string memory_text(const std::vector<MemoryRange>& ranges);

}  // namespace lentil::tools
