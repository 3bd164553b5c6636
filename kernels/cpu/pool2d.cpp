// Max-pooling of one plane. Lanes are neighbouring windows.
#include "kernels/cpu/table.h"
#include "kernels/cpu/window.h"

namespace lentil::kernels::LENTIL_ISA {
namespace {

LENTIL_HD RunningMax window_max(const MaxPoolForward& a, std::int32_t row, std::int32_t column,
                                std::int32_t lanes) {
  RunningMax max = nothing_yet();
  for (std::int32_t i = 0; i < a.window.height * a.window.width; ++i) {
    const Position p = chosen(a.window, row, column, i);
    if (p.row < 0 || p.row >= a.in.height) continue;
    const LaneRange valid = lanes_inside(p.column, a.window.stride_width, a.in.width, lanes);
    if (valid.begin >= valid.end) continue;
    const float* x = a.x + p.row * a.in.width + p.column;
    take_greater(max, load_strided(x, a.window.stride_width, valid.begin, valid.end), i, valid);
  }
  return max;
}

}  // namespace

void max_pool_forward(const MaxPoolForward& a) {
  for (std::int32_t row = 0; row < a.out.height; ++row) {
    for (std::int32_t column = 0; column < a.out.width; column += kLanes) {
      const std::int32_t lanes = a.out.width - column < kLanes ? a.out.width - column : kLanes;
      const std::int32_t first = row * a.out.width + column;
      const RunningMax max = window_max(a, row, column, lanes);
      store_n(a.y + first, max.best, lanes);
      if (a.argmax.data != nullptr) store_argmax(a.argmax.data, a.argmax.bits, first, max.index, lanes);
    }
  }
}

void max_pool_backward(const MaxPoolBackward& a) {
  for (std::int32_t i = 0; i < a.in.height * a.in.width; ++i) a.dx[i] = 0;
  for (std::int32_t row = 0; row < a.out.height; ++row) {
    for (std::int32_t column = 0; column < a.out.width; ++column) {
      const std::int32_t i = row * a.out.width + column;
      const Position p = chosen(a.window, row, column, load_argmax(a.argmax, a.argmax_bits, i));
      a.dx[p.row * a.in.width + p.column] += a.dy[i];
    }
  }
}

}  // namespace lentil::kernels::LENTIL_ISA
