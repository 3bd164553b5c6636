#include "tools/cuda_report.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/gpu_self_test.h"
#include "tools/machine.h"

namespace lentil::tools {
namespace {

GpuReport examine_gpu(const cuda::Driver& driver, const cuda::DeviceInfo& info) {
  GpuReport report{.info = info};
  const auto gpu = cuda::Gpu::open(driver, info.ordinal);
  if (!gpu) {
    report.problem = gpu.error().message;
    return report;
  }
  const auto bits = run_self_test(**gpu);
  if (bits) {
    report.bits = *bits;
  } else {
    report.problem = bits.error().message;
  }
  return report;
}

std::string bits_text(const SelfTestBits& bits) {
  return fmt::format("outputs {}, weights {}", hash_text(bits.outputs), hash_text(bits.weights));
}

std::string state_text(const GpuReport& gpu) {
  if (!gpu.problem.empty()) return "not usable: " + gpu.problem;
  if (gpu.pass()) return "self-test: same bits";
  return fmt::format("self-test: DIFFERENT: {}; it must be {}", bits_text(gpu.bits),
                     bits_text(SelfTest::kExpected));
}

std::string gpu_text(const GpuReport& gpu) {
  const cuda::DeviceInfo& info = gpu.info;
  return fmt::format(
      "\n  cuda:{:<5}{}, {}.{}, {} multiprocessors with {} KiB of shared memory each block, {:.1f} GiB {}; "
      "{}",
      info.ordinal, info.name, info.major, info.minor, info.processors, info.shared_bytes / 1024,
      static_cast<double>(info.memory_bytes) / (1 << 30),
      info.integrated ? "shared with the processor" : "of its own", state_text(gpu));
}

nlohmann::ordered_json gpu_json(const GpuReport& gpu) {
  const cuda::DeviceInfo& info = gpu.info;
  nlohmann::ordered_json json{{"name", info.name},
                              {"ordinal", info.ordinal},
                              {"compute_capability", fmt::format("{}.{}", info.major, info.minor)},
                              {"memory_bytes", info.memory_bytes},
                              {"multiprocessors", info.processors},
                              {"shared_bytes_per_block", info.shared_bytes},
                              {"integrated", info.integrated},
                              {"problem", gpu.problem},
                              {"pass", gpu.pass()}};
  if (gpu.problem.empty())
    json["self_test"] = {{"outputs", hash_text(gpu.bits.outputs)}, {"weights", hash_text(gpu.bits.weights)}};
  return json;
}

}  // namespace

bool CudaReport::pass() const {
  return std::all_of(gpus.begin(), gpus.end(), [](const GpuReport& gpu) { return gpu.pass(); });
}

CudaReport examine_cuda() {
  const cuda::FatBinary kernels = cuda::fat_binary();
  CudaReport report{.architectures = std::string(kernels.architectures),
                    .toolkit = std::string(kernels.toolkit)};
  const auto driver = cuda::Driver::load();
  if (!driver) {
    report.problem = driver.error().message;
    return report;
  }
  report.library = driver->path();
  report.driver_version = driver->version();
  const auto devices = cuda::list_devices(*driver);
  if (!devices) {
    report.problem = devices.error().message;
    return report;
  }
  for (const cuda::DeviceInfo& info : *devices) report.gpus.push_back(examine_gpu(*driver, info));
  return report;
}

std::string cuda_text(const CudaReport& report) {
  std::string text = report.toolkit.empty() ? "cuda: no kernels in this program"
                                            : fmt::format("cuda: kernels for {}, compiled by CUDA {}",
                                                          report.architectures, report.toolkit);
  if (!report.problem.empty()) return text + "; the CPU serves: " + report.problem;
  text += fmt::format("; driver for CUDA {} ({})", cuda::cuda_version_text(report.driver_version),
                      report.library);
  for (const GpuReport& gpu : report.gpus) text += gpu_text(gpu);
  return text;
}

nlohmann::ordered_json cuda_json(const CudaReport& report) {
  nlohmann::ordered_json json{{"architectures", report.architectures},
                              {"toolkit", report.toolkit},
                              {"problem", report.problem},
                              {"library", report.library},
                              {"driver_version", report.driver_version},
                              {"gpus", nlohmann::ordered_json::array()}};
  for (const GpuReport& gpu : report.gpus) json["gpus"].push_back(gpu_json(gpu));
  return json;
}

}  // namespace lentil::tools
