// What lentil doctor says about GPUs.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "formats/host/cuda/device.h"
#include "tools/self_test.h"

namespace lentil::tools {

struct GpuReport {
  cuda::DeviceInfo info;
  std::string problem{};  // why it cannot be used; empty: it can
  SelfTestBits bits{};    // only then
  bool pass() const { return !problem.empty() || bits == SelfTest::kExpected; }
};

struct CudaReport {
  std::string architectures, toolkit;  // of the kernels in this program; empty: there are none
  std::string problem{};               // why no GPU can be used; empty: see `gpus`
  std::string library{};               // of the driver, if it could be started
  int driver_version = 0;
  std::vector<GpuReport> gpus{};

  // No GPU is no mistake; one that gives wrong bits is.
  bool pass() const;
};

// Starts each GPU and lets it compute: a second or so where there are some.
CudaReport examine_cuda();

// Lines, the last one without its end.
std::string cuda_text(const CudaReport& report);
nlohmann::ordered_json cuda_json(const CudaReport& report);

}  // namespace lentil::tools
