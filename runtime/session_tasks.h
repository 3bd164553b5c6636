// How a session and a trainer spread their work over the workers of the host.
#pragma once
#include <algorithm>
#include <atomic>

#include "runtime/session.h"

namespace lentil {

// Workers begin and end at different times: several parts each, so that none has to wait long for another.
inline constexpr std::uint32_t kPartsPerWorker = 8;

// Where part `part` of `count` things begins that are cut into `parts` of equal size, give or take one.
// (Half of count * part / parts at a time: processors that cannot divide 64 bits need much code to do it.)
inline std::uint32_t begin_of_part(std::uint32_t count, std::uint32_t part, std::uint32_t parts) {
  return count / parts * part + count % parts * part / parts;
}

template <class Body>
void Session::for_each_block(std::uint32_t count, Body body) const {
  const std::uint32_t blocks = block_count(count);
  parallel_(blocks, [&](std::uint32_t block, std::uint32_t) {
    body(begin_of_part(count, block, blocks), begin_of_part(count, block + 1, blocks), block);
  });
}

template <class Body>
void Session::for_each_task(std::uint32_t count, Body body) const {
  std::atomic<std::uint32_t> next{0};
  parallel_(block_count(count), [&](std::uint32_t worker, std::uint32_t) {
    for (std::uint32_t task = next++; task < count; task = next++) body(task, worker);
  });
}

template <class Body>
void Session::for_each_few(std::uint32_t count, Body body) const {
  const std::uint32_t parts = kPartsPerWorker * std::max<std::uint32_t>(1, block_count(count));
  const std::uint32_t few = std::min<std::uint32_t>(kImagesTogether, count / parts + (count % parts != 0));
  for_each_task(count == 0 ? 0 : (count + few - 1) / few, [&](std::uint32_t task, std::uint32_t worker) {
    body(task * few, std::min<std::uint32_t>(task * few + few, count), worker);
  });
}

}  // namespace lentil
