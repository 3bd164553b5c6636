// From a model's bytes and options to a plan and the places of everything in the arena.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "formats/device/lentil.h"
#include "formats/model_view.h"
#include "runtime/learner.h"

namespace lentil::device {

// Offsets from the arena's first byte. The plan's need may be larger than what stays.
struct Places {
  std::uint64_t engine_memory, engine_end, outputs, pixels, workspace, end;
};

struct Opening {
  formats::FileView file;
  const Plan* plan;  // where the engine's memory begins
  LearnerLimits limits;
  std::uint32_t output_count;
  Places places;
};

// `memory` is the arena, or some other place to plan in. Every check of lentil_needed and lentil_open but
// that the arena holds places.end.
Result<Opening> prepare_opening(std::span<const std::byte> model, const lentil_options& options,
                                std::span<std::byte> memory);

}  // namespace lentil::device
