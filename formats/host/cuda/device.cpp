#include "formats/host/cuda/device.h"

#include <algorithm>
#include <cstring>

#include "formats/host/cuda/driver_codes.h"

namespace lentil::cuda {
namespace {

constexpr int kMostDevices = 1024;  // nobody has more
constexpr std::size_t kUsualSharedBytes = 48 * 1024;

constexpr std::array<const char*, kEntryPoints> kEntryPointNames{
    "lentil_images",
    "lentil_rows",
};

std::string printable(const char* text, std::size_t most) {
  std::string clean(text, strnlen(text, most));
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return clean.empty() ? "GPU without a name" : clean;
}

// Reads the attributes of one device; goes on after a failure and remembers the first.
class Attributes {
 public:
  Attributes(const Driver& driver, DeviceHandle device) : driver_(driver), device_(device) {}

  int need(Attribute attribute, int least, int most) {
    const int value = read(attribute);
    if (code_ == kSuccess && (value < least || value > most)) code_ = kInvalidValue;
    return value;
  }
  // Older drivers do not know all of them.
  int find(Attribute attribute) const {
    int value = 0;
    return driver_->device_attribute(&value, attribute, device_) == kSuccess ? value : 0;
  }
  Code code() const { return code_; }

 private:
  int read(Attribute attribute) {
    int value = 0;
    const Code code = driver_->device_attribute(&value, attribute, device_);
    if (code_ == kSuccess) code_ = code;
    return value;
  }

  const Driver& driver_;
  DeviceHandle device_;
  Code code_ = kSuccess;
};

Outcome<DeviceInfo> describe(const Driver& driver, int ordinal) {
  const std::string doing = "asking the driver about GPU " + std::to_string(ordinal);
  DeviceHandle device = 0;
  if (const Code code = driver->device_get(&device, ordinal)) return driver.failure(doing, code);
  std::array<char, 256> name{};
  if (const Code code = driver->device_name(name.data(), static_cast<int>(name.size()), device))
    return driver.failure(doing, code);
  std::size_t bytes = 0;
  if (const Code code = driver->device_memory(&bytes, device)) return driver.failure(doing, code);

  Attributes read(driver, device);
  DeviceInfo info{.ordinal = ordinal, .name = printable(name.data(), name.size())};
  info.memory_bytes = bytes;
  info.major = read.need(kComputeMajor, 1, 1000);
  info.minor = read.need(kComputeMinor, 0, 9);
  info.processors = read.need(kProcessors, 1, 1 << 20);
  const int shared = read.need(kSharedBytesPerBlock, 1024, 1 << 30);
  if (read.code() != kSuccess) return driver.failure(doing, read.code());
  info.shared_bytes = static_cast<std::size_t>(std::max(shared, read.find(kSharedBytesPerBlockOptIn)));
  info.integrated = read.find(kIntegrated) != 0;
  info.registers_host = read.find(kHostRegisterSupported) != 0;
  return info;
}

Failure too_old(const Gpu& gpu, const FatBinary& kernels, Code code) {
  Failure failure = gpu.failure("loading the kernels", code);
  failure.message += "; built with CUDA " + std::string(kernels.toolkit) + " for " +
                     std::string(kernels.architectures) + ", this GPU is " +
                     std::to_string(gpu.info().major * 10 + gpu.info().minor);
  return failure;
}

}  // namespace

Outcome<std::vector<DeviceInfo>> list_devices(const Driver& driver) {
  const std::string doing = "counting the GPUs";
  int count = 0;
  if (const Code code = driver->device_count(&count)) return driver.failure(doing, code);
  if (count == 0) return driver.failure(doing, kNoDevice);
  if (count < 0 || count > kMostDevices)
    return Failure{"the CUDA driver counts " + std::to_string(count) +
                   " GPUs, which cannot be; look at nvidia-smi, or reboot"};
  std::vector<DeviceInfo> devices;
  for (int i = 0; i < count; ++i) {
    auto info = describe(driver, i);
    if (!info) return info.error();
    devices.push_back(std::move(*info));
  }
  return devices;
}

Gpu::Gpu(const Driver& driver, DeviceInfo info, Wait wait)
    : driver_(driver),
      info_(std::move(info)),
      blocks_(wait == Wait::block || (wait == Wait::automatic && info_.integrated)) {}

Outcome<std::unique_ptr<Gpu>> Gpu::open(const Driver& driver, int ordinal, Wait wait,
                                        const FatBinary& kernels) {
  if (kernels.image.empty())
    return Failure{
        "this build of lentil has no CUDA kernels: there was no nvcc when it was built; take a "
        "build with them, or install the CUDA toolkit and build again"};
  const auto devices = list_devices(driver);
  if (!devices) return devices.error();
  if (ordinal < 0 || static_cast<std::size_t>(ordinal) >= devices->size()) {
    return Failure{"there is no GPU cuda:" + std::to_string(ordinal) + "; the driver has " +
                   std::to_string(devices->size()) + ", counted from 0"};
  }
  std::unique_ptr<Gpu> gpu(new Gpu(driver, (*devices)[static_cast<std::size_t>(ordinal)], wait));
  DeviceHandle device = 0;
  Code code = driver->device_get(&device, ordinal);
  if (code == kSuccess) code = gpu->start(device);
  if (code != kSuccess) return gpu->failure("starting the GPU", code);
  auto loaded = gpu->load(kernels);
  if (!loaded) return loaded.error();
  return gpu;
}

Code Gpu::start(DeviceHandle device) {
  device_ = device;
  // Refused if somebody else in this process has started the GPU: then it waits as they wanted.
  driver_->context_flags(device, blocks_ ? kBlockingSync : kSpin);
  ContextHandle context = nullptr;
  if (const Code code = driver_->context_retain(&context, device)) return code;
  if (context == nullptr) {
    driver_->context_release(device);
    return kUnknown;
  }
  context_ = context;
  return enter();
}

Outcome<std::monostate> Gpu::load(const FatBinary& kernels) {
  if (const Code code = driver_->module_load(&module_, kernels.image.data())) {
    module_ = nullptr;
    return too_old(*this, kernels, code);
  }
  for (std::size_t i = 0; i < kEntryPoints; ++i) {
    Code code = driver_->module_function(&functions_[i], module_, kEntryPointNames[i]);
    if (code == kSuccess && functions_[i] == nullptr) code = kNotFound;
    if (code != kSuccess) return failure(std::string("finding the kernel ") + kEntryPointNames[i], code);
  }
  allow_shared_memory();
  return std::monostate{};
}

// More than the usual must be asked for; if that is refused, the usual it is.
void Gpu::allow_shared_memory() {
  if (info_.shared_bytes <= kUsualSharedBytes) return;
  if (driver_->function_attribute(kernel(EntryPoint::images), kFunctionMaxSharedBytes,
                                  static_cast<int>(info_.shared_bytes)))
    info_.shared_bytes = kUsualSharedBytes;
}

Gpu::~Gpu() {
  if (context_ == nullptr) return;
  enter();
  if (module_ != nullptr) driver_->module_unload(module_);
  driver_->context_set_current(nullptr);
  driver_->context_release(device_);
}

std::string Gpu::title() const { return info_.name + " (cuda:" + std::to_string(info_.ordinal) + ")"; }

Failure Gpu::failure(const std::string& doing, Code code) const {
  return driver_.failure(doing + " on " + title(), code);
}

}  // namespace lentil::cuda
