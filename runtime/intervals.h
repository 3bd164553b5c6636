// Placing byte ranges that live at different times into one arena.
#pragma once
#include <cstdint>
#include <span>

namespace lentil {

// Bytes that are needed from time `first` to time `last`, both included.
struct Interval {
  std::uint32_t bytes;  // a multiple of the alignment
  std::uint16_t first, last;
  std::uint32_t offset;  // result
  std::uint32_t target;  // where the planner wants the result written
};

// First fit, largest first: every interval gets the lowest offset >= base at which it meets no other one that
// lives at the same time. Sorts `intervals`. Returns the end of the highest one, or 0 when it passes 2^32
// - 1.
std::uint64_t place_intervals(std::span<Interval> intervals, std::uint32_t base);

// True if no two intervals that live at the same time share a byte.
bool intervals_disjoint(std::span<const Interval> intervals);

}  // namespace lentil
