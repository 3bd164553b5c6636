#include "formats/host/cuda/driver.h"

#include <cstdlib>
#include <dlfcn.h>

#include "formats/host/cuda/driver_codes.h"

namespace lentil::cuda {
namespace {

constexpr const char* kLibrary = "libcuda.so.1";

std::string chosen_path(const std::string& path) {
  if (!path.empty()) return path;
  const char* named = std::getenv("LENTIL_LIBCUDA");
  return named == nullptr || *named == '\0' ? kLibrary : named;
}

// Looks symbols up in one library; remembers the first that is missing.
class Symbols {
 public:
  explicit Symbols(void* library) : library_(library) {}

  template <class Function>
  void need(const char* name, Function*& target) {
    if (!find(name, target) && missing_.empty()) missing_ = name;
  }
  template <class Function>
  bool find(const char* name, Function*& target) {
    target = reinterpret_cast<Function*>(dlsym(library_, name));
    return target != nullptr;
  }
  const std::string& missing() const { return missing_; }

 private:
  void* library_;
  std::string missing_;
};

void find_devices(Symbols& symbols, DriverFunctions& f) {
  symbols.need("cuInit", f.init);
  symbols.need("cuDriverGetVersion", f.driver_version);
  symbols.need("cuGetErrorName", f.error_name);
  symbols.need("cuDeviceGetCount", f.device_count);
  symbols.need("cuDeviceGet", f.device_get);
  symbols.need("cuDeviceGetName", f.device_name);
  symbols.need("cuDeviceTotalMem_v2", f.device_memory);
  symbols.need("cuDeviceGetAttribute", f.device_attribute);
  symbols.need("cuDevicePrimaryCtxRetain", f.context_retain);
  symbols.need("cuCtxSetCurrent", f.context_set_current);
  // The second versions came with CUDA 11; the first do the same.
  if (!symbols.find("cuDevicePrimaryCtxSetFlags_v2", f.context_flags))
    symbols.need("cuDevicePrimaryCtxSetFlags", f.context_flags);
  if (!symbols.find("cuDevicePrimaryCtxRelease_v2", f.context_release))
    symbols.need("cuDevicePrimaryCtxRelease", f.context_release);
}

void find_memory(Symbols& symbols, DriverFunctions& f) {
  symbols.need("cuMemGetInfo_v2", f.memory_free_bytes);
  symbols.need("cuMemAlloc_v2", f.memory_allocate);
  symbols.need("cuMemFree_v2", f.memory_release);
  symbols.need("cuMemHostAlloc", f.host_allocate);
  symbols.need("cuMemFreeHost", f.host_release);
  symbols.need("cuMemHostRegister_v2", f.host_register);
  symbols.need("cuMemHostUnregister", f.host_unregister);
  symbols.need("cuMemHostGetDevicePointer_v2", f.host_address);
  symbols.need("cuMemcpyHtoDAsync_v2", f.copy_in);
  symbols.need("cuMemcpyDtoHAsync_v2", f.copy_out);
  symbols.need("cuMemsetD8Async", f.fill);
}

void find_work(Symbols& symbols, DriverFunctions& f) {
  symbols.need("cuModuleLoadData", f.module_load);
  symbols.need("cuModuleUnload", f.module_unload);
  symbols.need("cuModuleGetFunction", f.module_function);
  symbols.need("cuFuncSetAttribute", f.function_attribute);
  symbols.need("cuLaunchKernel", f.launch);
  symbols.need("cuStreamCreate", f.stream_create);
  symbols.need("cuStreamDestroy_v2", f.stream_destroy);
  symbols.need("cuStreamSynchronize", f.stream_wait);
  symbols.need("cuEventCreate", f.event_create);
  symbols.need("cuEventDestroy_v2", f.event_destroy);
  symbols.need("cuEventRecord", f.event_record);
  symbols.need("cuEventSynchronize", f.event_wait);
  const bool graphs = symbols.find("cuStreamEndCapture", f.capture_end) &&
                      symbols.find("cuGraphInstantiateWithFlags", f.graph_instantiate) &&
                      symbols.find("cuGraphLaunch", f.graph_launch) &&
                      symbols.find("cuGraphExecDestroy", f.graph_run_destroy) &&
                      symbols.find("cuGraphDestroy", f.graph_destroy);
  if (graphs) symbols.find("cuStreamBeginCapture_v2", f.capture_begin);
}

Failure not_loaded(const std::string& path, const char* why) {
  return {"this machine has no CUDA driver: " + path + " cannot be loaded (" +
          (why == nullptr ? "no reason given" : why) +
          "); install NVIDIA's driver, or start the container with its GPU (docker run --gpus all)"};
}

}  // namespace

Outcome<Driver> Driver::load(const std::string& asked) {
  Driver driver;
  driver.path_ = chosen_path(asked);
  void* library = dlopen(driver.path_.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return not_loaded(driver.path_, dlerror());
  Symbols symbols(library);
  find_devices(symbols, driver.functions_);
  find_memory(symbols, driver.functions_);
  find_work(symbols, driver.functions_);
  if (!symbols.missing().empty()) {
    return Failure{driver.path_ + " is no CUDA driver, or one older than CUDA 10.2: it has no function " +
                   symbols.missing() + "; update NVIDIA's driver"};
  }
  // Before anything else: a driver that cannot start may still tell its version.
  if (driver->driver_version(&driver.version_) != kSuccess) driver.version_ = 0;
  const Code code = driver->init(0);
  if (code != kSuccess) return driver.failure("starting the CUDA driver", code);
  return driver;
}

std::string cuda_version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace lentil::cuda
