#include "formats/host/cuda/device.h"

#include "formats/host/cuda/driver_codes.h"
#include "tests/formats/host/cuda/fake.h"

using namespace lentil::cuda;
using namespace lentil::test;
using Catch::Contains;

namespace {

std::string refusal(int ordinal = 0) {
  const auto gpu = FakeCuda::open(ordinal);
  return gpu ? "" : gpu.error().message;
}

}  // namespace

TEST_CASE("GPUs are listed with what the driver says of them") {
  FakeCuda fake("devices=2,integrated,register,processors=16,memory=8000000000");
  const auto devices = list_devices(*FakeCuda::load());
  REQUIRE(devices);
  REQUIRE(devices->size() == 2);
  const DeviceInfo& second = (*devices)[1];
  CHECK(second.ordinal == 1);
  CHECK(second.name == "Fake GPU");
  CHECK(second.major == 8);
  CHECK(second.minor == 7);
  CHECK(second.memory_bytes == 8000000000u);
  CHECK(second.processors == 16);
  CHECK(second.shared_bytes == 166912);
  CHECK(second.integrated);
  CHECK(second.registers_host);
}

TEST_CASE("a driver that says absurd things is refused") {
  FakeCuda fake;
  for (const char* settings :
       {"devices=-1", "devices=2000000000", "processors=0", "shared=-5", "devices=0"}) {
    fake.reset(settings);
    CHECK(refusal() != "");
  }
}

TEST_CASE("a name without an end, of characters for terminals, becomes printable") {
  FakeCuda fake("garbage");
  const auto devices = list_devices(*FakeCuda::load());
  REQUIRE(devices);
  CHECK((*devices)[0].name == std::string(256, '?'));
}

TEST_CASE("a GPU that does not exist is refused") {
  FakeCuda fake("devices=2");
  CHECK_THAT(refusal(2), Contains("no GPU cuda:2") && Contains("has 2"));
  CHECK_THAT(refusal(-1), Contains("no GPU cuda:-1"));
}

TEST_CASE("a build without kernels says so") {
  FakeCuda fake;
  const auto gpu = Gpu::open(*FakeCuda::load(), 0, Wait::automatic, FatBinary{});
  REQUIRE_FALSE(gpu);
  CHECK_THAT(gpu.error().message, Contains("no CUDA kernels"));
}

TEST_CASE("kernels that the driver or the GPU does not take are told with what they were built for") {
  FakeCuda fake;
  const struct {
    Code code;
    const char* says;
  } rows[] = {{kNoBinaryForGpu, "no code for this GPU"}, {kInvalidImage, "no code for this GPU"},
              {kInvalidPtx, "driver is too old"},        {kUnsupportedPtxVersion, "driver is too old"},
              {kJitCompilerNotFound, "ptxjitcompiler"},  {kJitCompilationDisabled, "CUDA_DISABLE_PTX_JIT"}};
  for (const auto& row : rows) {
    fake.reset("module=" + std::to_string(row.code));
    CHECK_THAT(refusal(), Contains("loading the kernels on Fake GPU (cuda:0) failed") && Contains(row.says) &&
                              Contains("built with CUDA 13.0 for 87 90, this GPU is 87"));
    CHECK(fake.report().live == 0);
  }
}

TEST_CASE("a GPU waits by spinning unless it shares the processor's memory") {
  FakeCuda fake;
  CHECK_FALSE(open_fake()->blocks());
  fake.reset("integrated");
  CHECK(open_fake()->blocks());
  CHECK_FALSE((*Gpu::open(*FakeCuda::load(), 0, Wait::spin, FakeCuda::kernels()))->blocks());
}

TEST_CASE("when more shared memory is refused, the usual amount serves") {
  FakeCuda fake("shared=49152,optin=0");
  CHECK(open_fake()->info().shared_bytes == 49152);
}

TEST_CASE("whatever call fails while a GPU is opened, the reason is told and nothing is left") {
  FakeCuda fake;
  const std::size_t mattered = fail_each_call(fake, "", [] {
    const auto gpu = FakeCuda::open();
    return gpu ? std::string() : gpu.error().message;
  });
  CHECK(mattered > 10);
}
