// kernels/cuda/block.h for a host: a thread for each of CUDA's and plain memory, for ThreadSanitizer to look
// at; or a single one, which is the fastest way to run the kernels without a GPU.
#pragma once
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace lentil::cuda {

class ThreadBlock {
 public:
  template <class T>
  struct Array {
    T* data = nullptr;
    T get(std::int32_t i) const { return data[i]; }
    void set(std::int32_t i, T value) const { data[i] = value; }
    Array from(std::size_t i) const { return {data + i}; }
  };
  template <class T>
  Array<T> array(T* data) const {
    return {data};
  }

  ThreadBlock(std::barrier<>& barrier, std::int32_t thread, std::int32_t threads, std::uint32_t index,
              std::uint32_t count)
      : barrier_(barrier), thread_(thread), threads_(threads), index_(index), count_(count) {}
  std::uint32_t index() const { return index_; }
  std::uint32_t count() const { return count_; }

  template <class Body>
  void each(std::int32_t n, Body body) const {
    for (std::int32_t i = thread_; i < n; i += threads_) body(i);
  }
  void barrier() const { barrier_.arrive_and_wait(); }
  template <class Body>
  void region(std::int32_t n, Body body) const {
    each(n, body);
    barrier();
  }

 private:
  std::barrier<>& barrier_;
  std::int32_t thread_, threads_;
  std::uint32_t index_, count_;
};

// kernel(block) for every thread of a block, all at the same time.
template <class Kernel>
void run_block(std::int32_t threads, std::uint32_t index, std::uint32_t count, Kernel kernel) {
  std::barrier<> barrier(threads);
  if (threads == 1) return kernel(ThreadBlock(barrier, 0, 1, index, count));
  std::vector<std::jthread> running;
  for (std::int32_t t = 0; t < threads; ++t)
    running.emplace_back([&, t] { kernel(ThreadBlock(barrier, t, threads, index, count)); });
}

}  // namespace lentil::cuda
