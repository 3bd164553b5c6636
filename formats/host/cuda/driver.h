// The CUDA driver, found when it is asked for: no CUDA header and no CUDA library is needed to build or link.
// Functions are declared here as far as they are used. Their names are those that all drivers since CUDA
// 10.2 have; what is newer may be missing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "formats/host/outcome.h"

namespace lentil::cuda {

using formats::Failure;
using formats::Outcome;

using Code = int;  // 0: success
using DeviceHandle = int;
using DeviceAddress = unsigned long long;
using ContextHandle = struct ContextTag*;
using ModuleHandle = struct ModuleTag*;
using FunctionHandle = struct FunctionTag*;
using StreamHandle = struct StreamTag*;
using EventHandle = struct EventTag*;
using GraphHandle = struct GraphTag*;
using GraphRunHandle = struct GraphRunTag*;

struct DriverFunctions {
  Code (*init)(unsigned flags);
  Code (*driver_version)(int* version);
  Code (*error_name)(Code, const char** name);

  Code (*device_count)(int* count);
  Code (*device_get)(DeviceHandle*, int ordinal);
  Code (*device_name)(char* name, int length, DeviceHandle);
  Code (*device_memory)(std::size_t* bytes, DeviceHandle);
  Code (*device_attribute)(int* value, int attribute, DeviceHandle);

  Code (*context_flags)(DeviceHandle, unsigned flags);
  Code (*context_retain)(ContextHandle*, DeviceHandle);
  Code (*context_release)(DeviceHandle);
  Code (*context_set_current)(ContextHandle);

  Code (*module_load)(ModuleHandle*, const void* image);
  Code (*module_unload)(ModuleHandle);
  Code (*module_function)(FunctionHandle*, ModuleHandle, const char* name);
  Code (*function_attribute)(FunctionHandle, int attribute, int value);
  Code (*launch)(FunctionHandle, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                 unsigned block_y, unsigned block_z, unsigned shared_bytes, StreamHandle, void** parameters,
                 void** extra);

  Code (*memory_free_bytes)(std::size_t* free, std::size_t* total);
  Code (*memory_allocate)(DeviceAddress*, std::size_t bytes);
  Code (*memory_release)(DeviceAddress);
  Code (*host_allocate)(void**, std::size_t bytes, unsigned flags);
  Code (*host_release)(void*);
  Code (*host_register)(void*, std::size_t bytes, unsigned flags);
  Code (*host_unregister)(void*);
  Code (*host_address)(DeviceAddress*, void*, unsigned flags);
  Code (*copy_in)(DeviceAddress, const void*, std::size_t bytes, StreamHandle);
  Code (*copy_out)(void*, DeviceAddress, std::size_t bytes, StreamHandle);
  Code (*fill)(DeviceAddress, unsigned char value, std::size_t bytes, StreamHandle);

  Code (*stream_create)(StreamHandle*, unsigned flags);
  Code (*stream_destroy)(StreamHandle);
  Code (*stream_wait)(StreamHandle);
  Code (*event_create)(EventHandle*, unsigned flags);
  Code (*event_destroy)(EventHandle);
  Code (*event_record)(EventHandle, StreamHandle);
  Code (*event_wait)(EventHandle);

  // All of these or, before CUDA 11.4, none.
  Code (*capture_begin)(StreamHandle, int mode);
  Code (*capture_end)(StreamHandle, GraphHandle*);
  Code (*graph_instantiate)(GraphRunHandle*, GraphHandle, unsigned long long flags);
  Code (*graph_launch)(GraphRunHandle, StreamHandle);
  Code (*graph_run_destroy)(GraphRunHandle);
  Code (*graph_destroy)(GraphHandle);
};

// A driver that has been initialized. Cheap to copy; the library stays loaded until the process ends.
class Driver {
 public:
  // Empty path: what LENTIL_LIBCUDA names, or else libcuda.so.1. That name, because libcuda.so may be the
  // toolkit's stub, which is there to be linked with.
  static Outcome<Driver> load(const std::string& path = "");

  const DriverFunctions& operator*() const { return functions_; }
  const DriverFunctions* operator->() const { return &functions_; }

  const std::string& path() const { return path_; }  // as it was asked for
  int version() const { return version_; }           // the newest CUDA that it serves: 12060 is 12.6
  bool has_graphs() const { return functions_.capture_begin != nullptr; }

  // `doing` has failed: what, why, what to do about it. "starting the GPU"
  Failure failure(const std::string& doing, Code) const;

 private:
  DriverFunctions functions_{};
  std::string path_;
  int version_ = 0;
};

// "12.6"
std::string cuda_version_text(int version);

}  // namespace lentil::cuda
