// Geometry of sliding windows, as PyTorch counts it.
#pragma once
#include "kernels/args.h"
#include "runtime/model.h"

namespace lentil {

// How many windows fit along one side; 0 if none does. ceil_mode adds one that starts inside but ends
// outside. Nothing wraps: sides, kernels, strides and the like stay below 2^16 (formats/layer_rules.h).
constexpr std::uint32_t window_count(std::uint32_t size, std::uint32_t before, std::uint32_t after,
                                     std::uint32_t kernel, std::uint32_t stride, std::uint32_t dilation,
                                     bool ceil_mode) {
  const std::uint32_t span = dilation * (kernel - 1) + 1;
  const std::uint32_t padded = size + before + after;
  if (padded < span) return 0;
  std::uint32_t count = (padded - span + (ceil_mode ? stride - 1 : 0)) / stride + 1;
  if (ceil_mode && (count - 1) * stride >= size + before) --count;
  return count;
}

constexpr Extent window_outputs(const Layer& l, const Shape& in) {
  return {window_count(in.height, l.padding.top, l.padding.bottom, l.kernel.height, l.stride.height,
                       l.dilation.height, l.ceil_mode),
          window_count(in.width, l.padding.left, l.padding.right, l.kernel.width, l.stride.width,
                       l.dilation.width, l.ceil_mode)};
}

// Whether every window along one side has at least one element in the input and not only padding.
constexpr bool windows_see_input(std::int32_t size, std::int32_t before, std::int32_t windows,
                                 std::int32_t kernel, std::int32_t stride, std::int32_t dilation) {
  for (std::int32_t i = 0; i < windows; ++i) {
    const std::int32_t start = i * stride - before;
    const std::int32_t skipped = start < 0 ? (dilation - 1 - start) / dilation : 0;
    if (skipped >= kernel || start + skipped * dilation >= size) return false;
  }
  return true;
}

constexpr bool windows_see_input(const Layer& l, const Shape& in, const Extent& out) {
  const auto i32 = [](std::uint32_t v) { return static_cast<std::int32_t>(v); };
  return windows_see_input(i32(in.height), i32(l.padding.top), i32(out.height), i32(l.kernel.height),
                           i32(l.stride.height), i32(l.dilation.height)) &&
         windows_see_input(i32(in.width), i32(l.padding.left), i32(out.width), i32(l.kernel.width),
                           i32(l.stride.width), i32(l.dilation.width));
}

constexpr kernels::Window kernel_window(const Layer& l) {
  const auto i32 = [](std::uint32_t v) { return static_cast<std::int32_t>(v); };
  return {i32(l.kernel.height), i32(l.kernel.width), i32(l.stride.height),   i32(l.stride.width),
          i32(l.padding.top),   i32(l.padding.left), i32(l.dilation.height), i32(l.dilation.width)};
}

// Enough to tell the elements of a pool's window apart.
constexpr std::int32_t argmax_bits(const Layer& pool) {
  const std::uint32_t window = pool.kernel.height * pool.kernel.width;
  return window <= 4 ? 2 : window <= 16 ? 4 : 8;
}

constexpr kernels::Plane plane_of(const Shape& s) {
  return {static_cast<std::int32_t>(s.height), static_cast<std::int32_t>(s.width)};
}

}  // namespace lentil
