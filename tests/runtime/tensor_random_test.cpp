#include "runtime/tensor_random.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "kernels/math.h"
#include "kernels/philox.h"
#include "runtime/tensor_ops.h"

using namespace lentil;

namespace {

using Fill = void (*)(const TensorView<float>&, std::uint64_t, std::uint32_t);

std::vector<float> filled(Fill fill_with, std::int64_t count, std::uint64_t seed, std::uint32_t stream = 0) {
  std::vector<float> values(static_cast<std::size_t>(count));
  fill_with(*TensorView<float>::over(values, {count}), seed, stream);
  return values;
}

double moment(const std::vector<float>& values, int power) {
  double sum = 0;
  for (const float x : values) sum += std::pow(double{x}, power);
  return sum / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("random tensors follow their formulas") {
  const kernels::RandomKey key{.seed = 11, .use = kernels::RandomUse::tensor, .step = 2};
  const auto uniform = filled(rand, 100, 11, 2), normal = filled(randn, 50, 11, 2);
  for (std::uint32_t i = 0; i < 100; ++i) CHECK(uniform[i] == kernels::random_uniform(key, i));
  for (std::uint32_t i = 0; i < 50; ++i) {
    const double radius = std::sqrt(-2 * std::log1p(-double{uniform[2 * i]}));
    CHECK(normal[i] == Approx(radius * std::cos(M_PI * uniform[2 * i + 1])).margin(1e-6));
  }
}

TEST_CASE("random tensors keep their bits for ever") {
  const auto bits_of = [](const std::vector<float>& values) {
    std::vector<std::uint32_t> bits;
    for (const float x : values) bits.push_back(kernels::float_bits(x));
    return bits;
  };
  CHECK(bits_of(filled(rand, 4, 1)) ==
        std::vector<std::uint32_t>{0x3f1369df, 0x3eb80c44, 0x3e008354, 0x3effc076});
  CHECK(bits_of(filled(randn, 4, 1)) ==
        std::vector<std::uint32_t>{0x3f0f42c0, 0x3a4ec157, 0x3f665184, 0xbf6917ae});
}

TEST_CASE("uniform and normal numbers have their moments") {
  const auto uniform = filled(rand, 100000, 3), normal = filled(randn, 100000, 3);
  CHECK(*std::ranges::min_element(uniform) >= 0);
  CHECK(*std::ranges::max_element(uniform) < 1);
  CHECK(moment(uniform, 1) == Approx(0.5).margin(0.005));
  CHECK(moment(uniform, 2) == Approx(1.0 / 3).margin(0.005));
  CHECK(moment(normal, 1) == Approx(0).margin(0.015));
  CHECK(moment(normal, 2) == Approx(1).margin(0.02));
  CHECK(moment(normal, 3) == Approx(0).margin(0.05));
  CHECK(moment(normal, 4) == Approx(3).margin(0.15));
}

TEST_CASE("seeds and streams give other numbers, strides the same") {
  CHECK(filled(randn, 9, 1) != filled(randn, 9, 2));
  CHECK(filled(randn, 9, 1, 0) != filled(randn, 9, 1, 1));
  std::vector<float> buffer(6), copied(6);
  const auto turned = *TensorView<float>::over(buffer, {2, 3})->transpose(0, 1);
  rand(turned, 4);
  REQUIRE(copy(turned, copied));
  CHECK(copied == filled(rand, 6, 4));
}
