// Average pooling of one plane: the sum of a window in row-major order, then one division. Lanes are
// neighbouring windows.
#include "kernels/cpu/table.h"
#include "kernels/cpu/window.h"

namespace lentil::kernels::LENTIL_ISA {
namespace {

// Of the `kernel` elements first, first + dilation, ...: how many lie in [begin, end).
LENTIL_HD std::int32_t elements_inside(std::int32_t first, std::int32_t dilation, std::int32_t kernel,
                                       std::int32_t begin, std::int32_t end) {
  const LaneRange inside = lanes_inside(first - begin, dilation, end - begin, kernel);
  return inside.end > inside.begin ? inside.end - inside.begin : 0;
}

LENTIL_HD float counted_rows(const AvgPoolWindows& a, std::int32_t row) {
  const Window& w = a.window;
  return static_cast<float>(elements_inside(row * w.stride_height - w.top, w.dilation_height, w.height,
                                            -a.count_top, a.in.height + a.count_bottom));
}
LENTIL_HD float counted_columns(const AvgPoolWindows& a, std::int32_t column) {
  const Window& w = a.window;
  return static_cast<float>(elements_inside(column * w.stride_width - w.left, w.dilation_width, w.width,
                                            -a.count_left, a.in.width + a.count_right));
}

// Elements outside the plane are added as zeros, which changes no sum.
LENTIL_HD Vec window_sums(const AvgPoolForward& args, std::int32_t row, std::int32_t column,
                          std::int32_t lanes) {
  const AvgPoolWindows& a = args.windows;
  Vec sum{};
  for (std::int32_t i = 0; i < a.window.height * a.window.width; ++i) {
    const Position p = chosen(a.window, row, column, i);
    if (p.row < 0 || p.row >= a.in.height) continue;
    const LaneRange valid = lanes_inside(p.column, a.window.stride_width, a.in.width, lanes);
    if (valid.begin >= valid.end) continue;
    const float* x = args.x + p.row * a.in.width + p.column;
    sum += load_strided(x, a.window.stride_width, valid.begin, valid.end);
  }
  return sum;
}

}  // namespace

void avg_pool_forward(const AvgPoolForward& args) {
  const AvgPoolWindows& a = args.windows;
  for (std::int32_t row = 0; row < a.out.height; ++row) {
    const float rows = counted_rows(a, row);
    for (std::int32_t column = 0; column < a.out.width; column += kLanes) {
      const std::int32_t lanes = a.out.width - column < kLanes ? a.out.width - column : kLanes;
      Vec count = broadcast(1.0f);
      for (std::int32_t l = 0; l < lanes; ++l) count[l] = rows * counted_columns(a, column + l);
      store_n(args.y + row * a.out.width + column, window_sums(args, row, column, lanes) / count, lanes);
    }
  }
}

// Every window hands its share to its elements, windows in row-major order.
void avg_pool_backward(const AvgPoolBackward& args) {
  const AvgPoolWindows& a = args.windows;
  for (std::int32_t i = 0; i < a.in.height * a.in.width; ++i) args.dx[i] = 0;
  for (std::int32_t row = 0; row < a.out.height; ++row) {
    for (std::int32_t column = 0; column < a.out.width; ++column) {
      const float share =
          args.dy[row * a.out.width + column] / (counted_rows(a, row) * counted_columns(a, column));
      for (std::int32_t i = 0; i < a.window.height * a.window.width; ++i) {
        const Position p = chosen(a.window, row, column, i);
        if (p.row < 0 || p.row >= a.in.height || p.column < 0 || p.column >= a.in.width) continue;
        args.dx[p.row * a.in.width + p.column] += share;
      }
    }
  }
}

}  // namespace lentil::kernels::LENTIL_ISA
