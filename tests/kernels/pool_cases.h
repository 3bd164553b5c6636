// Pools of many shapes, of one plane each.
#pragma once
#include <vector>

#include "runtime/ops/window.h"
#include "tests/kernels/support.h"
#include "tests/reference/reference.h"

namespace lentil::test {

struct PoolCase {
  Shape in;
  Extent kernel, stride, dilation{1, 1};
  Padding padding{};
  bool ceil_mode = false;

  Layer layer() const {
    Layer layer;
    layer.kernel = kernel;
    layer.stride = stride;
    layer.dilation = dilation;
    layer.padding = padding;
    layer.ceil_mode = ceil_mode;
    return layer;
  }
  reference::Window window() const { return reference::Window::of(layer()); }
  Shape out() const { return reference::windows(window(), in, in.channels); }
};

inline const std::vector<PoolCase>& pool_cases() {
  static const std::vector<PoolCase> cases{
      {{1, 24, 24}, {2, 2}, {2, 2}},
      {{1, 7, 33}, {3, 2}, {2, 1}, {1, 1}, {1, 0, 1, 1}},
      {{1, 9, 9}, {1, 1}, {1, 1}},
      {{1, 16, 18}, {3, 3}, {1, 2}, {2, 2}, {1, 1, 0, 1}},
      {{1, 40, 5}, {4, 5}, {3, 5}},
      {{1, 20, 20}, {16, 16}, {4, 4}},
      {{1, 7, 13}, {7, 13}, {1, 1}},
      {{1, 8, 70}, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}, true},
      {{1, 6, 37}, {2, 4}, {3, 3}, {1, 1}, {}, true},
      {{1, 11, 24}, {3, 2}, {3, 4}, {1, 3}, {0, 1, 2, 0}, true},
  };
  return cases;
}

}  // namespace lentil::test
