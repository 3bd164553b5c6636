#include "formats/host/cuda/driver_codes.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace lentil::cuda {
namespace {

struct Row {
  Code code;
  const char* advice;
};

constexpr const char* kDriverTooOld =
    "the driver is too old; update NVIDIA's driver, or take a build of lentil with an older CUDA toolkit";
constexpr const char* kKernelFault =
    "a kernel did what it must not do, a mistake in lentil: please report it; the CPU computes the same";
constexpr const char* kNoCode =
    "this build of lentil has no code for this GPU; build it with the architecture among "
    "LENTIL_CUDA_ARCHITECTURES";
constexpr const char* kHardware = "the GPU or its memory is damaged or hot; look into the system log (dmesg)";

constexpr std::array kRows{
    Row{kOutOfMemory,
        "the GPU has too little free memory; take smaller batches, or end other programs on it"},
    Row{kStubLibrary,
        "this is the toolkit's library for linking, no driver; take the folder 'stubs' out of "
        "LD_LIBRARY_PATH"},
    Row{kInsufficientDriver, kDriverTooOld},
    Row{kNeedsNewerDriver, kDriverTooOld},
    Row{kDeviceUnavailable, "another program has the GPU for itself; end that, or lift its compute mode"},
    Row{kNoDevice,
        "the driver sees no GPU; look at nvidia-smi and CUDA_VISIBLE_DEVICES, or start the container with "
        "its GPU (docker run --gpus all)"},
    Row{kInvalidDevice, "there is no GPU of this number; look at nvidia-smi and CUDA_VISIBLE_DEVICES"},
    Row{kInvalidImage, kNoCode},
    Row{kNoBinaryForGpu, kNoCode},
    Row{kEccUncorrectable, kHardware},
    Row{kInvalidPtx, kDriverTooOld},
    Row{kJitCompilerNotFound,
        "this build has no code for this GPU but that to be compiled by the driver, whose compiler is "
        "missing; install libnvidia-ptxjitcompiler"},
    Row{kUnsupportedPtxVersion, kDriverTooOld},
    Row{kJitCompilationDisabled,
        "this build has no code for this GPU but that to be compiled by the driver, which is forbidden; "
        "unset CUDA_DISABLE_PTX_JIT"},
    Row{kOperatingSystem, "the system refuses; look at the permissions of /dev/nvidia*"},
    Row{kIllegalAddress, kKernelFault},
    Row{kLaunchOutOfResources, "a kernel asks for more than this GPU has; please report it"},
    Row{kLaunchTimeout, "the GPU also serves a screen, which ends what takes long; take smaller batches"},
    Row{kHardwareStackError, kKernelFault},
    Row{kMisalignedAddress, kKernelFault},
    Row{kLaunchFailed, kKernelFault},
    Row{kNotPermitted, "the system refuses; look at the permissions of /dev/nvidia*"},
    Row{kSystemNotReady, "services of the driver do not run; start nvidia-fabricmanager, or reboot"},
    Row{kSystemDriverMismatch,
        "the driver's library and its kernel module have different versions, as after an update; reboot, or "
        "give the container the library of its host"},
    Row{kCompatNotSupported,
        "a compatibility library of a newer CUDA was found, which this GPU's driver does not take; take the "
        "folder 'compat' out of LD_LIBRARY_PATH, or update the driver"},
    Row{kUnknown, "the driver does not say why; look at nvidia-smi and the system log (dmesg), or reboot"},
};

}  // namespace

const char* advice(Code code) {
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.code == code; });
  return row == kRows.end() ? "" : row->advice;
}

Failure Driver::failure(const std::string& doing, Code code) const {
  const char* name = nullptr;
  const bool named = functions_.error_name(code, &name) == kSuccess && name != nullptr;
  std::string message = doing + " failed: " + (named ? std::string(name, strnlen(name, 80)) : "error") +
                        " (" + std::to_string(code) + ")";
  if (version_ > 0) message += " with a driver for CUDA " + cuda_version_text(version_);
  const std::string_view more = advice(code);
  if (!more.empty()) (message += ": ") += more;
  return {std::move(message)};
}

}  // namespace lentil::cuda
