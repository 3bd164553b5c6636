#include "tests/kernels/pool_cases.h"

using namespace lentil;
using namespace lentil::test;

TEST_CASE("max-pooling and its gradient equal the oracle for every window") {
  const auto c = GENERATE(from_range(pool_cases().begin(), pool_cases().end()));
  const kernels::Plane in = plane_of(c.in), out = plane_of(c.out());
  const kernels::Window window = kernel_window(c.layer());
  const auto x = random_floats(c.in.count(), 1);
  const auto expected = reference::max_pool2d_forward<float>(c.window(), c.in, x);
  const std::int32_t bits = c.kernel.height * c.kernel.width <= 4 ? 2 : 8;
  std::vector<std::uint8_t> argmax(kernels::argmax_plane_bytes(c.out().count(), bits), 0xff);
  Output y(c.out().count());
  kernel_table().max_pool_forward({y.data(), {argmax.data(), bits}, x.data(), in, out, window});
  CHECK(y.values() == expected.values);

  const auto g = random_floats(c.out().count(), 2);
  Output dx(c.in.count());
  kernel_table().max_pool_backward({dx.data(), g.data(), argmax.data(), bits, in, out, window});
  CHECK(dx.values() == reference::max_pool2d_backward<float>(c.in, g, expected.argmax));
}
