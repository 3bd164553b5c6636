// Memory of exactly the size asked for, full of NaNs, with guard bytes around it.
#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>

#include "runtime/plan.h"

namespace lentil::test {

class PoisonedArena {
 public:
  explicit PoisonedArena(std::size_t bytes)
      : bytes_(bytes),
        memory_(
            static_cast<std::byte*>(::operator new (bytes + 2 * kGuard, std::align_val_t{kArenaAlignment}))) {
    poison();
  }
  PoisonedArena(PoisonedArena&& other) noexcept
      : bytes_(other.bytes_), memory_(std::exchange(other.memory_, nullptr)) {}
  PoisonedArena(const PoisonedArena&) = delete;
  PoisonedArena& operator=(const PoisonedArena&) = delete;
  ~PoisonedArena() { ::operator delete (memory_, std::align_val_t{kArenaAlignment}); }

  std::span<std::byte> bytes() { return {memory_ + kGuard, bytes_}; }
  // Every byte 0xff: NaN as float, an impossible offset as integer.
  void poison() { std::fill_n(memory_, bytes_ + 2 * kGuard, kPoison); }
  // False once anything has been written outside bytes().
  bool guards_intact() const {
    const auto poisoned = [](std::byte b) { return b == kPoison; };
    return std::all_of(memory_, memory_ + kGuard, poisoned) &&
           std::all_of(memory_ + kGuard + bytes_, memory_ + bytes_ + 2 * kGuard, poisoned);
  }

 private:
  static constexpr std::size_t kGuard = kArenaAlignment;
  static constexpr std::byte kPoison{0xff};
  std::size_t bytes_;
  std::byte* memory_;
};

}  // namespace lentil::test
