#include "formats/host/cuda/memory.h"

#include "formats/host/cuda/driver_codes.h"

namespace lentil::cuda {
namespace {

constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();

std::string size_text(std::size_t bytes) { return std::to_string(bytes) + " bytes"; }

Failure too_little(const Gpu& gpu, std::size_t bytes, Code code) {
  Failure failure = gpu.failure("allocating " + size_text(bytes), code);
  std::size_t free = 0, total = 0;
  if (code == kOutOfMemory && gpu.driver()->memory_free_bytes(&free, &total) == kSuccess)
    failure.message += " (" + size_text(free) + " of " + size_text(total) + " are free)";
  return failure;
}

}  // namespace

std::size_t ArenaLayout::add(std::size_t count, std::size_t size) {
  const std::size_t offset =
      bytes_ > kMost - kAlignment ? kMost : (bytes_ + kAlignment - 1) & ~(kAlignment - 1);
  const bool fits = size == 0 || count <= (kMost - offset) / size;
  bytes_ = fits ? offset + count * size : kMost;
  return offset;
}

Outcome<DeviceMemory> DeviceMemory::allocate(const Gpu& gpu, std::size_t bytes) {
  DeviceMemory result;
  DeviceAddress address = 0;
  Code code = gpu.enter();
  if (code == kSuccess) code = gpu.driver()->memory_allocate(&address, bytes);
  if (code == kSuccess && address == 0) code = kOutOfMemory;
  if (code != kSuccess) return too_little(gpu, bytes, code);
  result.memory_ = {gpu, address};
  result.address_ = address;
  result.bytes_ = bytes;
  return result;
}

Outcome<DeviceMemory> DeviceMemory::provide(const Gpu& gpu, std::size_t bytes, const DeviceArena& arena) {
  if (arena.address == 0) return allocate(gpu, bytes);
  if (arena.address % ArenaLayout::kAlignment != 0)
    return Failure{"the arena on " + gpu.title() + " must begin at a multiple of " +
                   size_text(ArenaLayout::kAlignment)};
  if (arena.bytes < bytes)
    return Failure{"the arena on " + gpu.title() + " has " + size_text(arena.bytes) + ", and " +
                   size_text(bytes) + " are needed"};
  DeviceMemory result;
  result.address_ = arena.address;
  result.bytes_ = bytes;
  return result;
}

Outcome<HostMemory> HostMemory::allocate(const Gpu& gpu, std::size_t bytes) {
  const std::string doing = "allocating " + size_text(bytes) + " of pinned memory";
  HostMemory result;
  void* memory = nullptr;
  Code code = gpu.enter();
  if (code == kSuccess) code = gpu.driver()->host_allocate(&memory, bytes, kHostMapped);
  if (code == kSuccess && memory == nullptr) code = kOutOfMemory;
  if (code != kSuccess) return gpu.failure(doing, code);
  result.memory_ = {gpu, memory};
  result.size_ = bytes;
  code = gpu.driver()->host_address(&result.device_address_, memory, 0);
  if (code != kSuccess) return gpu.failure(doing, code);
  return result;
}

RegisteredMemory RegisteredMemory::of(const Gpu& gpu, std::span<const std::byte> memory) {
  RegisteredMemory result;
  if (!possible(gpu) || memory.empty()) return result;
  // Kernels only read it; the driver's flag for that is newer than many drivers.
  void* address = const_cast<std::byte*>(memory.data());
  if (gpu.enter() != kSuccess) return result;
  if (gpu.driver()->host_register(address, memory.size(), kHostMapped) != kSuccess) return result;
  Owned<void*, release> registered(gpu, address);
  if (gpu.driver()->host_address(&result.device_address_, address, 0) != kSuccess) return {};
  result.memory_ = std::move(registered);
  return result;
}

}  // namespace lentil::cuda
