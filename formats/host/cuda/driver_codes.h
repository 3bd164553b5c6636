// The codes of the CUDA driver that something can be said about, and other numbers of its interface.
#pragma once
#include "formats/host/cuda/driver.h"

namespace lentil::cuda {

enum : Code {
  kSuccess = 0,
  kInvalidValue = 1,
  kOutOfMemory = 2,
  kStubLibrary = 34,
  kInsufficientDriver = 35,
  kNeedsNewerDriver = 36,
  kDeviceUnavailable = 46,
  kNoDevice = 100,
  kInvalidDevice = 101,
  kInvalidImage = 200,
  kNoBinaryForGpu = 209,
  kEccUncorrectable = 214,
  kInvalidPtx = 218,
  kJitCompilerNotFound = 221,
  kUnsupportedPtxVersion = 222,
  kJitCompilationDisabled = 223,
  kSymbolNotFound = 302,
  kOperatingSystem = 304,
  kNotFound = 500,
  kIllegalAddress = 700,
  kLaunchOutOfResources = 701,
  kLaunchTimeout = 702,
  kHardwareStackError = 714,
  kMisalignedAddress = 716,
  kLaunchFailed = 719,
  kNotPermitted = 800,
  kNotSupported = 801,
  kSystemNotReady = 802,
  kSystemDriverMismatch = 803,
  kCompatNotSupported = 804,
  kUnknown = 999,
};

enum Attribute : int {
  kSharedBytesPerBlock = 8,
  kProcessors = 16,
  kIntegrated = 18,
  kComputeMajor = 75,
  kComputeMinor = 76,
  kSharedBytesPerBlockOptIn = 97,
  kHostRegisterSupported = 99,
};

inline constexpr int kFunctionMaxSharedBytes = 8;        // a function's attribute
inline constexpr unsigned kSpin = 1, kBlockingSync = 4;  // a context's flags: how its threads wait
inline constexpr unsigned kStreamNonBlocking = 1;        // does not wait for the default stream
inline constexpr unsigned kEventBlockingSync = 1, kEventDisableTiming = 2;
inline constexpr unsigned kHostMapped = 2;  // memory of the host that kernels can read and write
inline constexpr int kCaptureThreadLocal = 1;

// Why it happened and what to do; "" if nobody can say more than the code's name.
const char* advice(Code);

}  // namespace lentil::cuda
