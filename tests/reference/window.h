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

  static Window of(const Layer& layer) {
    return {
        .kernel = layer.kernel, .stride = layer.stride, .dilation = layer.dilation, .padding = layer.padding};
  }
};

// Whole windows only: the last rows or columns of the input may belong to none.
inline Shape windows(const Window& w, const Shape& in, std::uint32_t channels) {
  const std::uint32_t tall = w.dilation.height * (w.kernel.height - 1) + 1;
  const std::uint32_t wide = w.dilation.width * (w.kernel.width - 1) + 1;
  return {.channels = channels,
          .height = (in.height + w.padding.top + w.padding.bottom - tall) / w.stride.height + 1,
          .width = (in.width + w.padding.left + w.padding.right - wide) / w.stride.width + 1};
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
