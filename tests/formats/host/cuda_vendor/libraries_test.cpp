#include "formats/host/cuda_vendor/libraries.h"

#include <catch2/catch.hpp>
#include <iostream>

#include "formats/host/cuda/device.h"

using namespace lentil;
using Catch::Contains;
using cuda_vendor::Libraries;
using cuda_vendor::LibraryNames;

TEST_CASE("cuDNN without a GPU says why it does not start") {
  const auto driver = cuda::Driver::load();
  if (driver && cuda::list_devices(*driver)) {
    std::cout << "skipped: here is a GPU\n";
    return;
  }
  const auto libraries = Libraries::start(nullptr);
  REQUIRE_FALSE(libraries);
  const std::string said = libraries.error().message;
  if (said.find("loading ") == 0) {
    std::cout << "skipped: " << said << "\n";
    return;
  }
  CHECK_THAT(said, Contains("starting cuDNN " + std::to_string(CUDNN_MAJOR) + ".") && Contains(" failed: ") &&
                       Contains("cudaGetDeviceCount") && Contains("nvidia-smi"));
}

TEST_CASE("libraries that are not there are named, with what to do") {
  const auto no_dnn =
      Libraries::start(nullptr, {.dnn = "libcudnn-missing.so.9", .blas = "libcublas-missing.so"});
  REQUIRE_FALSE(no_dnn);
  CHECK_THAT(no_dnn.error().message,
             Contains("libcudnn-missing.so.9") && Contains("put its folder into LD_LIBRARY_PATH"));
  const auto no_blas =
      Libraries::start(nullptr, {.dnn = LENTIL_FAKE_LIBRARIES, .blas = "libcublas-missing.so"});
  REQUIRE_FALSE(no_blas);
  CHECK_THAT(no_blas.error().message, Contains("libcublas-missing.so"));
}

TEST_CASE("a library of another kind is not taken for cuDNN") {
  const auto libraries = Libraries::start(nullptr, {.dnn = LENTIL_FAKE_CUDA, .blas = LENTIL_FAKE_LIBRARIES});
  REQUIRE_FALSE(libraries);
  CHECK_THAT(libraries.error().message,
             Contains("has no function cudnnGetVersion") && Contains("take the version"));
}
