// Where an axis has its marks.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace lentil::plot {

struct Range {
  double least = 0, most = 0;
};

struct Tick {
  double value = 0;
  std::string label;
};

struct Ticks {
  Range range;  // from a tick to a tick, around the values
  std::vector<Tick> ticks;
};

// At most about `wanted` steps of 1, 2 or 5 times a power of ten. `whole`: none between whole numbers.
// Of finite values; a range without width gets one.
Ticks nice_ticks(Range values, std::uint32_t wanted, bool whole = false);

}  // namespace lentil::plot
