// Convolutions of many shapes, as the kernels and as the oracle take them.
#pragma once
#include <string>
#include <vector>

#include "runtime/ops/window.h"
#include "tests/kernels/support.h"
#include "tests/reference/reference.h"

namespace lentil::test {

struct ConvCase {
  Shape input;
  std::uint32_t outputs;
  Extent kernel, stride{1, 1}, dilation{1, 1};
  Padding padding{};
  std::uint32_t groups = 1;
  Extent pool{1, 1}, pool_stride{1, 1};
  Padding pool_padding{};
};

inline const std::vector<ConvCase>& conv_cases() {
  static const std::vector<ConvCase> cases{
      {{1, 28, 28}, 10, {5, 5}, {1, 1}, {1, 1}, {}, 1, {2, 2}, {2, 2}},
      {{10, 12, 12}, 20, {5, 5}, {1, 1}, {1, 1}, {}, 1, {2, 2}, {2, 2}},
      {{1, 1, 1}, 1, {1, 1}},
      {{3, 7, 5}, 7, {3, 2}},
      {{2, 9, 35}, 3, {4, 3}, {2, 3}, {1, 1}, {1, 2, 3, 0}},
      {{4, 11, 13}, 6, {3, 3}, {1, 1}, {2, 3}, {2, 1, 0, 4}, 2},
      {{3, 6, 40}, 9, {3, 3}, {1, 2}, {1, 1}, {1, 1, 1, 1}, 3, {3, 2}, {2, 1}, {1, 0, 1, 1}},
      {{2, 10, 19}, 5, {1, 18}, {1, 1}, {1, 1}, {}, 1, {2, 2}, {2, 2}},
      {{1, 12, 12}, 17, {7, 9}, {1, 1}, {1, 1}, {3, 4, 3, 4}, 1, {3, 3}, {3, 3}},
      {{1, 9, 9}, 8, {2, 2}, {1, 1}, {1, 1}, {}, 1, {4, 4}, {2, 2}},
      {{8, 5, 5}, 8, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 8},
      {{1, 28, 28}, 6, {5, 5}, {1, 1}, {1, 1}, {2, 2, 2, 2}, 1, {2, 2}, {2, 2}},
      {{4, 9, 26}, 23, {3, 3}, {1, 1}, {2, 1}, {1, 1, 1, 1}},
  };
  return cases;
}

inline reference::Conv2d oracle_conv(const ConvCase& c) {
  return {.input = c.input,
          .outputs = c.outputs,
          .window = {.kernel = c.kernel, .stride = c.stride, .dilation = c.dilation, .padding = c.padding},
          .groups = c.groups};
}
inline reference::Window oracle_pool(const ConvCase& c) {
  return {.kernel = c.pool, .stride = c.pool_stride, .padding = c.pool_padding};
}

inline Layer window_layer(Extent kernel, Extent stride, Extent dilation, Padding padding) {
  Layer layer;
  layer.kernel = kernel;
  layer.stride = stride;
  layer.dilation = dilation;
  layer.padding = padding;
  return layer;
}

inline kernels::ConvShape kernel_shape(const ConvCase& c) {
  const auto i32 = [](std::uint32_t v) { return static_cast<std::int32_t>(v); };
  const auto plane = [&](const Shape& s) { return kernels::Plane{i32(s.height), i32(s.width)}; };
  const Shape map = oracle_conv(c).output();
  const Shape out = reference::windows(oracle_pool(c), map, c.outputs);
  return {.in_channels = i32(c.input.channels),
          .out_channels = i32(c.outputs),
          .groups = i32(c.groups),
          .in = plane(c.input),
          .map = plane(map),
          .out = plane(out),
          .kernel = kernel_window(window_layer(c.kernel, c.stride, c.dilation, c.padding)),
          .pool = kernel_window(window_layer(c.pool, c.pool_stride, {1, 1}, c.pool_padding)),
          .pooled = c.pool != Extent{1, 1}};
}

inline std::string describe(const ConvCase& c) {
  return std::to_string(c.input.channels) + "x" + std::to_string(c.input.height) + "x" +
         std::to_string(c.input.width) + " to " + std::to_string(c.outputs) + ", kernel " +
         std::to_string(c.kernel.height) + "x" + std::to_string(c.kernel.width);
}

// As few as the planner gives the window.
inline std::int32_t argmax_bits_of(const ConvCase& c) {
  return argmax_bits(window_layer(c.pool, c.pool_stride, {1, 1}, c.pool_padding));
}

}  // namespace lentil::test
