#include "tests/reference/network.h"

#include <catch2/catch.hpp>

#include "tests/golden/lenet.h"
#include "tests/reference/network_error.h"

namespace lentil::reference {
namespace {

constexpr std::size_t kImages = 3;

template <class T>
std::vector<T> first_images(bool as_pixels) {
  const golden::LabelledBatch batch = golden::batch_of_step(0);
  std::vector<T> images;
  for (std::size_t i = 0; i < kImages * golden::kPixels; ++i)
    images.push_back(as_pixels ? static_cast<T>(batch.pixels[i]) : static_cast<T>(batch.values[i]));
  return images;
}

const std::vector<std::uint8_t> kLabels{3, 1, 9};

TEST_CASE("gradients of LeNet with fixed dropout masks agree with central differences") {
  MemoryModel lenet(golden::kImageShape, golden::image_normalization());
  golden::add_lenet(lenet, 0.5f);
  const auto input = GENERATE(InputType::float32, InputType::uint8);
  Network<double> network(lenet.model(), input, 11);
  const auto images = first_images<double>(input == InputType::uint8);
  CHECK(network_error(network, images, {.loss = Loss::cross_entropy, .labels = kLabels}) < 1e-6);
}

TEST_CASE("gradients of every loss on every kind of output agree with central differences") {
  const auto last = GENERATE(LayerType::log_softmax, LayerType::softmax, LayerType::sigmoid, LayerType::tanh,
                             LayerType::flatten);
  const auto loss = GENERATE(Loss::cross_entropy, Loss::nll, Loss::mse);
  const auto order = GENERATE(FlattenOrder::chw, FlattenOrder::hwc);
  MemoryModel small({.channels = 2, .height = 5, .width = 4});
  using golden::formula_values;
  small.add(conv2d_layer(2, 3, {2, 2}), "conv", formula_values(1, 24));
  small.add(layer_of(LayerType::tanh), "tanh");
  small.add(max_pool_layer({2, 2}, {1, 1}), "pool");
  Layer flatten = layer_of(LayerType::flatten);
  flatten.order = order;
  small.add(flatten, "flatten");
  small.add(linear_layer(18, 10), "fc", formula_values(2, 180), formula_values(3, 10));
  small.add(layer_of(last), "last");
  Network<double> network(small.model());
  const auto images = formula_values<double>(4, kImages * 40);
  const Targets<double> targets{loss, kLabels, formula_values<double>(5, kImages * 10)};
  CAPTURE(static_cast<int>(last), static_cast<int>(loss), static_cast<int>(order));
  CHECK(network_error(network, images, targets) < 1e-6);
}

TEST_CASE("in float the network stays close to double") {
  MemoryModel lenet(golden::kImageShape, golden::image_normalization());
  golden::add_lenet(lenet, 0.5f);
  const auto input = GENERATE(InputType::float32, InputType::uint8);
  Network<float> single(lenet.model(), input, 11);
  Network<double> exact(lenet.model(), input, 11);
  const bool pixels = input == InputType::uint8;
  const Gradients<float> a = single.gradients(first_images<float>(pixels), {.labels = kLabels});
  const Gradients<double> b = exact.gradients(first_images<double>(pixels), {.labels = kLabels});
  CHECK(a.loss.mean == Approx(b.loss.mean).epsilon(1e-6));
  CHECK(a.correct == b.correct);
  for (std::size_t layer = 0; layer < a.parameters.size(); ++layer)
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      double error = 0, largest = 0;
      for (std::size_t i = 0; i < a.parameters[layer][slot].size(); ++i) {
        const double exactly = b.parameters[layer][slot][i];
        error = std::max(error, std::abs(static_cast<double>(a.parameters[layer][slot][i]) - exactly));
        largest = std::max(largest, std::abs(exactly));
      }
      CAPTURE(layer, slot);
      CHECK(error <= 1e-5 * largest);
    }
}

TEST_CASE("folding the normalisation changes outputs by less than 1e-5") {
  MemoryModel lenet(golden::kImageShape, golden::image_normalization());
  golden::add_lenet(lenet, 0.5f);
  const auto folded = Network<float>(lenet.model(), InputType::uint8).infer(first_images<float>(true));
  const auto plain = Network<float>(lenet.model()).infer(first_images<float>(false));
  CHECK(folded != plain);
  for (std::size_t i = 0; i < plain.size(); ++i) CHECK(std::abs(folded[i] - plain[i]) < 1e-5f);
}

TEST_CASE("a convolution with padding gets normalised pixels instead of folded weights") {
  MemoryModel padded({.channels = 1, .height = 2, .width = 2}, {.mean = {0.5f}, .std = {0.5f}});
  Layer conv = conv2d_layer(1, 1, {3, 3});
  conv.padding = {.top = 1, .left = 1, .bottom = 1, .right = 1};
  padded.add(conv, "conv", std::vector<float>(9, 1.0f));
  const Network<double> network(padded.model(), InputType::uint8);
  for (const double y : network.infer(std::vector<double>{255, 255, 255, 255})) CHECK(y == Approx(4));
}

TEST_CASE("dropout2d scales after the max-pool that it feeds") {
  MemoryModel m({.channels = 2, .height = 1, .width = 2});
  m.add(conv2d_layer(2, 1, {1, 1}), "conv", {1, 0});
  m.add(dropout_layer(LayerType::dropout2d, 0.4f), "drop");
  m.add(max_pool_layer({1, 2}, {1, 1}), "pool");
  m.add(linear_layer(1, 1), "fc", {1});
  // Neighbouring floats with one product by 1 / 0.6: scaled first, they would tie and the first would win.
  float small = 1.0f;
  const float factor = 1.0f / (1.0f - 0.4f);
  while (small * factor != std::nextafter(small, 2.0f) * factor) small = std::nextafter(small, 2.0f);
  const float large = std::nextafter(small, 2.0f);
  std::uint64_t seed = 0;  // one whose first mask keeps the channel
  while (kernels::dropout_factor({.seed = seed, .layer = 1}, 0, 0.4f) == 0) ++seed;
  Network<float> network(m.model(), InputType::float32, seed);
  // The second channel only marks the places: the weight's gradient tells which of them was taken.
  const std::vector<float> x{small, large, 16, 32};
  const auto g = network.gradients(x, {.loss = Loss::mse, .values = {0}});
  CHECK(g.parameters[0][0][1] == g.loss.gradient[0] * factor * 32);
}

TEST_CASE("layers may read any earlier layer and a branch that leads nowhere has no gradient") {
  MemoryModel m({.channels = 2});
  const auto first = m.add(linear_layer(2, 3), "first", golden::formula_values(1, 6));
  m.add(linear_layer(3, 4), "aside", golden::formula_values(2, 12));
  m.add(layer_of(LayerType::tanh), "tanh", {}, {}, {first});
  Network<double> network(m.model());
  const auto g = network.gradients(std::vector<double>{1, -2}, {.loss = Loss::mse, .values = {0, 1, 0}});
  CHECK(g.loss.gradient.size() == 3);
  CHECK(g.parameters[0][0].size() == 6);
  CHECK(g.parameters[1][0].empty());
}

TEST_CASE("a step moves the weights against the gradient, keeps frozen layers and takes new masks") {
  MemoryModel lenet(golden::kImageShape, golden::image_normalization());
  golden::add_lenet(lenet, 0.5f);
  constexpr std::uint32_t kConv1 = 0, kConv2 = 3;
  Network<float> network(lenet.model(), InputType::float32, 5);
  network.freeze(kConv1);
  const auto before = network.parameters();
  const auto images = first_images<float>(false);
  const Targets<float> targets{.labels = kLabels};
  const auto g = network.step(images, targets, {.rate = 0.125f});
  CHECK(network.parameters()[kConv1] == before[kConv1]);
  const float old_weight = before[kConv2][0][7], slope = g.parameters[kConv2][0][7];
  CHECK(slope != 0);
  CHECK(network.tensor(kConv2, Slot::weight)[7] == std::fma(-0.125f, slope, old_weight));
  CHECK(network.velocity(kConv2, Slot::weight)[7] == slope);
  network.parameters() = before;
  CHECK(network.loss(images, targets).mean != g.loss.mean);
  network.set_steps_done(0);
  CHECK(network.loss(images, targets).mean == g.loss.mean);
}

}  // namespace
}  // namespace lentil::reference
