// Batch-norm and PReLU: the order of sums, and derivatives.
#include "tests/reference/channels.h"

#include <catch2/catch.hpp>

#include "tests/golden/formula.h"
#include "tests/reference/differences.h"

namespace lentil::reference {
namespace {

constexpr float kBig = 0x1p24f;  // kBig + 1 rounds back to kBig
using Floats = std::vector<float>;
using Values = std::vector<double>;

// Two images of one channel whose sum is 1 as two chains, and 0 as a single one.
const Images<float> kOrdered{{kBig, 1}, {1, -kBig}};
const Images<float> kOnes{{1, 1}, {1, 1}};
const Images<float> kMinusOnes{{-1, -1}, {-1, -1}};
const Statistics<float> kStandard{.mean = {0}, .variance = {1}, .inverse = {1}};

Images<double> images_of(const Values& all, std::size_t images) {
  Images<double> result;
  const auto size = static_cast<std::ptrdiff_t>(all.size() / images);
  for (auto at = all.begin(); at != all.end(); at += size) result.emplace_back(at, at + size);
  return result;
}
Values joined(const Images<double>& images) {
  Values all;
  for (const Values& image : images) all.insert(all.end(), image.begin(), image.end());
  return all;
}

}  // namespace

TEST_CASE("batch-norm adds each image in a chain, then the images in order") {
  CHECK(batch_statistics<float>(kOrdered, 1, 0).mean == Floats{0.25f});
  const Images<float> three{{kBig}, {1}, {-kBig}};
  CHECK(batch_statistics<float>(three, 1, 0).mean == Floats{0});
  const auto g = batch_norm_backward<float>(kStandard, kOnes, kOrdered, Floats{1});
  CHECK(g.dbias == Floats{1});
  CHECK(g.dweight == Floats{1});
  // Each channel for itself.
  CHECK(batch_statistics<float>({{1, 2, 30, 50}, {3, 2, 70, 10}}, 2, 0).mean == Floats{2, 40});
}

TEST_CASE("the variance is that of the differences from the mean, one fma each, divided once by n") {
  // The mean of the squares less the square of the mean would be lost in their rounding.
  CHECK(batch_statistics<float>({{kBig + 2, kBig - 2}}, 1, 0).variance == Floats{4});
  const Images<float> x{{0.2f, 0.7f, -0.4f}};
  const Statistics<float> s = batch_statistics<float>(x, 1, 1e-5f);
  const float a = 0.2f - s.mean[0], b = 0.7f - s.mean[0], c = -0.4f - s.mean[0];
  REQUIRE(std::fma(c, c, std::fma(b, b, a * a)) != a * a + b * b + c * c);
  CHECK(s.variance[0] == std::fma(c, c, std::fma(b, b, a * a)) / 3.0f);
  CHECK(s.inverse[0] == 1.0f / std::sqrt(s.variance[0] + 1e-5f));
}

TEST_CASE("running statistics move by one fma towards the mean and the variance with n - 1") {
  Floats running{0.3f};
  update_running<float>(running, Floats{0.7f}, 0.1f);
  CHECK(running[0] == std::fma(0.1f, 0.7f, (1.0f - 0.1f) * 0.3f));
  CHECK(unbiased<float>(Floats{0.3f}, 7)[0] == 0.3f * (7.0f / 6.0f));
}

TEST_CASE("with running statistics batch-norm is one fma with a scale and a shift") {
  const Affine<float> a =
      batch_norm_affine<float>(Floats{0.7f}, Floats{0.2f}, Floats{0.3f}, Floats{0.9f}, 1e-3f);
  CHECK(a.scale[0] == 0.7f * (1.0f / std::sqrt(0.9f + 1e-3f)));
  CHECK(a.shift[0] == std::fma(-0.3f, a.scale[0], 0.2f));
  CHECK(affine<float>(Floats{0.6f}, a.scale, a.shift)[0] == std::fma(0.6f, a.scale[0], a.shift[0]));
}

TEST_CASE("the gradient of a PReLU slope is a chain of each image's elements, then the images in order") {
  CHECK(prelu_slope_gradient<float>(kMinusOnes, kOrdered, 1) == Floats{-1});
  // One slope for all channels goes through them in order; what is above zero adds nothing.
  CHECK(prelu_slope_gradient<float>({{1, 1, 1, 1}}, {{kBig, 1, -kBig, 1}}, 1) == Floats{0});
  CHECK(prelu_slope_gradient<float>({{-1, -1, -1, -1}}, {{kBig, 1, -kBig, 1}}, 1) == Floats{-1});
  CHECK(prelu_slope_gradient<float>({{-1, -1, -1, -1}}, {{kBig, 1, -kBig, 1}}, 2) == Floats{-kBig, kBig - 1});
}

TEST_CASE("batch-norm gradients agree with central differences") {
  constexpr std::size_t kImages = 3, kChannels = 2, kCount = 8;
  Values x = golden::formula_values<double>(1, kImages * kCount);
  Values weight = golden::formula_values<double>(2, kChannels);
  Values bias = golden::formula_values<double>(3, kChannels);
  const Values g = golden::formula_values<double>(4, kImages * kCount);
  const auto statistics = [&] { return batch_statistics<double>(images_of(x, kImages), kChannels, 0.01f); };
  const auto loss = [&] {
    Images<double> y;
    for (const Values& image : images_of(x, kImages))
      y.push_back(batch_norm_forward<double>(statistics(), image, weight, bias));
    return weighted_sum(joined(y), g);
  };
  const auto back =
      batch_norm_backward<double>(statistics(), images_of(x, kImages), images_of(g, kImages), weight);
  CHECK(gradient_error(x, joined(back.dx), loss) < 1e-6);
  CHECK(gradient_error(weight, back.dweight, loss) < 1e-6);
  CHECK(gradient_error(bias, back.dbias, loss) < 1e-6);
}

TEST_CASE("PReLU gradients agree with central differences, slopes below zero included") {
  const std::size_t slopes = GENERATE(1u, 3u);
  Values slope = golden::formula_values<double>(5, slopes);
  REQUIRE(std::ranges::min(slope) < 0);
  Values x = golden::formula_values<double>(1, 12);
  const Values g = golden::formula_values<double>(2, 12);
  const auto loss = [&] { return weighted_sum(prelu<double>(x, slope), g); };
  CHECK(gradient_error(x, prelu_backward<double>(x, g, slope), loss) < 1e-6);
  Values both = g;  // of two images
  both.insert(both.end(), g.begin(), g.end());
  const auto twice = [&] { return 2 * loss(); };
  CHECK(gradient_error(slope, prelu_slope_gradient<double>({x, x}, images_of(both, 2), slopes), twice) <
        1e-6);
}

}  // namespace lentil::reference
