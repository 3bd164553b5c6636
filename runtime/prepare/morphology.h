// Neighbourhoods of a map: least, most and mean values around each pixel. Outside of the map there is
// nothing.
#pragma once
#include "runtime/prepare/plane.h"

namespace lentil::preparation {

// Squares of 2 * radius + 1 pixels. `spare` has room for the map and is overwritten; `to` may be `from`.
void erode(const Plane& from, const Plane& to, int radius, std::uint8_t* spare);
void dilate(const Plane& from, const Plane& to, int radius, std::uint8_t* spare);

// A disc; `to` is another map.
void dilate_round(const Plane& from, const Plane& to, int radius);

// The mean over a square; at the edges the nearest pixels count for those that are missing. `to` is another
// map.
void blur(const Plane& from, const Plane& to, int radius);

}  // namespace lentil::preparation
