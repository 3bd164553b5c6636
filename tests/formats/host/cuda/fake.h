// The fake driver in a test.
#pragma once
#include <array>
#include <catch2/catch.hpp>
#include <dlfcn.h>
#include <memory>
#include <string>

#include "formats/host/cuda/device.h"
#include "tests/formats/host/cuda/fake_driver.h"
#include "tests/support/networks.h"

namespace lentil::test {

class FakeCuda {
 public:
  explicit FakeCuda(const std::string& settings = "") {
    void* library = dlopen(LENTIL_FAKE_CUDA, RTLD_NOW | RTLD_LOCAL);
    REQUIRE(library != nullptr);
    reset_ = reinterpret_cast<FakeReset>(dlsym(library, "fake_reset"));
    report_ = reinterpret_cast<FakeReportCall>(dlsym(library, "fake_report"));
    reset(settings);
  }
  // Counts from 0 again.
  void reset(const std::string& settings) { reset_(settings.c_str()); }
  FakeReport report() const {
    FakeReport report;
    report_(&report);
    return report;
  }
  static cuda::Outcome<cuda::Driver> load() { return cuda::Driver::load(LENTIL_FAKE_CUDA); }
  // The fake needs no machine code.
  static cuda::FatBinary kernels() {
    static constexpr std::array<std::byte, 64> kImage{};
    return {.image = kImage, .architectures = "87 90", .toolkit = "13.0"};
  }
  static cuda::Outcome<std::unique_ptr<cuda::Gpu>> open(int ordinal = 0) {
    const auto driver = load();
    if (!driver) return driver.error();
    return cuda::Gpu::open(*driver, ordinal, cuda::Wait::automatic, kernels());
  }

 private:
  FakeReset reset_ = nullptr;
  FakeReportCall report_ = nullptr;
};

// A GPU that must be there.
inline std::unique_ptr<cuda::Gpu> open_fake() {
  auto gpu = FakeCuda::open();
  if (!gpu) throw std::runtime_error(gpu.error().message);
  return std::move(*gpu);
}

// Lets call 1, 2, ... of `work` fail in turn until none is left to fail. Each time there is a sentence or
// (`work` gives "") the failure did not matter; nothing is left behind, and no rule of the driver was broken.
// Returns how many calls did matter.
template <class Work>
std::size_t fail_each_call(FakeCuda& fake, const std::string& settings, Work work) {
  std::size_t mattered = 0;
  for (std::size_t k = 1;; ++k) {
    fake.reset(settings + (settings.empty() ? "" : ",") + "fail=719,fail_at=" + std::to_string(k));
    const std::string said = work();
    const FakeReport report = fake.report();
    INFO("call " << k << ": " << said);
    CHECK(report.live == 0);
    CHECK(report.device_bytes == 0);
    CHECK(std::string(report.finding) == "");
    if (!said.empty()) CHECK_THAT(said, Catch::Contains("719") && Catch::Contains(" failed: "));
    mattered += !said.empty();
    if (report.calls < k) return mattered;
  }
}

}  // namespace lentil::test
