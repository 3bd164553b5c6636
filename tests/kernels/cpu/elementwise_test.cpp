#include "tests/kernels/support.h"
#include "tests/reference/reference.h"

using namespace lentil;
using namespace lentil::test;
using kernels::Activation;

namespace {

std::vector<float> forward(Activation activation, std::vector<float> values) {
  Output y(values.size());
  std::copy(values.begin(), values.end(), y.data());
  kernel_table().activation_forward({y.data(), static_cast<std::int64_t>(values.size()), activation});
  return y.values();
}

std::vector<float> backward(Activation activation, const std::vector<float>& y, const std::vector<float>& g) {
  Output d(g.size());
  std::copy(g.begin(), g.end(), d.data());
  kernel_table().activation_backward({d.data(), y.data(), static_cast<std::int64_t>(g.size()), activation});
  return d.values();
}

}  // namespace

TEST_CASE("activations and their derivatives equal the oracle for any count") {
  const std::size_t count = GENERATE(1u, 7u, 16u, 131u);
  auto x = random_floats(count, 1);
  for (float& v : x) v *= 6;
  const auto g = random_floats(count, 2);
  CHECK(forward(Activation::relu, x) == reference::relu<float>(x));
  CHECK(forward(Activation::sigmoid, x) == reference::sigmoid<float>(x));
  CHECK(forward(Activation::tanh, x) == reference::tanh<float>(x));
  CHECK(forward(Activation::none, x) == x);
  const auto y = reference::relu<float>(x);
  CHECK(backward(Activation::relu, y, g) == reference::relu_backward<float>(y, g));
  const auto s = reference::sigmoid<float>(x);
  CHECK(backward(Activation::sigmoid, s, g) == reference::sigmoid_backward<float>(s, g));
  const auto t = reference::tanh<float>(x);
  CHECK(backward(Activation::tanh, t, g) == reference::tanh_backward<float>(t, g));
  CHECK(backward(Activation::none, x, g) == g);
}

TEST_CASE("pixels become scaled and shifted floats with one rounding") {
  const auto pixels = random_bytes(77, 1);
  Output y(pixels.size());
  kernel_table().pixels_forward({y.data(), pixels.data(), 77, 1.0f / (255.0f * 0.3081f), -0.1307f / 0.3081f});
  const Normalization n{.mean = {0.1307f}, .std = {0.3081f}};
  const std::vector<float> values(pixels.begin(), pixels.end());
  CHECK(y.values() == reference::normalize<float>({1, 7, 11}, n, values));
}

TEST_CASE("folding moves the normalisation into weights and bias, and its gradient back") {
  const reference::Conv2d conv{.input = {3, 6, 6}, .outputs = 2, .window = {.kernel = {2, 3}}};
  const Normalization n{.mean = {0.1f, 0.2f, 0.3f}, .std = {0.5f, 0.25f, 0.7f}};
  const auto w = random_floats(36, 1);
  const auto bias = random_floats(2, 2);
  const auto db = random_floats(2, 3);
  const auto dw = random_floats(36, 4);
  float scale[3], shift[3];
  for (std::uint32_t c = 0; c < 3; ++c) {
    const auto k = reference::channel_normalization<float>(n, c);
    scale[c] = k.scale;
    shift[c] = k.offset;
  }
  Output folded(36), folded_bias(2), gradient(36);
  std::copy(dw.begin(), dw.end(), gradient.data());
  for (std::size_t o = 0; o < 2; ++o) {
    kernel_table().fold_forward(
        {folded.data() + o * 18, folded_bias.data() + o, w.data() + o * 18, bias[o], scale, shift, 3, 6});
    kernel_table().fold_backward({gradient.data() + o * 18, db[o], scale, shift, 3, 6});
  }
  CHECK(folded.values() == reference::folded_weights<float>(conv, w, n));
  CHECK(folded_bias.values() == reference::folded_bias<float>(conv, w, bias, n));
  CHECK(gradient.values() == reference::folded_weight_gradient<float>(conv, dw, db, n));
}
