#include "formats/host/thread_pool.h"

#include <algorithm>
#include <cassert>
#include <system_error>

namespace lentil::formats {

ThreadPool::ThreadPool(std::uint32_t threads) {
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  workers_.reserve(threads - 1);
  try {
    for (std::uint32_t worker = 1; worker < threads; ++worker) {
      workers_.emplace_back([this, worker] { wait_for_jobs(worker); });
    }
  } catch (const std::system_error&) {
    return;  // fewer threads give the same results, only later
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  job_opened_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

ParallelFor ThreadPool::hook() {
  return {[](void* pool, std::uint32_t count, ParallelFor::Task task, void* context) {
            static_cast<ThreadPool*>(pool)->run({task, context, count});
          },
          this};
}

// The caller starts at once and does not wait for sleepers: a worker that wakes after the last index was
// taken finds the job closed. So a run costs at most what the caller alone would need, plus the wake-ups.
void ThreadPool::run(const Job& job) {
  {
    const std::scoped_lock lock(mutex_);
    assert(!open_ && "ThreadPool: one run at a time");
    job_ = job;
    ++number_;
    next_.store(0, std::memory_order_relaxed);
    open_ = true;
  }
  const std::size_t helpers = std::min<std::size_t>(workers_.size(), job.count == 0 ? 0 : job.count - 1);
  for (std::size_t i = 0; i < helpers; ++i) job_opened_.notify_one();
  work(job, 0);
  std::unique_lock lock(mutex_);
  open_ = false;
  worker_left_.wait(lock, [this] { return inside_ == 0; });
}

// The mutex, taken on joining and leaving, orders the tasks' memory; the counter only hands out numbers.
void ThreadPool::work(const Job& job, std::uint32_t worker) {
  while (true) {
    const std::uint64_t index = next_.fetch_add(1, std::memory_order_relaxed);
    if (index >= job.count) return;
    job.task(job.context, static_cast<std::uint32_t>(index), worker);
  }
}

void ThreadPool::wait_for_jobs(std::uint32_t worker) {
  std::uint64_t last = 0;
  std::unique_lock lock(mutex_);
  while (true) {
    job_opened_.wait(lock, [&] { return ending_ || (open_ && number_ != last); });
    if (ending_) return;
    last = number_;
    const Job job = job_;
    ++inside_;
    lock.unlock();
    work(job, worker);
    lock.lock();
    if (--inside_ == 0) worker_left_.notify_one();
  }
}

}  // namespace lentil::formats
