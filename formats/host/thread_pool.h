// Threads that a host lends to the runtime. Waiting threads sleep; they never spin.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/parallel.h"

namespace lentil::formats {

class ThreadPool {
 public:
  // `threads` workers, the calling thread among them; 0 takes all that the machine offers. If the system
  // refuses to start one, the pool has fewer.
  explicit ThreadPool(std::uint32_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  std::uint32_t threads() const { return static_cast<std::uint32_t>(workers_.size()) + 1; }

  // For Session and Trainer; valid as long as the pool, which must not move. One call at a time: neither
  // from inside a task nor from two threads. Nothing is allocated. Indices go to whoever is free.
  ParallelFor hook();

 private:
  struct Job {
    ParallelFor::Task task = nullptr;
    void* context = nullptr;
    std::uint32_t count = 0;
  };

  void run(const Job& job);
  void work(const Job& job, std::uint32_t worker);
  void wait_for_jobs(std::uint32_t worker);

  std::mutex mutex_;
  std::condition_variable job_opened_, worker_left_;
  Job job_;                   // this and the next four under mutex_
  std::uint64_t number_ = 0;  // of the job: a worker takes part in each at most once
  std::uint32_t inside_ = 0;  // workers that are working on the job, the caller not counted
  bool open_ = false;         // workers may still join
  bool ending_ = false;
  std::atomic<std::uint64_t> next_{0};  // the first index that nobody has taken; 64 bits cannot wrap
  std::vector<std::thread> workers_;
};

}  // namespace lentil::formats
