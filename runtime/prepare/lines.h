// Ruled lines and frames: thin, and from one edge of the map to the other.
#pragma once
#include "runtime/prepare/plane.h"

namespace lentil::preparation {

// Erases them from the mask, but not where something crosses them.
void erase_lines(const Plane& mask);

}  // namespace lentil::preparation
