#pragma once
#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/plan.h"

namespace lentil::test {

// Pages of canary bytes with an untouchable page before and behind them.
class GuardedPages {
 public:
  explicit GuardedPages(std::size_t bytes)
      : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))), size_((bytes + page_ - 1) / page_ * page_) {
    void* all = mmap(nullptr, size_ + 2 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) throw std::runtime_error("the system gives no pages");
    begin_ = static_cast<std::byte*>(all) + page_;
    if (mprotect(begin_, size_, PROT_READ | PROT_WRITE) != 0) throw std::runtime_error("pages stay closed");
    std::fill_n(begin_, size_, kCanary);
  }
  GuardedPages(const GuardedPages&) = delete;
  GuardedPages& operator=(const GuardedPages&) = delete;
  ~GuardedPages() { munmap(begin_ - page_, size_ + 2 * page_); }

  std::span<std::byte> at_front(std::size_t bytes) { return {begin_, bytes}; }
  // As close to the last byte as the alignment allows.
  std::span<std::byte> at_back(std::size_t bytes) {
    return {begin_ + (size_ - bytes) / kArenaAlignment * kArenaAlignment, bytes};
  }
  bool untouched_outside(std::span<const std::byte> used) const {
    const auto is_canary = [](std::byte b) { return b == kCanary; };
    return std::all_of<const std::byte*>(begin_, used.data(), is_canary) &&
           std::all_of<const std::byte*>(used.data() + used.size(), begin_ + size_, is_canary);
  }
  std::byte* behind() const { return begin_ + size_; }
  std::byte* before() const { return begin_ - 1; }

 private:
  static constexpr std::byte kCanary{0xa5};
  std::size_t page_, size_;
  std::byte* begin_ = nullptr;
};

}  // namespace lentil::test
