// Max and average pooling over the same windows.
#include "tests/contract/case_data.h"
#include "tests/contract/kernel_cases.h"

namespace lentil::contract {
namespace {

using kernels::AvgPoolWindows;

struct PoolCase {
  const char* name;
  AvgPoolWindows windows;  // what counts matters to the average alone
  std::int32_t argmax_bits;
};

constexpr PoolCase kCases[] = {
    {"halves",
     {.in = {24, 24},
      .out = {12, 12},
      .window = {.height = 2, .width = 2, .stride_height = 2, .stride_width = 2}},
     2},
    {"overlap_and_padding",
     {.in = {13, 17},
      .out = {7, 9},
      .window = {.height = 3, .width = 3, .stride_height = 2, .stride_width = 2, .top = 1, .left = 1},
      .count_top = 1,
      .count_left = 1,
      .count_bottom = 1,
      .count_right = 1},
     4},
    {"stride_one_wide", {.in = {3, 41}, .out = {2, 40}, .window = {.height = 2, .width = 2}}, 2},
    {"large_window",
     {.in = {23, 19},
      .out = {4, 3},
      .window = {.height = 5, .width = 6, .stride_height = 5, .stride_width = 6}},
     8},
    {"dilation",
     {.in = {9, 10},
      .out = {5, 4},
      .window = {.height = 3, .width = 3, .stride_width = 2, .dilation_height = 2}},
     4},
    {"padding_that_does_not_count",
     {.in = {5, 6},
      .out = {4, 4},
      .window = {.height = 3, .width = 4, .stride_height = 2, .stride_width = 2, .top = 2, .left = 1}},
     4},
};

std::size_t plane(kernels::Plane p) {
  return static_cast<std::size_t>(p.height) * static_cast<std::size_t>(p.width);
}

void max_pool(const kernels::KernelTable& table, Pieces pieces, const PoolCase& c, const Report& report) {
  const auto& [in, out, window, top, left, bottom, right] = c.windows;
  const auto x = pieces.coarse(plane(in), 11);
  const auto dy = pieces.random(plane(out), 12);
  const auto y = pieces.results(plane(out));
  const auto dx = pieces.results(plane(in));
  const auto argmax = pieces.of<std::uint8_t>(kernels::argmax_plane_bytes(plane(out), c.argmax_bits));
  table.max_pool_forward({y.data(), {argmax.data(), c.argmax_bits}, x.data(), in, out, window});
  table.max_pool_backward({dx.data(), dy.data(), argmax.data(), c.argmax_bits, in, out, window});
  Hash forward, backward;
  forward.add(y);
  forward.add(argmax);
  backward.add(dx);
  report("max_pool_forward", c.name, forward.value());
  report("max_pool_backward", c.name, backward.value());
}

void avg_pool(const kernels::KernelTable& table, Pieces pieces, const PoolCase& c, const Report& report) {
  const auto x = pieces.random(plane(c.windows.in), 13);
  const auto dy = pieces.random(plane(c.windows.out), 14);
  const auto y = pieces.results(plane(c.windows.out));
  const auto dx = pieces.results(plane(c.windows.in));
  table.avg_pool_forward({y.data(), x.data(), c.windows});
  table.avg_pool_backward({dx.data(), dy.data(), c.windows});
  Hash forward, backward;
  forward.add(y);
  backward.add(dx);
  report("avg_pool_forward", c.name, forward.value());
  report("avg_pool_backward", c.name, backward.value());
}

}  // namespace

void pool_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report) {
  for (const PoolCase& c : kCases) {
    max_pool(table, Pieces(memory), c, report);
    avg_pool(table, Pieces(memory), c, report);
  }
}

}  // namespace lentil::contract
