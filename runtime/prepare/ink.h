// How much ink there is at each place of a map: 0 on the background, 255 where a pen has gone.
#pragma once
#include "runtime/prepare/plane.h"

namespace lentil::preparation {

// Dark ink on a light ground? The border and the majority of all pixels vote, as they are and compared with
// their surroundings: a shadow over half of a sheet is no ink. `spare` is overwritten.
bool has_dark_ink(const Plane& grey, std::uint8_t* spare);

void invert(const Plane& grey);

// Takes the background away, which may be uneven (shadows, a sheet on a table), and stretches what is left to
// 0..255. Light ink. `spare` and `spare2` are overwritten. False if nothing stands out.
bool find_ink(const Plane& grey, std::uint8_t* spare, std::uint8_t* spare2);

// Where the ink begins. Faint places belong to it if they touch such as do not need to.
struct Thresholds {
  int sure = 0, faint = 0;
};
Thresholds thresholds(const Plane& ink);

}  // namespace lentil::preparation
