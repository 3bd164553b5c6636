// Which rows of an image hold anything: the others are left out of a convolution, to which they add nothing.
#pragma once
#include "kernels/cpu/vec.h"

namespace lentil::kernels::LENTIL_ISA {

// Rows [begin, end) of an input plane hold all of its values that are not zero. Looked for in images alone:
// above and below a digit there is nothing but background, while the planes of later layers are hardly ever
// empty there.
struct Rows {
  std::int32_t begin, end;
};
constexpr std::int32_t kMostPlanes = 4;
struct RowsInUse {
  Rows planes[kMostPlanes];
  bool known;
};
LENTIL_HD Rows rows_of_plane(const float* plane, Plane in) {
  Rows rows{0, in.height};
  while (rows.begin < rows.end && !any_nonzero(plane + rows.begin * in.width, in.width)) ++rows.begin;
  while (rows.begin < rows.end && !any_nonzero(plane + (rows.end - 1) * in.width, in.width)) --rows.end;
  return rows;
}
LENTIL_HD RowsInUse rows_in_use(const Conv2dForward& a) {
  const ConvShape& s = a.shape;
  RowsInUse rows{{}, s.in_channels <= kMostPlanes};
  for (std::int32_t c = 0; rows.known && c < s.in_channels; ++c)
    rows.planes[c] = rows_of_plane(a.x + static_cast<std::ptrdiff_t>(c) * s.in.height * s.in.width, s.in);
  return rows;
}
// The rows of the kernel that meet any of them, for a tile of `height` rows whose input begins with row
// `top`.
LENTIL_HD Rows kernel_rows(const RowsInUse& rows, std::int32_t channel, const Window& k, std::int32_t top,
                           std::int32_t height) {
  Rows taps{0, k.height};
  if (!rows.known) return taps;
  const Rows& used = rows.planes[channel];
  while (taps.begin < taps.end && top + taps.begin * k.dilation_height + height <= used.begin) ++taps.begin;
  while (taps.begin < taps.end && top + (taps.end - 1) * k.dilation_height >= used.end) --taps.end;
  return taps;
}

}  // namespace lentil::kernels::LENTIL_ISA
