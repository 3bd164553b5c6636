// Values as shades and colours.
#pragma once
#include <cstdint>
#include <span>

#include "tools/plot/drawing.h"
#include "tools/plot/ticks.h"

namespace lentil::plot {

// Which values become black and white: the least and the largest of each picture, those of all pictures, or
// plus and minus the largest magnitude of all (zero is in the middle, in colours: white).
enum class Scale : std::uint8_t { each, global, symmetric };

// Of the values that are finite; {0, 0} if there are none.
Range range_of(std::span<const float> values);
// The least range with zero in its middle that holds `range`.
Range symmetric_range(const Range& range);

// Where `value` lies in the range: 0 at its beginning or below it, 1 at its end or beyond; the middle of a
// range without width, and for what is no number.
double share_of(float value, const Range& range);

Rgb grey(double share);                // 0: black, 1: white
Rgb diverging(double share);           // 0: blue, 0.5: white, 1: red
Rgb shade(double share, Scale scale);  // diverging for symmetric, else grey

// From white to a deep colour, darker with each step in print too.
Rgb blues(double share);
Rgb oranges(double share);
// Black or white: what is readable on it.
Rgb text_on(const Rgb& color);

}  // namespace lentil::plot
