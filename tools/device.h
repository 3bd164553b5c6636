// --device: where a network runs, on the processor or a GPU.
#pragma once
#include <memory>
#include <string>

#include "formats/host/cuda/device.h"
#include "formats/host/fit.h"
#include "formats/model_file.h"
#include "tools/arguments.h"
#include "tools/golden.h"

namespace lentil::tools {

inline const std::string kCpu = "cpu";

void declare_device(Arguments& arguments, std::string& device);

// The GPU that the option names; null: the CPU is to do it. "auto" takes the first GPU that can be used, and
// says in a note why there is none. Stops if another one was asked for and cannot be used.
std::unique_ptr<cuda::Gpu> choose_gpu(const std::string& device);

// As the functions of the same names for a Machine.
formats::TestResult test_model(const cuda::Gpu& gpu, const formats::ModelFile& file,
                               const formats::Dataset& data, std::uint32_t batch);
GoldenCheck check_golden(const cuda::Gpu& gpu, const formats::ModelFile& file);

}  // namespace lentil::tools
