// GPUs as the driver lists them, and one that is ready to run the kernels.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "formats/host/cuda/driver.h"
#include "formats/host/cuda/fat_binary.h"

namespace lentil::cuda {

struct DeviceInfo {
  int ordinal = 0;
  std::string name;                // printable, as the driver says it
  int major = 0, minor = 0;        // compute capability: 8.7
  std::uint64_t memory_bytes = 0;  // all of it, used or not
  int processors = 0;              // streaming multiprocessors
  std::size_t shared_bytes = 0;    // the most that a block may have
  bool integrated = false;         // shares its memory with the processor, as on a Jetson
  bool registers_host = false;     // memory of the host can be made known to it afterwards
};

// At least one. A driver that gives absurd numbers is refused as one that fails.
Outcome<std::vector<DeviceInfo>> list_devices(const Driver&);

enum class EntryPoint : std::uint8_t {
  images,
  rows,
};
inline constexpr std::size_t kEntryPoints = 2;

enum class Wait : std::uint8_t {
  automatic,  // block on an integrated GPU, where every watt counts; else spin
  spin,       // the answer is there some microseconds earlier, and a core is busy until then
  block,
};

// A GPU with its context and the kernels on it. What is made on it borrows it. One thread at a time may use
// it, any one.
class Gpu {
 public:
  // Fails if there is no such GPU, this build has no kernels for it, or its memory is full.
  static Outcome<std::unique_ptr<Gpu>> open(const Driver& driver, int ordinal, Wait wait = Wait::automatic,
                                            const FatBinary& kernels = fat_binary());
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;
  ~Gpu();

  const Driver& driver() const { return driver_; }
  const DeviceInfo& info() const { return info_; }
  FunctionHandle kernel(EntryPoint e) const { return functions_[static_cast<std::size_t>(e)]; }
  bool blocks() const { return blocks_; }  // how it waits

  // Makes it the calling thread's; to be called before what the driver does for "the current context".
  Code enter() const { return driver_->context_set_current(context_); }
  // "NVIDIA H100 (cuda:0)"
  std::string title() const;
  // `doing` on this GPU has failed.
  Failure failure(const std::string& doing, Code code) const;

 private:
  Gpu(const Driver& driver, DeviceInfo info, Wait wait);
  Code start(DeviceHandle);
  Outcome<std::monostate> load(const FatBinary& kernels);
  void allow_shared_memory();

  Driver driver_;
  DeviceInfo info_;
  bool blocks_;
  DeviceHandle device_ = 0;
  ContextHandle context_ = nullptr;  // null: not retained
  ModuleHandle module_ = nullptr;
  std::array<FunctionHandle, kEntryPoints> functions_{};
};

}  // namespace lentil::cuda
