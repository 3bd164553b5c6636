// The time of a network's calls on a GPU. No peak is measured.
#pragma once
#include <functional>

#include "formats/host/cuda/device.h"
#include "tools/bench_case.h"

namespace lentil::tools {

// By Lentil's kernels. Inference: from the caller's memory and back. Training: the images lie on the GPU, and
// the time of a step is that of a pass through all of them, divided by its steps.
BenchTimes measure(const cuda::Gpu& gpu, const formats::ModelFile& file, const BenchImages& images,
                   const BenchCase& setting);

// Inference by cuDNN and cuBLAS, of images that are normalised already. Stops if this build knows nothing of
// them.
BenchTimes measure_vendor(const cuda::Gpu& gpu, const formats::ModelFile& file, const BenchImages& images,
                          const BenchCase& setting);

// Of calls that take `images` each.
BenchTimes time_gpu_calls(double seconds, std::size_t images, const std::function<void(std::size_t)>& call);

}  // namespace lentil::tools
