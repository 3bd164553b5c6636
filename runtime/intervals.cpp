#include "runtime/intervals.h"

#include <algorithm>

namespace lentil {
namespace {

bool alive_together(const Interval& a, const Interval& b) { return a.first <= b.last && b.first <= a.last; }

// Stable insertion sort: the lists are short, and the order must not depend on a library.
void sort_by_size(std::span<Interval> intervals) {
  for (std::size_t i = 1; i < intervals.size(); ++i) {
    const Interval moved = intervals[i];
    std::size_t at = i;
    for (; at > 0 && intervals[at - 1].bytes < moved.bytes; --at) intervals[at] = intervals[at - 1];
    intervals[at] = moved;
  }
}

// The lowest offset for `wanted` among those placed: each one in the way moves it behind that one's end.
std::uint64_t lowest_offset(std::span<const Interval> placed, const Interval& wanted, std::uint32_t base) {
  std::uint64_t offset = base;
  for (bool moved = true; moved;) {
    moved = false;
    for (const Interval& other : placed) {
      const std::uint64_t end = std::uint64_t{other.offset} + other.bytes;
      if (alive_together(other, wanted) && offset < end && other.offset < offset + wanted.bytes) {
        offset = end;
        moved = true;
      }
    }
  }
  return offset;
}

}  // namespace

std::uint64_t place_intervals(std::span<Interval> intervals, std::uint32_t base) {
  sort_by_size(intervals);
  std::uint64_t top = base;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    const std::uint64_t offset = lowest_offset(intervals.first(i), intervals[i], base);
    if (offset + intervals[i].bytes > 0xffffffffu) return 0;
    intervals[i].offset = static_cast<std::uint32_t>(offset);
    top = std::max(top, offset + intervals[i].bytes);
  }
  return top;
}

bool intervals_disjoint(std::span<const Interval> intervals) {
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Interval& a = intervals[i];
      const Interval& b = intervals[j];
      const bool apart =
          a.offset >= std::uint64_t{b.offset} + b.bytes || b.offset >= std::uint64_t{a.offset} + a.bytes;
      if (alive_together(a, b) && !apart) return false;
    }
  }
  return true;
}

}  // namespace lentil
