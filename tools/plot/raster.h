// A drawing as pixels.
#pragma once
#include <cstdint>

#include "formats/host/image.h"
#include "tools/plot/drawing.h"

namespace lentil::plot {

// Pixels of the image for each of the drawing's: text needs two.
inline constexpr std::uint32_t kRasterScale = 2;

// Whether the image would be within the limits of formats/host/image.h.
bool fits_raster(const Drawing& drawing);

// RGB, on white, with smooth edges; the same on every machine. Of a drawing that fits.
formats::Image to_image(const Drawing& drawing);

}  // namespace lentil::plot
