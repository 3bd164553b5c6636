#include "tests/kernels/pool_cases.h"

using namespace lentil;
using namespace lentil::test;

TEST_CASE("average pooling and its gradient equal the oracle whether the padding counts or not") {
  const auto c = GENERATE(from_range(pool_cases().begin(), pool_cases().end()));
  const bool include_pad = GENERATE(false, true);
  kernels::AvgPoolWindows windows{
      .in = plane_of(c.in), .out = plane_of(c.out()), .window = kernel_window(c.layer())};
  if (include_pad) {
    windows.count_top = static_cast<std::int32_t>(c.padding.top);
    windows.count_left = static_cast<std::int32_t>(c.padding.left);
    windows.count_bottom = static_cast<std::int32_t>(c.padding.bottom);
    windows.count_right = static_cast<std::int32_t>(c.padding.right);
  }
  const auto x = random_floats(c.in.count(), 1);
  Output y(c.out().count());
  kernel_table().avg_pool_forward({y.data(), x.data(), windows});
  CHECK(y.values() == reference::avg_pool2d_forward<float>(c.window(), c.in, include_pad, x));

  const auto g = random_floats(c.out().count(), 2);
  Output dx(c.in.count());
  kernel_table().avg_pool_backward({dx.data(), g.data(), windows});
  CHECK(dx.values() == reference::avg_pool2d_backward<float>(c.window(), c.in, include_pad, g));
}
