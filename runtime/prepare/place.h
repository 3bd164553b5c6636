// The last step: the digit, scaled into its box, goes to its place in the network's input.
#pragma once
#include "runtime/prepare.h"
#include "runtime/prepare/plane.h"

namespace lentil::preparation {

// `ink` has 0 around the digit, which lies in `box`. Thin strokes are widened: a line of one pixel among the
// twenty of the box is not what a network has learnt from. `spare` is overwritten.
void place_digit(const Plane& ink, const Plane& mask, const Box& box, const Recipe& recipe,
                 std::uint8_t* spare, const Plane& output);

}  // namespace lentil::preparation
