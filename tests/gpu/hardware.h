// A GPU for tests that need a real one. LENTIL_LIBCUDA may name the driver's file, as for the program.
#pragma once
#include <catch2/catch.hpp>
#include <iostream>
#include <memory>

#include "formats/host/cuda/device.h"

namespace lentil::test {

// Null after saying why; the test is to return then.
inline std::unique_ptr<cuda::Gpu> find_gpu() {
  if (cuda::fat_binary().image.empty()) {
    std::cout << "skipped: built without CUDA kernels, there was no nvcc\n";
    return nullptr;
  }
  const auto driver = cuda::Driver::load();
  if (!driver) {
    std::cout << "skipped: " << driver.error().message << "\n";
    return nullptr;
  }
  auto gpu = cuda::Gpu::open(*driver, 0);
  if (gpu) return std::move(*gpu);
  // A driver that has GPUs and a build that does not run on them: a failure, not a machine without.
  if (cuda::list_devices(*driver)) FAIL(gpu.error().message);
  std::cout << "skipped: " << gpu.error().message << "\n";
  return nullptr;
}

}  // namespace lentil::test
