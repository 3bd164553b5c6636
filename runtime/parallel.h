// The runtime has no threads of its own: a host may lend some.
#pragma once
#include <cstdint>

namespace lentil {

// run() must call task(context, index, worker) once for every index in [0, count), with worker in
// [0, threads) and never two tasks of one worker at a time, and return when all are done.
struct ParallelFor {
  using Task = void (*)(void* context, std::uint32_t index, std::uint32_t worker);
  void (*run)(void* pool, std::uint32_t count, Task task, void* context) = nullptr;
  void* pool = nullptr;

  // Without a pool: a plain loop.
  template <class Body>
  void operator()(std::uint32_t count, Body&& body) const {
    if (run == nullptr || count < 2) {
      for (std::uint32_t i = 0; i < count; ++i) body(i, 0u);
      return;
    }
    run(
        pool, count,
        [](void* context, std::uint32_t index, std::uint32_t worker) {
          (*static_cast<Body*>(context))(index, worker);
        },
        &body);
  }
};

}  // namespace lentil
