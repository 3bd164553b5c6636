// Every barrier of every kernel is needed, and the checker would miss each of them.
#include <catch2/catch.hpp>

#include "tests/cuda/device_network.h"
#include "tests/support/networks.h"

namespace lentil::cuda {
namespace {

// One block for all the work: what follows an image, or a row, meets what is left of it. Where images wait
// for each other they have memory of their own, and so has each its block.
constexpr Emulation kOneBlock{.threads = 16, .blocks = 1}, kOwnBlocks{.threads = 16};
constexpr std::uint32_t kImages = 2;
constexpr Sgd kSgd{.rate = 0.1f, .momentum = 0.9f};

struct Network {
  const char* spec;
  InputType input;
  std::vector<std::uint16_t> frozen{};
  Emulation emulation = kOneBlock;
};
// All kinds of steps.
const Network kNetworks[] = {
    {"input 1x10x10, conv 3 k3, dropout2d 0.3, maxpool 2, relu, conv 4 k3, relu, flatten, linear 5, relu, "
     "dropout 0.5, linear 3, logsoftmax",
     InputType::uint8},
    {"input 2x6x6, conv 4 k3 p1 g2, bn, maxpool 3 s2, prelu, avgpool 2, flatten, linear 6, sigmoid, "
     "linear 3, softmax, linear 3",
     InputType::uint8,
     {1}},
    {"input 2x5x5, conv 3 k2, add 0.5, mul 2, flatten hwc, leakyrelu 0.1, linear 4, reshape 4x1x1, dropout "
     "0.2, "
     "linear 3",
     InputType::uint8},
    {"input 1x6x6, maxpool 2, bn, conv 2 k2, elu 1, globalavgpool, flatten, linear 3",
     InputType::float32,
     {1}},
    {"input 2x6x6, conv 3 k3, bn, relu, maxpool 2, dropout2d 0.3, flatten, bn, linear 4, tanh, linear 3",
     InputType::uint8,
     {},
     kOwnBlocks},
};

template <class T>
void run(DeviceNetwork& device, Kernel kernel, const std::vector<T>& images) {
  const std::vector<std::uint8_t> labels(kImages, 1);
  if (kernel == Kernel::forward) {
    device.forward(std::span<const T>(images));
  } else {
    device.step(std::span<const T>(images), labels, {}, kSgd);
  }
}

// Which barrier of a launch of a kernel is left out; number -1: none.
struct Missing {
  std::size_t launch = 0;
  std::int64_t number = -1;
};

// Findings of a run without a barrier. A program for inference uses its memory over again from image to
// image.
std::size_t findings_without(const formats::ModelFile& file, const Network& network, Kernel kernel,
                             const Missing& missing, std::vector<std::int64_t>* barriers = nullptr) {
  const Mode mode = kernel == Kernel::forward ? Mode::infer : Mode::train;
  DeviceNetwork device(file.model(), {.mode = mode, .input = network.input, .frozen = network.frozen}, 7,
                       kernel == Kernel::update ? kOneBlock : network.emulation);
  device.drop_barrier(kernel, missing.launch, missing.number);
  const std::size_t values = kImages * file.input.count();
  if (network.input == InputType::uint8) {
    run(device, kernel, test::random_bytes(values, 3));
  } else {
    run(device, kernel, test::random_floats(values, 3));
  }
  if (barriers != nullptr) *barriers = device.barriers(kernel);
  return device.checker().finding_count();
}

void check_barriers(Kernel kernel) {
  for (const Network& network : kNetworks) {
    const formats::ModelFile file = test::network(network.spec);
    std::vector<std::int64_t> barriers;
    CHECK(findings_without(file, network, kernel, {}, &barriers) == 0);
    for (std::size_t launch = 0; launch < barriers.size(); ++launch) {
      REQUIRE(barriers[launch] > 1);
      for (std::int64_t k = 0; k + 1 < barriers[launch]; ++k) {
        INFO(network.spec << ": barrier " << k << " of " << barriers[launch] << ", launch " << launch);
        CHECK(findings_without(file, network, kernel, {launch, k}) > 0);
      }
      INFO(network.spec << ": the last of " << barriers[launch] << ", launch " << launch);
      // Behind the last one there is nothing.
      CHECK(findings_without(file, network, kernel, {launch, barriers[launch] - 1}) == 0);
    }
  }
}

}  // namespace

TEST_CASE("no barrier of the forward kernel can be left out unseen") { check_barriers(Kernel::forward); }
TEST_CASE("no barrier of the training kernel can be left out unseen") { check_barriers(Kernel::train); }
TEST_CASE("no barrier of the sums over a batch can be left out unseen") {
  check_barriers(Kernel::statistics);
}
TEST_CASE("no barrier of the update can be left out unseen") { check_barriers(Kernel::update); }
TEST_CASE("preparing weights needs no barrier") {
  const formats::ModelFile file = test::network(kNetworks[0].spec);
  const DeviceNetwork device(file.model(), {.mode = Mode::train, .input = InputType::uint8}, 0, kOneBlock);
  CHECK(device.barriers(Kernel::prepare) == std::vector<std::int64_t>{0});
  CHECK(device.findings() == "");
}

}  // namespace lentil::cuda
