// The kernels with a thread of the host for each of CUDA's. Under ThreadSanitizer (cmake --preset tsan) this
// is a second look for races, one that knows nothing of the checker.
#include "tests/cuda/thread_block.h"

#include <catch2/catch.hpp>

#include "tests/cuda/device_network.h"
#include "tests/support/networks.h"

namespace lentil::cuda {
namespace {

constexpr Sgd kSgd{.rate = 0.1f, .momentum = 0.9f};

}  // namespace

TEST_CASE("threads of the host, all at the same time, come to the same weights") {
  const formats::ModelFile file = test::network(
      "input 1x10x10, conv 3 k3, dropout2d 0.3, maxpool 2, relu, flatten, linear 5, bn, relu, linear 3, "
      "logsoftmax");
  const PlanOptions options{.mode = Mode::train, .input = InputType::uint8};
  const auto pixels = test::random_bytes(2 * file.input.count(), 3);
  const std::vector<std::uint8_t> labels{0, 2};
  DeviceNetwork one(file.model(), options, 7, {.checked = false, .threads = 1});
  DeviceNetwork many(file.model(), options, 7, {.checked = false, .threads = 16});
  for (DeviceNetwork* device : {&one, &many}) {
    for (int step = 0; step < 2; ++step)
      device->step(std::span<const std::uint8_t>(pixels), labels, {}, kSgd);
  }
  for (std::uint32_t i = 0; i < file.layers.size(); ++i) {
    const auto a = one.tensor(i, Slot::weight), b = many.tensor(i, Slot::weight);
    CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  }
  CHECK(many.forward(std::span<const std::uint8_t>(pixels)) ==
        one.forward(std::span<const std::uint8_t>(pixels)));
}

TEST_CASE("a barrier holds every thread of a block back until the last has come") {
  std::vector<int> first(8), second(8);
  run_block(8, 0, 1, [&](const ThreadBlock& block) {
    const auto a = block.array(first.data()), b = block.array(second.data());
    block.region(8, [&](std::int32_t i) { a.set(i, i + 1); });
    block.region(8, [&](std::int32_t i) { b.set(i, a.get(7 - i)); });
  });
  CHECK(second == std::vector<int>{8, 7, 6, 5, 4, 3, 2, 1});
}

}  // namespace lentil::cuda
