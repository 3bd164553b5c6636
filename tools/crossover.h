// From which batch on a GPU is faster than the processor.
#pragma once
#include <cstdint>
#include <optional>

#include "formats/host/cuda/device.h"
#include "tools/machine.h"

namespace lentil::tools {

struct Crossover {
  static constexpr std::uint32_t kMost = 1024;
  // Of the powers of two up to kMost, from the caller's memory and back; 0: the GPU is not faster at any.
  std::uint32_t batch = 0;
};

// Measured with the tutorial's LeNet on pixels, in a second or less where the GPU is one. Nothing if one of
// the two cannot run it.
std::optional<Crossover> find_crossover(const cuda::Gpu& gpu, Machine& machine);

}  // namespace lentil::tools
