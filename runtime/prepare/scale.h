// The way from a picture's pixels to a map of the working size.
#pragma once
#include "runtime/prepare.h"
#include "runtime/prepare/plane.h"

namespace lentil::preparation {

// One map for grey, three of one size for red, green and blue.
struct ColourPlanes {
  std::array<Plane, 3> planes;
  std::size_t count = 1;
};

bool is_grey(PixelFormat format);

// What shines through transparent pixels: white, or black where what is opaque is light.
std::uint8_t canvas_colour(const Picture& picture);

// A region of the picture; each pixel of the planes is the mean of those that it covers. They are not larger
// than the region.
void read_region(const Picture& picture, const Box& region, std::uint8_t canvas, const ColourPlanes& to);

// Mixes the colours into the first plane, each by the square of its contrast, so that coloured ink stands out
// as much as black ink.
void mix_by_contrast(const ColourPlanes& colours);
// The same by how light the colours look (ITU-R BT.601).
void mix_as_seen(const ColourPlanes& colours);

// Bilinear. A map of the same size is copied.
void enlarge(const Plane& from, const Plane& to);

}  // namespace lentil::preparation
