#include "tests/kernels/conv_cases.h"

using namespace lentil;
using namespace lentil::test;

TEST_CASE("max-pooling and its gradient equal the oracle for every window") {
  struct Case {
    Shape in;
    Extent kernel, stride, dilation{1, 1};
    Padding padding{};
  };
  const auto c =
      GENERATE(Case{{1, 24, 24}, {2, 2}, {2, 2}}, Case{{1, 7, 33}, {3, 2}, {2, 1}, {1, 1}, {1, 0, 1, 1}},
               Case{{1, 9, 9}, {1, 1}, {1, 1}}, Case{{1, 16, 18}, {3, 3}, {1, 2}, {2, 2}, {1, 1, 0, 1}},
               Case{{1, 40, 5}, {4, 5}, {3, 5}}, Case{{1, 20, 20}, {16, 16}, {4, 4}});
  const reference::Window window{
      .kernel = c.kernel, .stride = c.stride, .dilation = c.dilation, .padding = c.padding};
  const Shape out = reference::windows(window, c.in, 1);
  const auto plane = [](const Shape& s) {
    return kernels::Plane{static_cast<std::int32_t>(s.height), static_cast<std::int32_t>(s.width)};
  };
  const kernels::Window w = kernel_window(window_layer(c.kernel, c.stride, c.dilation, c.padding));
  const auto x = random_floats(c.in.count(), 1);
  const auto expected = reference::max_pool2d_forward<float>(window, c.in, x);
  const std::int32_t bits = c.kernel.height * c.kernel.width <= 4 ? 2 : 8;
  std::vector<std::uint8_t> argmax(kernels::argmax_plane_bytes(out.count(), bits), 0xff);
  Output y(out.count());
  kernel_table().max_pool_forward({y.data(), {argmax.data(), bits}, x.data(), plane(c.in), plane(out), w});
  CHECK(y.values() == expected.values);

  const auto g = random_floats(out.count(), 2);
  Output dx(c.in.count());
  kernel_table().max_pool_backward({dx.data(), g.data(), argmax.data(), bits, plane(c.in), plane(out), w});
  CHECK(dx.values() == reference::max_pool2d_backward<float>(c.in, g, expected.argmax));
}
