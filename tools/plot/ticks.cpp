#include "tools/plot/ticks.h"

#include <algorithm>
#include <cmath>

#include "tools/plot/decimal.h"

namespace lentil::plot {
namespace {

// units * 10^exponent; units is 1, 2 or 5.
struct Step {
  std::int64_t units = 1;
  int exponent = 0;

  // Products and quotients of whole powers alone: the library's pow() differs from machine to machine.
  double times(std::int64_t count) const {
    double power = 1;
    for (int i = 0; i < std::abs(exponent); ++i) power *= 10;
    const auto whole = static_cast<double>(units * count);
    return exponent < 0 ? whole / power : whole * power;
  }
};

// The least that is not below `length`, which is positive.
Step step_above(double length) {
  Step step;
  while (step.times(1) > length) --step.exponent;
  while (step.times(1) < length) {
    step.units = step.units == 1 ? 2 : step.units == 2 ? 5 : 10;
    if (step.units == 10) step = {1, step.exponent + 1};
  }
  return step;
}

// A line needs values on both sides of it.
Range widened(Range range) {
  const double middle = range.least / 2 + range.most / 2;
  const double least_width = std::max(std::fabs(middle) * 1e-6, 1e-30);
  if (range.most - range.least >= least_width) return range;
  const double half = middle == 0 ? 1 : std::fabs(middle) / 2;
  return {middle - half, middle + half};
}

}  // namespace

Ticks nice_ticks(Range values, std::uint32_t wanted, bool whole) {
  constexpr double kMost = 1e30;
  const Range range = widened({std::max(values.least, -kMost), std::min(values.most, kMost)});
  Step step = step_above((range.most - range.least) / wanted);
  if (whole && step.exponent < 0) step = {1, 0};
  const double length = step.times(1);
  const auto first = static_cast<std::int64_t>(std::floor(range.least / length + 1e-9));
  const auto last = static_cast<std::int64_t>(std::ceil(range.most / length - 1e-9));
  Ticks ticks{.range = {step.times(first), step.times(last)}, .ticks = {}};
  for (std::int64_t i = first; i <= last; ++i)
    ticks.ticks.push_back({step.times(i), scaled_decimal(i * step.units, step.exponent)});
  return ticks;
}

}  // namespace lentil::plot
