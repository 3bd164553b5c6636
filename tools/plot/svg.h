// A drawing as an SVG file.
#pragma once
#include <string>

#include "tools/plot/drawing.h"

namespace lentil::plot {

// The same drawing gives the same text. Dark on white in print and everywhere else, but light on dark for who
// asks for dark screens.
std::string to_svg(const Drawing& drawing);

}  // namespace lentil::plot
