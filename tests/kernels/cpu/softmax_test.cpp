#include "tests/kernels/support.h"
#include "tests/reference/reference.h"

using namespace lentil;
using namespace lentil::test;

namespace {

std::vector<float> logits(std::size_t count, float spread) {
  auto x = random_floats(count, 1);
  for (float& v : x) v *= spread;
  return x;
}

}  // namespace

TEST_CASE("softmax and log-softmax equal the oracle, also in place and for values far apart") {
  const std::size_t count = GENERATE(1u, 2u, 10u, 47u);
  const float spread = GENERATE(1.0f, 300.0f);
  const bool log = GENERATE(false, true);
  const auto x = logits(count, spread);
  const auto expected = log ? reference::log_softmax<float>(x) : reference::softmax<float>(x);
  Output y(count);
  kernel_table().softmax_forward({y.data(), x.data(), static_cast<std::int32_t>(count), log});
  CHECK(y.values() == expected);
  std::copy(x.begin(), x.end(), y.data());
  kernel_table().softmax_forward({y.data(), y.data(), static_cast<std::int32_t>(count), log});
  CHECK(y.values() == expected);

  const auto g = random_floats(count, 2);
  Output dx(count);
  kernel_table().softmax_backward(
      {dx.data(), g.data(), expected.data(), static_cast<std::int32_t>(count), log});
  CHECK(dx.values() == (log ? reference::log_softmax_backward<float>(expected, g)
                            : reference::softmax_backward<float>(expected, g)));
}

TEST_CASE("cross entropy and its gradient equal the oracle, also over the logits themselves") {
  const std::size_t count = GENERATE(2u, 10u, 47u);
  const float smoothing = GENERATE(0.0f, 0.1f, 0.5f);
  const auto x = logits(count, 8);
  const std::vector<std::uint8_t> label{1};
  const auto expected = reference::cross_entropy<float>(x, label, smoothing);
  Output d(count);
  std::copy(x.begin(), x.end(), d.data());
  const float loss = kernel_table().cross_entropy(
      {d.data(), d.data(), static_cast<std::int32_t>(count), 1, 1.0f, smoothing});
  CHECK(loss == expected.images[0]);
  CHECK(d.values() == expected.gradient);
}

TEST_CASE("cross entropy without smoothing is the log-softmax at the label, also where the others overflow") {
  std::vector<float> x(300, -3e37f);
  x[7] = 1;
  Output d(x.size());
  CHECK(kernel_table().cross_entropy({d.data(), x.data(), 300, 7, 1.0f, 0}) == 0);
  CHECK(d.values() == std::vector<float>(300, 0.0f));
}
