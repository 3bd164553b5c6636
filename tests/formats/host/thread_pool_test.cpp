#include "formats/host/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <memory>

using lentil::ParallelFor;
using lentil::formats::ThreadPool;

TEST_CASE("a pool runs every index exactly once, with one task per worker at a time") {
  const std::uint32_t threads = GENERATE(1u, 2u, 3u, 7u);
  ThreadPool pool(threads);
  CHECK(pool.threads() == threads);
  const ParallelFor parallel = pool.hook();
  const auto busy = std::make_unique<std::atomic<bool>[]>(threads);
  std::atomic<int> violations{0};
  for (const std::uint32_t count : {0u, 1u, 2u, 3u, 7u, 64u, 1000u}) {
    for (int repeat = 0; repeat < 50; ++repeat) {
      std::vector<int> runs(count);  // plain: each index belongs to one task
      parallel(count, [&](std::uint32_t index, std::uint32_t worker) {
        violations += worker >= threads || busy[worker].exchange(true);
        ++runs[index];
        busy[worker] = false;
      });
      REQUIRE(std::ranges::all_of(runs, [](int n) { return n == 1; }));
    }
  }
  CHECK(violations == 0);
}

TEST_CASE("what tasks write is visible after the run and to the next one") {
  ThreadPool pool(3);
  const ParallelFor parallel = pool.hook();
  std::vector<std::uint64_t> values(97, 1);
  for (int round = 0; round < 500; ++round) {
    parallel(97, [&](std::uint32_t index, std::uint32_t) { values[96 - index] += values[96 - index] % 7; });
  }
  std::uint64_t expected = 1;
  for (int round = 0; round < 500; ++round) expected += expected % 7;
  CHECK(std::ranges::all_of(values, [&](std::uint64_t value) { return value == expected; }));
}

TEST_CASE("all workers of a pool can be at work at the same time") {
  ThreadPool pool(3);
  std::atomic<int> arrived{0};
  // Each task waits for the other two: with fewer than three threads this would never end.
  pool.hook()(3, [&](std::uint32_t, std::uint32_t) {
    ++arrived;
    while (arrived < 3) std::this_thread::yield();
  });
  CHECK(arrived == 3);
}

TEST_CASE("a pool of 0 threads takes what the machine has") {
  CHECK(ThreadPool(0).threads() == std::max(1u, std::thread::hardware_concurrency()));
}

TEST_CASE("pools start and end quickly without any work") {
  for (int i = 0; i < 200; ++i) {
    ThreadPool pool(4);
    CHECK(pool.threads() == 4);
  }
}
