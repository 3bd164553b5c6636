// Memory that GPUs see, each piece released by its owner.
#pragma once
#include <cstddef>
#include <limits>
#include <span>
#include <utility>

#include "formats/host/cuda/device.h"

namespace lentil::cuda {

// Something of the driver's that one owner gives back with `Release(gpu, handle)`. Borrows the GPU. Movable.
template <class Handle, auto Release>
class Owned {
 public:
  Owned() = default;
  Owned(const Gpu& gpu, Handle handle) : gpu_(&gpu), handle_(handle) {}
  Owned(Owned&& other) noexcept : gpu_(std::exchange(other.gpu_, nullptr)), handle_(other.handle_) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(gpu_, other.gpu_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  // Tried even on a GPU that has failed: most drivers still give back.
  ~Owned() {
    if (gpu_ == nullptr) return;
    gpu_->enter();
    Release(*gpu_, handle_);
  }

  explicit operator bool() const { return gpu_ != nullptr; }
  Handle get() const { return handle_; }

 private:
  const Gpu* gpu_ = nullptr;  // null: nothing is owned
  Handle handle_{};
};

// Places in one piece of device memory, all at multiples of 256.
class ArenaLayout {
 public:
  static constexpr std::size_t kAlignment = 256;
  // The offset of `count` elements of `size` bytes.
  std::size_t add(std::size_t count, std::size_t size);
  // The exact size of the piece. The largest number there is if that is too small.
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

// A piece of the GPU's memory that somebody else owns, and that must stay as long as it is used.
struct DeviceArena {
  DeviceAddress address = 0;  // a multiple of ArenaLayout::kAlignment; 0: there is none
  std::size_t bytes = 0;
};

// Of the GPU. Contents are unspecified at first.
class DeviceMemory {
 public:
  static Outcome<DeviceMemory> allocate(const Gpu& gpu, std::size_t bytes);
  // The front of the arena, or memory of its own if there is none. An arena of one byte less is refused.
  static Outcome<DeviceMemory> provide(const Gpu& gpu, std::size_t bytes, const DeviceArena& arena);
  DeviceAddress at(std::size_t offset) const { return address_ + offset; }
  std::size_t bytes() const { return bytes_; }

 private:
  static void release(const Gpu& gpu, DeviceAddress address) { gpu.driver()->memory_release(address); }
  Owned<DeviceAddress, release> memory_;  // empty: it is somebody else's
  DeviceAddress address_ = 0;
  std::size_t bytes_ = 0;
};

// Of the host, never paged out: the GPU copies from and to it while the host does something else. Kernels may
// use it in place at device_address().
class HostMemory {
 public:
  static Outcome<HostMemory> allocate(const Gpu& gpu, std::size_t bytes);
  std::span<std::byte> bytes() const { return {static_cast<std::byte*>(memory_.get()), size_}; }
  DeviceAddress device_address() const { return device_address_; }

 private:
  static void release(const Gpu& gpu, void* memory) { gpu.driver()->host_release(memory); }
  Owned<void*, release> memory_;
  std::size_t size_ = 0;
  DeviceAddress device_address_ = 0;
};

// Memory of the caller's that kernels use in place. Empty where the GPU cannot do that, or would have to go
// over a slow bus for it: then a copy is better. Must go before the memory does.
class RegisteredMemory {
 public:
  static RegisteredMemory of(const Gpu& gpu, std::span<const std::byte> memory);
  static bool possible(const Gpu& gpu) { return gpu.info().integrated && gpu.info().registers_host; }
  explicit operator bool() const { return static_cast<bool>(memory_); }
  DeviceAddress device_address() const { return device_address_; }

 private:
  static void release(const Gpu& gpu, void* memory) { gpu.driver()->host_unregister(memory); }
  Owned<void*, release> memory_;
  DeviceAddress device_address_ = 0;
};

// An address of the device as kernels take it. The host must not follow it.
template <class T>
T* device_pointer(DeviceAddress address) {
  return reinterpret_cast<T*>(static_cast<std::uintptr_t>(address));
}

}  // namespace lentil::cuda
