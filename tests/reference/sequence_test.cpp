// The oracle itself follows docs/numerics.md: each case has numbers whose sum depends on the order of its
// terms.
#include <catch2/catch.hpp>

#include "tests/reference/network.h"

namespace lentil::reference {
namespace {

constexpr float kBig = 0x1p24f;  // kBig + 1 rounds back to kBig
using Floats = std::vector<float>;

TEST_CASE("convolution is one chain from the bias in channel, row, column order") {
  const Conv2d conv{.input = {2, 2, 2}, .outputs = 1, .window = {.kernel = {2, 2}}};
  const Floats ones(8, 1.0f);
  //                                  channel 0       channel 1
  CHECK(conv2d_forward<float>(conv, Floats{1, 1, -kBig, 1, 0, 0, 0, 0}, ones, Floats{kBig})[0] == 1.0f);
  CHECK(conv2d_forward<float>(conv, Floats{1, -kBig, 1, 1, 0, 0, 0, 0}, ones, Floats{kBig})[0] == 2.0f);
  CHECK(conv2d_forward<float>(conv, Floats{1, 0, 0, 0, -kBig, 1, 0, 0}, ones, Floats{kBig})[0] == 1.0f);
  CHECK(conv2d_forward<float>(conv, Floats{kBig, 1, 0, 0, -kBig, 0, 0, 0}, ones, Floats{})[0] == 0.0f);
}

TEST_CASE("terms are added with a single rounding") {
  const float x = 1 + 0x1p-12f;  // x * x = 1 + 2^-11 + 2^-24 does not fit in a float
  CHECK(linear_forward<float>(1, Floats{x}, Floats{x}, Floats{-1 - 0x1p-11f})[0] == 0x1p-24f);
  const Conv2d conv{.input = {1, 1, 1}, .outputs = 1, .window = {}};
  CHECK(conv2d_forward<float>(conv, Floats{x}, Floats{x}, Floats{-1 - 0x1p-11f})[0] == 0x1p-24f);
}

TEST_CASE("the gradient of a convolution's input is summed by output channel, then by position") {
  const Conv2d conv{.input = {1, 1, 3}, .outputs = 2, .window = {.kernel = {1, 2}}};
  const Floats dx = conv2d_input_gradient<float>(conv, Floats{kBig, 1, -kBig, 1}, Floats{1, 1, 1, 1});
  CHECK(dx[1] == 1.0f);  // 2 if positions came first
}

TEST_CASE(
    "images are added after each image's own chain in convolutions and form one chain in linear layers") {
  const Conv2d conv{.input = {1, 1, 2}, .outputs = 1, .window = {}};
  const Floats ones{1, 1};
  const Floats first{kBig, 1}, second{1, -kBig};
  Floats dw, db;
  for (const Floats& g : {first, second}) {
    add_image(dw, conv2d_weight_gradient<float>(conv, ones, g));
    add_image(db, conv2d_bias_gradient<float>(conv, g));
  }
  CHECK(dw == Floats{1});
  CHECK(db == Floats{1});
  CHECK(linear_weight_gradient<float>(4, Floats{1, 1, 1, 1}, Floats{kBig, 1, 1, -kBig}) == Floats{0});
  CHECK(linear_bias_gradient<float>(4, Floats{kBig, 1, 1, -kBig}) == Floats{0});
}

TEST_CASE("the first of equal values wins a max-pool and padding never does") {
  const Shape in{.channels = 1, .height = 2, .width = 2};
  const Pooled<float> tied = max_pool2d_forward<float>({.kernel = {2, 2}}, in, Floats{-3, -1, -1, -2});
  CHECK(tied.values == Floats{-1});
  CHECK(tied.argmax == std::vector<std::size_t>{1});
  const Window padded{.kernel = {2, 2}, .stride = {2, 2}, .padding = {1, 1, 1, 1}};
  CHECK(max_pool2d_forward<float>(padded, in, Floats{-1, -2, -3, -4}).values == Floats{-1, -2, -3, -4});
}

TEST_CASE("max-pool leaves out the rows and columns that fill no window") {
  const Shape in{.channels = 1, .height = 3, .width = 3};
  const Pooled<float> pooled =
      max_pool2d_forward<float>({.kernel = {2, 2}, .stride = {2, 2}}, in, Floats{1, 2, 9, 3, 4, 9, 9, 9, 9});
  CHECK(pooled.values == Floats{4});
}

TEST_CASE("the batch's loss is the images' sum in order, divided once") {
  const Floats log_probabilities{-kBig, -1, kBig, -1};  // four images of one class
  const BatchLoss<float> loss = nll<float>(log_probabilities, std::vector<std::uint8_t>{0, 0, 0, 0});
  CHECK(loss.images == Floats{kBig, 1, -kBig, 1});
  CHECK(loss.mean == 0.25f);
  CHECK(loss.gradient == Floats(4, -0.25f));
}

TEST_CASE("the gradient of cross entropy is scaled by the rounded share of an image") {
  // Five images of five equal classes: a fifth of a fifth tells a product from a quotient.
  const BatchLoss<float> loss = cross_entropy<float>(Floats(25, 0.0f), std::vector<std::uint8_t>(5, 1));
  const float fifth = 1.0f / 5.0f;
  REQUIRE(fifth * fifth != fifth / 5.0f);
  CHECK(loss.gradient[0] == fifth * fifth);
  CHECK(loss.gradient[1] == (fifth - 1.0f) * fifth);
}

TEST_CASE("a velocity below the normal numbers becomes zero") {
  Floats w{1, 1}, v{0x1p-126f, 0x1p-126f};
  sgd_update<float>(w, v, Floats{0, 0}, {.rate = 1, .momentum = 0.5f});
  CHECK(v == Floats{0, 0});
  sgd_update<float>(w, v, Floats{0x1p-126f, -0x1p-127f}, {.rate = 1, .momentum = 0.5f});
  CHECK(v == Floats{0x1p-126f, 0});
}

TEST_CASE("momentum, Nesterov and weight decay follow their formulas") {
  Floats w{2}, v{0};
  const Sgd decayed{.rate = 0.5f, .momentum = 0.5f, .weight_decay = 0.25f};
  sgd_update<float>(w, v, Floats{1}, decayed);  // g = 1.5
  CHECK(v == Floats{1.5f});
  CHECK(w == Floats{1.25f});
  sgd_update<float>(w, v, Floats{1}, decayed);  // g = 1.3125
  CHECK(v == Floats{2.0625f});
  CHECK(w == Floats{0.21875f});
  sgd_update<float>(w, v, Floats{1}, {.rate = 0.5f, .momentum = 0.5f, .nesterov = true});
  CHECK(v == Floats{2.03125f});
  CHECK(w == Floats{0.21875f - 0.5f * (0.5f * 2.03125f + 1)});
}

TEST_CASE("folding starts from the bias and divides once") {
  const Conv2d conv{.input = {1, 1, 2}, .outputs = 1, .window = {.kernel = {1, 2}}};
  const Normalization n{.mean = {0.1307f}, .std = {0.3081f}};
  const float offset = 0.1307f / 0.3081f;
  CHECK(folded_weights<float>(conv, Floats{3, 5}, n)[0] == 3 * (1.0f / (255.0f * 0.3081f)));
  CHECK(folded_bias<float>(conv, Floats{3, 5}, Floats{7}, n)[0] ==
        std::fma(-offset, 5.0f, std::fma(-offset, 3.0f, 7.0f)));
  CHECK(folded_bias<float>(conv, Floats{3, 5}, Floats{}, n)[0] ==
        std::fma(-offset, 5.0f, std::fma(-offset, 3.0f, 0.0f)));
}

TEST_CASE("the parameters' hash is FNV-1a over little-endian floats and ignores the sign of zero") {
  CHECK(parameters_hash({}) == 0xcbf29ce484222325u);
  CHECK(parameters_hash({{Floats{0.0f}}}) == parameters_hash({{Floats{-0.0f}}}));
  CHECK(parameters_hash({{Floats{1.0f}, Floats{-2.5f}}}) == 0x9e629ee2dfdb3f8u);
}

}  // namespace
}  // namespace lentil::reference
