#include "tests/contract/heap_watch.h"

#include <atomic>
#include <cerrno>

namespace {

std::atomic<bool> watching{false};
std::atomic<std::size_t> counted{0};

void count() {
  if (watching.load(std::memory_order_relaxed)) counted.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

// The names under which glibc keeps its own functions for those who replace them.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

[[gnu::visibility("default")]] void* malloc(std::size_t bytes) {
  count();
  return __libc_malloc(bytes);
}
[[gnu::visibility("default")]] void* calloc(std::size_t items, std::size_t bytes) {
  count();
  return __libc_calloc(items, bytes);
}
[[gnu::visibility("default")]] void* realloc(void* old, std::size_t bytes) {
  count();
  return __libc_realloc(old, bytes);
}
[[gnu::visibility("default")]] void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  count();
  return __libc_memalign(alignment, bytes);
}
[[gnu::visibility("default")]] void* memalign(std::size_t alignment, std::size_t bytes) {
  count();
  return __libc_memalign(alignment, bytes);
}
[[gnu::visibility("default")]] int posix_memalign(void** result, std::size_t alignment, std::size_t bytes) {
  count();
  *result = __libc_memalign(alignment, bytes);
  return *result == nullptr ? ENOMEM : 0;
}
[[gnu::visibility("default")]] void free(void* memory) {
  count();
  __libc_free(memory);
}
}  // extern "C"

namespace lentil::contract {

HeapWatch::HeapWatch() {
  counted = 0;
  watching = true;
}
HeapWatch::~HeapWatch() { watching = false; }

std::size_t HeapWatch::calls() const { return counted; }

}  // namespace lentil::contract
