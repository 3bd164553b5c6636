#include "tests/golden/lenet_golden.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/golden/lenet_steps.h"
#include "tests/reference/network.h"

namespace lentil::golden {
namespace {

constexpr double kTolerance = 1e-6;  // in any weight or loss, after ten free steps

// weights(layer, slot) gives what ten steps have made of a tensor.
template <class Weights>
void check_golden_weights(Weights&& weights) {
  for (std::size_t t = 0; t < std::size(kTensors); ++t) {
    const auto& ours = weights(kTensors[t].layer, kTensors[t].slot);
    REQUIRE(ours.size() == kTensors[t].count);
    double sum = 0, squares = 0;
    for (const float w : ours) {
      sum += static_cast<double>(w);
      squares += static_cast<double>(w) * static_cast<double>(w);
    }
    CAPTURE(t);
    // Errors of different weights are as often up as down: their sum grows with the root of the number.
    CHECK(std::abs(sum - kSums[t]) <= kTolerance * std::sqrt(static_cast<double>(ours.size())));
    CHECK(std::abs(squares - kSquares[t]) <= kTolerance * (1 + kSquares[t]));
    for (std::size_t i = 0; i < kSamples; ++i) {
      const float w = ours[i * (ours.size() - 1) / (kSamples - 1)];
      CHECK(std::abs(static_cast<double>(w) - static_cast<double>(kWeights[t][i])) <= kTolerance);
    }
  }
}

void check_golden_loss(double loss, std::size_t step) {
  CAPTURE(step);
  CHECK(std::abs(loss - static_cast<double>(kLosses[step])) <= kTolerance);
}

TEST_CASE("the oracle gives PyTorch's ten losses and weights of LeNet") {
  reference::MemoryModel model(kImageShape, image_normalization());
  add_lenet(model, 0);
  reference::Network<float> network(model.model());
  for (std::uint32_t step = 0; step < std::size(kLosses); ++step) {
    const LabelledBatch batch = batch_of_step(step);
    check_golden_loss(network.step(batch.values, {.labels = batch.labels}, kSgd).loss.mean, step);
  }
  check_golden_weights([&](auto layer, Slot slot) { return network.tensor(layer, slot); });
}

TEST_CASE("the trainer gives PyTorch's ten losses and weights of LeNet") {
  LenetTrainer lenet;
  for (std::uint32_t step = 0; step < std::size(kLosses); ++step)
    check_golden_loss(lenet.step(step).loss, step);
  check_golden_weights([&](auto layer, Slot slot) { return (*lenet).weights(layer, slot); });
}

}  // namespace
}  // namespace lentil::golden
