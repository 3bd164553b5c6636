#include "tests/kernels/support.h"
#include "tests/reference/reference.h"

using namespace lentil;
using namespace lentil::test;
using kernels::Activation;

namespace {

std::int64_t size_of(const std::vector<float>& values) { return static_cast<std::int64_t>(values.size()); }

// An output that a kernel works on in place.
Output holding(const std::vector<float>& values) {
  Output output(values.size());
  std::copy(values.begin(), values.end(), output.data());
  return output;
}

std::vector<float> forward(Activation activation, const std::vector<float>& values, float slope = 0) {
  Output y = holding(values);
  kernel_table().activation_forward({y.data(), size_of(values), activation, slope});
  return y.values();
}

std::vector<float> backward(Activation activation, const std::vector<float>& y, const std::vector<float>& g,
                            float slope = 0) {
  Output d = holding(g);
  kernel_table().activation_backward({d.data(), y.data(), size_of(g), activation, slope});
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

TEST_CASE("LeakyReLU and ELU equal the oracle for any count and slope, at zero too") {
  const std::size_t count = GENERATE(1u, 7u, 16u, 131u);
  const float slope = GENERATE(0.0f, 0.01f, 1.5f);
  auto x = random_floats(count, 1);
  for (float& v : x) v *= 6;
  x[count / 2] = 0;
  x[count / 3] = -0x1p-140f;
  const auto g = random_floats(count, 2);
  const auto leaky = reference::leaky_relu<float>(x, slope);
  CHECK(forward(Activation::leaky_relu, x, slope) == leaky);
  CHECK(backward(Activation::leaky_relu, leaky, g, slope) ==
        reference::leaky_relu_backward<float>(leaky, g, slope));
  const auto elu = reference::elu<float>(x, slope);
  CHECK(forward(Activation::elu, x, slope) == elu);
  CHECK(backward(Activation::elu, elu, g, slope) == reference::elu_backward<float>(elu, g, slope));
}

TEST_CASE("scaling with a shift is one rounding for any count, in place too") {
  const std::size_t count = GENERATE(1u, 7u, 16u, 131u);
  const auto x = random_floats(count, 1);
  const auto expected = reference::affine<float>(x, std::vector{0.7f}, std::vector{-0.3f});
  Output y(count), in_place = holding(x);
  kernel_table().affine_forward({y.data(), x.data(), size_of(x), 0.7f, -0.3f});
  kernel_table().affine_forward({in_place.data(), in_place.data(), size_of(x), 0.7f, -0.3f});
  CHECK(y.values() == expected);
  CHECK(in_place.values() == expected);
}

TEST_CASE("sums, differences and products equal the oracle for any count, over either input too") {
  using kernels::Binary;
  const auto [operation, type] =
      GENERATE(std::pair{Binary::add, LayerType::add}, std::pair{Binary::sub, LayerType::sub},
               std::pair{Binary::mul, LayerType::mul});
  const std::size_t count = GENERATE(1u, 7u, 16u, 131u);
  const auto a = random_floats(count, 1), b = random_floats(count, 2);
  const auto expected = reference::binary<float>(type, a, b);
  Output y(count), over_a = holding(a), over_b = holding(b);
  kernel_table().binary_forward({y.data(), a.data(), b.data(), size_of(a), operation});
  kernel_table().binary_forward({over_a.data(), over_a.data(), b.data(), size_of(a), operation});
  kernel_table().binary_forward({over_b.data(), a.data(), over_b.data(), size_of(a), operation});
  CHECK(y.values() == expected);
  CHECK(over_a.values() == expected);
  CHECK(over_b.values() == expected);
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
  Output folded(36), folded_bias(2), gradient = holding(dw);
  for (std::size_t o = 0; o < 2; ++o) {
    kernel_table().fold_forward(
        {folded.data() + o * 18, folded_bias.data() + o, w.data() + o * 18, bias[o], scale, shift, 3, 6});
    kernel_table().fold_backward({gradient.data() + o * 18, db[o], scale, shift, 3, 6});
  }
  CHECK(folded.values() == reference::folded_weights<float>(conv, w, n));
  CHECK(folded_bias.values() == reference::folded_bias<float>(conv, w, bias, n));
  CHECK(gradient.values() == reference::folded_weight_gradient<float>(conv, dw, db, n));
}
