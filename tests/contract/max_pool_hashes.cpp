#include "tests/contract/case_data.h"
#include "tests/contract/kernel_cases.h"

namespace lentil::contract {
namespace {

struct PoolCase {
  const char* name;
  kernels::Plane in, out;
  kernels::Window window;
  std::int32_t argmax_bits;
};

constexpr PoolCase kCases[] = {
    {"halves", {24, 24}, {12, 12}, {.height = 2, .width = 2, .stride_height = 2, .stride_width = 2}, 2},
    {"overlap_and_padding",
     {13, 17},
     {7, 9},
     {.height = 3, .width = 3, .stride_height = 2, .stride_width = 2, .top = 1, .left = 1},
     4},
    {"stride_one_wide", {3, 41}, {2, 40}, {.height = 2, .width = 2}, 2},
    {"large_window", {23, 19}, {4, 3}, {.height = 5, .width = 6, .stride_height = 5, .stride_width = 6}, 8},
    {"dilation", {9, 10}, {5, 4}, {.height = 3, .width = 3, .stride_width = 2, .dilation_height = 2}, 4},
};

std::size_t plane(kernels::Plane p) {
  return static_cast<std::size_t>(p.height) * static_cast<std::size_t>(p.width);
}

}  // namespace

void max_pool_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report) {
  for (const PoolCase& c : kCases) {
    Pieces pieces(memory);
    const auto x = pieces.coarse(plane(c.in), 11);
    const auto dy = pieces.random(plane(c.out), 12);
    const auto y = pieces.results(plane(c.out));
    const auto dx = pieces.results(plane(c.in));
    const auto argmax = pieces.of<std::uint8_t>(kernels::argmax_plane_bytes(plane(c.out), c.argmax_bits));
    table.max_pool_forward({y.data(), {argmax.data(), c.argmax_bits}, x.data(), c.in, c.out, c.window});
    table.max_pool_backward({dx.data(), dy.data(), argmax.data(), c.argmax_bits, c.in, c.out, c.window});
    Hash forward, backward;
    forward.add(y);
    forward.add(argmax);
    backward.add(dx);
    report("max_pool_forward", c.name, forward.value());
    report("max_pool_backward", c.name, backward.value());
  }
}

}  // namespace lentil::contract
