// --device: where a network runs, on the processor or a GPU.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "formats/host/cuda/device.h"
#include "formats/host/fit.h"
#include "formats/model_file.h"
#include "tools/arguments.h"
#include "tools/golden.h"
#include "tools/machine.h"

namespace lentil::tools {

inline const std::string kCpu = "cpu";

void declare_device(Arguments& arguments, std::string& device);

// What a command makes on a GPU before it uses it.
using OnGpu = std::function<formats::Outcome<std::monostate>(const cuda::Gpu&)>;

// The GPU that the option names, with what `make` makes on it; null: the CPU is to do it. "auto" takes the
// first GPU if it can be used, and says in a note why it cannot. Stops if another one was asked for and
// cannot be used.
std::unique_ptr<cuda::Gpu> choose_gpu(const std::string& device, const OnGpu& make = {});

// For networks that are to be run, not trained: nothing is made, whether they can be run there is found out.
OnGpu can_run(const formats::ModelFile& file);

// Where a network runs: on a GPU if there is one here, else on the processor.
struct Place {
  Machine& machine;
  const cuda::Gpu* gpu = nullptr;

  std::string name() const;   // "cpu", "NVIDIA H100 (cuda:0)"
  std::string title() const;  // "avx2 with 2 threads", or the GPU's
};

// As the functions of the same names for a Machine.
formats::TestResult test_model(const Place& place, const formats::ModelFile& file,
                               const formats::Dataset& data, std::uint32_t batch);
GoldenCheck check_golden(const Place& place, const formats::ModelFile& file);

}  // namespace lentil::tools
