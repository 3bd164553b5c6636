// The question of tools/self_test.h, put to a GPU.
#pragma once
#include "formats/host/cuda/device.h"
#include "tools/self_test.h"

namespace lentil::tools {

// Fails if the GPU cannot compute; wrong bits are no failure.
formats::Outcome<SelfTestBits> run_self_test(const cuda::Gpu& gpu);

}  // namespace lentil::tools
