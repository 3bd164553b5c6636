// Where the windows of convolution and pooling lie.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

#include "runtime/model.h"
#include "runtime/shape.h"

namespace lentil::reference {

struct Window {
  Extent kernel{}, stride{}, dilation{};
  Padding padding{};
  bool ceil_mode = false;

  static Window of(const Layer& layer) {
    return {.kernel = layer.kernel,
            .stride = layer.stride,
            .dilation = layer.dilation,
            .padding = layer.padding,
            .ceil_mode = layer.ceil_mode};
  }
};

// Whole windows only: the last rows or columns of the input may belong to none. In ceil mode a last window
// may reach beyond the padding, but is left out if it starts behind the input.
inline std::uint32_t window_places(std::uint32_t size, std::uint32_t before, std::uint32_t after,
                                   std::uint32_t span, std::uint32_t stride, bool ceil_mode) {
  const std::uint32_t end = size + before + after;
  std::uint32_t places = 0, start = 0;
  for (; start + span <= end; start += stride) ++places;
  if (!ceil_mode || places == 0) return places;
  if (start - stride + span < end) ++places;
  if ((places - 1) * stride >= size + before) --places;
  return places;
}
inline Shape windows(const Window& w, const Shape& in, std::uint32_t channels) {
  const std::uint32_t tall = w.dilation.height * (w.kernel.height - 1) + 1;
  const std::uint32_t wide = w.dilation.width * (w.kernel.width - 1) + 1;
  const Padding& p = w.padding;
  return {.channels = channels,
          .height = window_places(in.height, p.top, p.bottom, tall, w.stride.height, w.ceil_mode),
          .width = window_places(in.width, p.left, p.right, wide, w.stride.width, w.ceil_mode)};
}

// The place in a channel's plane that tap (ky, kx) of window (oy, ox) sees; none in the padding.
inline std::optional<std::size_t> tap(const Window& w, const Shape& in, std::uint32_t oy, std::uint32_t ox,
                                      std::uint32_t ky, std::uint32_t kx) {
  const std::uint32_t y = oy * w.stride.height + ky * w.dilation.height;  // counted from the padding's edge
  const std::uint32_t x = ox * w.stride.width + kx * w.dilation.width;
  if (y < w.padding.top || y >= w.padding.top + in.height) return std::nullopt;
  if (x < w.padding.left || x >= w.padding.left + in.width) return std::nullopt;
  return std::size_t{y - w.padding.top} * in.width + (x - w.padding.left);
}

}  // namespace lentil::reference
