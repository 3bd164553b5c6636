#include "tests/kernels/support.h"
#include "tests/reference/reference.h"

using namespace lentil;
using namespace lentil::test;

TEST_CASE("every kind of SGD update equals the oracle, subnormal velocities included") {
  const std::size_t count = GENERATE(1u, 15u, 130u);
  const Sgd sgd = GENERATE(Sgd{0.1f}, Sgd{0.1f, 0.9f}, Sgd{0.1f, 0.9f, 0.01f}, Sgd{0.1f, 0.9f, 0.01f, true},
                           Sgd{0.1f, 0, 0.01f});
  auto weights = random_floats(count, 1);
  auto velocity = random_floats(count, 2);
  auto gradient = random_floats(count, 3);
  velocity[0] = 0x1p-126f;  // 0.9 of it is subnormal
  gradient[0] = 0;
  if (count > 1) velocity[1] = gradient[1] = weights[1] = 0x1p-140f;
  Output w(count), v(count);
  std::copy(weights.begin(), weights.end(), w.data());
  std::copy(velocity.begin(), velocity.end(), v.data());
  kernel_table().sgd_update({w.data(), v.data(), gradient.data(), static_cast<std::int64_t>(count), sgd.rate,
                             sgd.momentum, sgd.weight_decay, sgd.nesterov});
  reference::sgd_update<float>(weights, velocity, gradient, sgd);
  CHECK(w.values() == weights);
  CHECK(v.values() == velocity);
}

TEST_CASE("without a velocity the update is plain SGD") {
  auto weights = random_floats(21, 1);
  const auto gradient = random_floats(21, 2);
  Output w(21);
  std::copy(weights.begin(), weights.end(), w.data());
  kernel_table().sgd_update({w.data(), nullptr, gradient.data(), 21, 0.1f, 0, 0.01f, false});
  std::vector<float> velocity(21);
  reference::sgd_update<float>(weights, velocity, gradient, {0.1f, 0, 0.01f});
  CHECK(w.values() == weights);
}
