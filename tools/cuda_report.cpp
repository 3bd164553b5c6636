#include "tools/cuda_report.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "formats/host/cuda/device.h"
#include "tools/child.h"
#include "tools/crossover.h"
#include "tools/gpu_self_test.h"
#include "tools/machine.h"
#include "tools/processor.h"

namespace lentil::tools {
namespace {

struct GpuReport {
  cuda::DeviceInfo info;
  std::string problem{};  // why it cannot be used; empty: it can
  // Only then:
  SelfTestBits bits{};
  std::size_t free_bytes = 0;
  std::optional<Crossover> crossover{};
  bool pass() const { return !problem.empty() || bits == SelfTest::kExpected; }
};

struct Examination {
  std::string board = board_name();
  std::string architectures, toolkit;  // of the kernels in this program; empty: there are none
  std::string problem{};               // why no GPU can be used; empty: see `gpus`
  std::string library{};               // of the driver, if it could be started
  int driver_version = 0;
  std::vector<GpuReport> gpus{};

  bool pass() const {
    return std::all_of(gpus.begin(), gpus.end(), [](const GpuReport& gpu) { return gpu.pass(); });
  }
};

GpuReport examine_gpu(const cuda::Driver& driver, const cuda::DeviceInfo& info) {
  GpuReport report{.info = info};
  const auto gpu = cuda::Gpu::open(driver, info.ordinal);
  if (!gpu) {
    report.problem = gpu.error().message;
    return report;
  }
  const auto bits = run_self_test(**gpu);
  if (!bits) {
    report.problem = bits.error().message;
    return report;
  }
  report.bits = *bits;
  std::size_t total = 0;
  driver->memory_free_bytes(&report.free_bytes, &total);
  const auto* kernels = kernels::cpu().table;
  if (kernels == nullptr || !report.pass()) return report;
  Machine machine(*kernels, 0);
  report.crossover = find_crossover(**gpu, machine);
  return report;
}

double gib(std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 30); }

std::string bits_text(const SelfTestBits& bits) {
  return fmt::format("outputs {}, weights {}", hash_text(bits.outputs), hash_text(bits.weights));
}

std::string crossover_text(const Crossover& crossover) {
  if (crossover.batch == 0) return "; LeNet is not faster on it than on the CPU";
  return fmt::format("; LeNet is faster on it than on the CPU from batch {} on", crossover.batch);
}

std::string state_text(const GpuReport& gpu) {
  if (!gpu.problem.empty()) return "not usable: " + gpu.problem;
  if (gpu.pass())
    return fmt::format("{:.1f} GiB free; self-test: same bits{}", gib(gpu.free_bytes),
                       gpu.crossover ? crossover_text(*gpu.crossover) : "");
  return fmt::format("self-test: DIFFERENT: {}; it must be {}", bits_text(gpu.bits),
                     bits_text(SelfTest::kExpected));
}

std::string gpu_text(const GpuReport& gpu) {
  const cuda::DeviceInfo& info = gpu.info;
  return fmt::format(
      "\n  cuda:{:<5}{}, {}.{}, {} multiprocessors with {} KiB of shared memory each block, {:.1f} GiB {}; "
      "{}",
      info.ordinal, info.name, info.major, info.minor, info.processors, info.shared_bytes / 1024,
      gib(info.memory_bytes), info.integrated ? "shared with the processor" : "of its own", state_text(gpu));
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
  if (!gpu.problem.empty()) return json;
  json["self_test"] = {{"outputs", hash_text(gpu.bits.outputs)}, {"weights", hash_text(gpu.bits.weights)}};
  json["free_bytes"] = gpu.free_bytes;
  const bool crosses = gpu.crossover && gpu.crossover->batch != 0;
  json["crossover_batch"] = crosses ? nlohmann::ordered_json(gpu.crossover->batch) : nullptr;
  return json;
}

Examination no_answer(std::string problem) {
  const cuda::FatBinary kernels = cuda::fat_binary();
  return {.architectures = std::string(kernels.architectures),
          .toolkit = std::string(kernels.toolkit),
          .problem = std::move(problem)};
}

Examination examine() {
  Examination report = no_answer("");
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

std::string cuda_text(const Examination& report) {
  std::string text = report.board.empty() ? "" : "board: " + report.board + "\n";
  text += report.toolkit.empty() ? "cuda: no kernels in this program"
                                 : fmt::format("cuda: kernels for {}, compiled by CUDA {}",
                                               report.architectures, report.toolkit);
  if (!report.problem.empty()) return text + "; the CPU serves: " + report.problem;
  text += fmt::format("; driver for CUDA {} ({})", cuda::cuda_version_text(report.driver_version),
                      report.library);
  for (const GpuReport& gpu : report.gpus) text += gpu_text(gpu);
  return text;
}

nlohmann::ordered_json cuda_json(const Examination& report) {
  nlohmann::ordered_json json{{"board", report.board},
                              {"architectures", report.architectures},
                              {"toolkit", report.toolkit},
                              {"problem", report.problem},
                              {"library", report.library},
                              {"driver_version", report.driver_version},
                              {"gpus", nlohmann::ordered_json::array()}};
  for (const GpuReport& gpu : report.gpus) json["gpus"].push_back(gpu_json(gpu));
  return json;
}

CudaReport cuda_report(const Examination& report) {
  return {cuda_text(report), cuda_json(report).dump(), report.pass()};
}

}  // namespace

CudaReport examine_cuda(double seconds) {
  const auto answer = in_child("the CUDA driver", seconds, [] {
    const CudaReport report = cuda_report(examine());
    return nlohmann::json{report.text, report.json, report.pass}.dump();
  });
  if (!answer) return cuda_report(no_answer(answer.error().message));
  const auto fields = nlohmann::json::parse(*answer);
  return {fields[0], fields[1], fields[2]};
}

}  // namespace lentil::tools
