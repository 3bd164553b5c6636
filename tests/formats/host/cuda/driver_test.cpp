#include "formats/host/cuda/driver.h"

#include <cstdlib>
#include <fstream>

#include "formats/host/cuda/driver_codes.h"
#include "tests/formats/host/cuda/fake.h"
#include "tests/support/temporary_folder.h"

using namespace lentil::cuda;
using namespace lentil::test;
using Catch::Contains;

namespace {

std::string refusal(const std::string& path) {
  const auto driver = Driver::load(path);
  REQUIRE_FALSE(driver);
  return driver.error().message;
}

}  // namespace

TEST_CASE("a machine without a driver is told so, and what to do") {
  CHECK_THAT(refusal("/nowhere/libcuda.so.1"), Contains("no CUDA driver") &&
                                                   Contains("/nowhere/libcuda.so.1") &&
                                                   Contains("install NVIDIA's driver"));
}

TEST_CASE("files of the driver's name that are none are refused") {
  TemporaryFolder folder;
  for (const std::string& content : {std::string(), std::string("no library"),
                                     std::string("\x7f"
                                                 "ELF",
                                                 4)}) {
    std::ofstream(folder.path("libcuda.so.1"), std::ios::binary) << content;
    CHECK_THAT(refusal(folder.path("libcuda.so.1")), Contains("no CUDA driver"));
  }
  CHECK_THAT(refusal(folder.path("")), Contains("no CUDA driver"));
}

TEST_CASE("a library that lacks functions of the driver is refused by the name of the first") {
  CHECK_THAT(refusal(LENTIL_OTHER_LIBRARY),
             Contains("cuDriverGetVersion") && Contains("update NVIDIA's driver"));
}

TEST_CASE("every code of a driver that does not start gives its own sentence") {
  FakeCuda fake;
  const struct {
    Code code;
    const char* says;
  } rows[] = {{kStubLibrary, "stubs"},
              {kInsufficientDriver, "too old"},
              {kNeedsNewerDriver, "too old"},
              {kNoDevice, "sees no GPU"},
              {kInvalidDevice, "no GPU of this number"},
              {kOutOfMemory, "too little free memory"},
              {kDeviceUnavailable, "compute mode"},
              {kOperatingSystem, "permissions"},
              {kSystemNotReady, "fabricmanager"},
              {kSystemDriverMismatch, "different versions"},
              {kCompatNotSupported, "compat"},
              {kUnknown, "dmesg"}};
  for (const auto& row : rows) {
    fake.reset("init=" + std::to_string(row.code));
    const std::string message = refusal(LENTIL_FAKE_CUDA);
    CHECK_THAT(message, Contains("starting the CUDA driver failed") &&
                            Contains("(" + std::to_string(row.code) + ")") && Contains("13.0") &&
                            Contains(row.says));
  }
}

TEST_CASE("a code that nobody knows is told as a number") {
  FakeCuda fake("init=77777,garbage");
  CHECK_THAT(refusal(LENTIL_FAKE_CUDA), Contains("failed: error (77777)"));
}

TEST_CASE("a driver that does not tell its version is used all the same") {
  FakeCuda fake("fail=1,fail_at=1");
  const auto driver = FakeCuda::load();
  REQUIRE(driver);
  CHECK(driver->version() == 0);
}

TEST_CASE("LENTIL_LIBCUDA names another driver") {
  FakeCuda fake("version=12060");
  setenv("LENTIL_LIBCUDA", LENTIL_FAKE_CUDA, 1);
  const auto driver = Driver::load();
  unsetenv("LENTIL_LIBCUDA");
  REQUIRE(driver);
  CHECK(driver->path() == LENTIL_FAKE_CUDA);
  CHECK(cuda_version_text(driver->version()) == "12.6");
  CHECK(driver->has_graphs());
}
