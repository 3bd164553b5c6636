// The kernels as machine code for several kinds of GPUs, embedded by the build (cmake/cuda_fatbin.cmake).
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

namespace lentil::cuda {

struct FatBinary {
  std::span<const std::byte> image;  // 64-aligned; empty: built without nvcc
  std::string_view architectures;    // as in LENTIL_CUDA_ARCHITECTURES: "87 90 90-virtual"
  std::string_view toolkit;          // that compiled it: "13.0"
};
FatBinary fat_binary();

}  // namespace lentil::cuda
