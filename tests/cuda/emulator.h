// kernels/cuda/block.h for a host: the threads of a block run one after the other, in any order, loop by
// loop, and a Checker sees every access.
#pragma once
#include <algorithm>
#include <numeric>
#include <vector>

#include "kernels/philox.h"
#include "runtime/shuffle.h"
#include "tests/cuda/checker.h"

namespace lentil::cuda {

enum class ThreadOrder { ascending, descending, shuffled };

// The order in which the threads of every loop run; a new one for each loop if it is to be shuffled.
class Threads {
 public:
  Threads(std::uint32_t count, ThreadOrder order) : numbers_(count), order_(order) {
    std::iota(numbers_.begin(), numbers_.end(), 0u);
    if (order == ThreadOrder::descending) std::reverse(numbers_.begin(), numbers_.end());
  }
  const std::vector<std::uint32_t>& next() {
    if (order_ == ThreadOrder::shuffled)
      shuffle_order(numbers_, {.seed = 1, .use = kernels::RandomUse::shuffle, .step = loops_++});
    return numbers_;
  }

 private:
  std::vector<std::uint32_t> numbers_;
  ThreadOrder order_;
  std::uint32_t loops_ = 0;
};

class EmulatedBlock {
 public:
  template <class T>
  class Array {
   public:
    Array() = default;
    Array(Checker* checker, T* data) : checker_(checker), watched_(checker->find(data)) {
      if (watched_ != nullptr) at_ = data - reinterpret_cast<T*>(watched_->data());
    }
    T get(std::int32_t i) const { return checker_->read(watched_, at_ + i) ? data()[at_ + i] : T{}; }
    void set(std::int32_t i, T value) const {
      if (checker_->write(watched_, at_ + i)) data()[at_ + i] = value;
    }
    Array from(std::size_t i) const {
      Array moved = *this;
      moved.at_ += static_cast<std::ptrdiff_t>(i);
      return moved;
    }

   private:
    T* data() const { return reinterpret_cast<T*>(watched_->data()); }
    Checker* checker_ = nullptr;
    WatchedArray* watched_ = nullptr;
    std::ptrdiff_t at_ = 0;
  };
  template <class T>
  Array<T> array(T* data) const {
    return {&checker_, data};
  }

  EmulatedBlock(Checker& checker, Threads& threads, std::uint32_t index, std::uint32_t count)
      : checker_(checker), threads_(threads), index_(index), count_(count) {}
  std::uint32_t index() const { return index_; }
  std::uint32_t count() const { return count_; }

  // After every barrier the threads are dealt other elements than before, so that none is superfluous only
  // because a thread happens to meet its own values.
  template <class Body>
  void each(std::int32_t n, Body body) const {
    const std::vector<std::uint32_t>& order = threads_.next();
    const auto count = static_cast<std::int32_t>(order.size());
    const auto shift = static_cast<std::int32_t>(checker_.barriers() % count);
    for (const std::uint32_t number : order) {
      const auto thread = static_cast<std::int32_t>(number);
      checker_.run_thread(thread);
      for (std::int32_t i = (thread + shift) % count; i < n; i += count) body(i);
    }
    checker_.run_thread(kEveryThread);
  }
  void barrier() const { checker_.barrier(); }
  template <class Body>
  void region(std::int32_t n, Body body) const {
    each(n, body);
    barrier();
  }

 private:
  Checker& checker_;
  Threads& threads_;
  std::uint32_t index_, count_;
};

}  // namespace lentil::cuda
