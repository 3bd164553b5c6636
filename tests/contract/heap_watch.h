// Counts the calls of the heap, in all threads and from every library: heap_watch.cpp stands in for malloc
// and its relatives in the program that it is linked with.
#pragma once
#include <cstddef>

namespace lentil::contract {

// From construction to destruction, one at a time.
class HeapWatch {
 public:
  HeapWatch();
  ~HeapWatch();
  HeapWatch(const HeapWatch&) = delete;
  HeapWatch& operator=(const HeapWatch&) = delete;

  std::size_t calls() const;  // so far: memory taken, resized or given back
};

}  // namespace lentil::contract
