#include "tests/kernels/conv_cases.h"

using namespace lentil;
using namespace lentil::test;

namespace {

struct Forward {
  std::vector<float> y;
  std::vector<std::size_t> argmax;  // empty: not asked for
};

// The oracle's convolution, pool, channel factor and ReLU, in the canonical order.
Forward oracle(const ConvCase& c, const std::vector<float>& x, const std::vector<float>& w,
               const std::vector<float>& bias, const std::vector<float>& factor, bool relu) {
  const auto map = reference::conv2d_forward<float>(oracle_conv(c), x, w, bias);
  const Shape map_shape = oracle_conv(c).output();
  auto pooled = reference::max_pool2d_forward<float>(oracle_pool(c), map_shape, map);
  const std::size_t plane = pooled.values.size() / c.outputs;
  for (std::size_t i = 0; i < pooled.values.size(); ++i) {
    if (!factor.empty()) pooled.values[i] *= factor[i / plane];
    if (relu && !(pooled.values[i] > 0)) pooled.values[i] = 0;
  }
  return {pooled.values, pooled.argmax};
}

Forward kernel(const ConvCase& c, const std::vector<float>& x, const std::vector<float>& w,
               const std::vector<float>& bias, const std::vector<float>& factor, bool relu, bool argmax,
               bool packed) {
  const kernels::ConvShape shape = kernel_shape(c);
  const auto plane = static_cast<std::size_t>(shape.out.height) * static_cast<std::size_t>(shape.out.width);
  const std::size_t plane_bytes = kernels::argmax_plane_bytes(plane, argmax_bits_of(c));
  std::vector<std::uint8_t> argmax_bytes(plane_bytes * c.outputs, 0xff);
  Output y(plane * c.outputs);
  std::vector<float> stored = w;
  if (packed) {
    const auto row = static_cast<std::int32_t>(w.size() / c.outputs);
    kernel_table().interleave({stored.data(), w.data(), shape.out_channels, row, shape.out_channels});
  }
  // In two calls: any range of channels must do.
  const std::int32_t middle = shape.out_channels / 3;
  for (const auto& [begin, end] : {std::pair{0, middle}, std::pair{middle, shape.out_channels}}) {
    kernel_table().conv2d_forward({.y = y.data(),
                                   .argmax = {argmax ? argmax_bytes.data() : nullptr, argmax_bits_of(c)},
                                   .x = x.data(),
                                   .weight = stored.data(),
                                   .bias = bias.empty() ? nullptr : bias.data(),
                                   .factor = factor.empty() ? nullptr : factor.data(),
                                   .shape = shape,
                                   .relu = relu,
                                   .packed = packed,
                                   .channel_begin = begin,
                                   .channel_end = end});
  }
  Forward result{y.values(), {}};
  const std::uint32_t map_width = oracle_conv(c).output().width;
  const std::size_t map_plane = oracle_conv(c).output().plane();
  const auto width = static_cast<std::size_t>(shape.out.width);
  for (std::size_t i = 0; argmax && i < plane * c.outputs; ++i) {
    const std::size_t in_plane = i % plane;
    const std::size_t bit = in_plane * static_cast<std::size_t>(argmax_bits_of(c));
    const std::uint32_t index =
        (argmax_bytes[i / plane * plane_bytes + bit / 8] >> bit % 8) & ((1u << argmax_bits_of(c)) - 1u);
    const std::size_t row =
        in_plane / width * c.pool_stride.height + index / c.pool.width - c.pool_padding.top;
    const std::size_t column =
        in_plane % width * c.pool_stride.width + index % c.pool.width - c.pool_padding.left;
    result.argmax.push_back(i / plane * map_plane + row * map_width + column);
  }
  return result;
}

}  // namespace

TEST_CASE("convolution with pool, factor and ReLU equals the oracle for every shape") {
  const auto c = GENERATE(from_range(conv_cases()));
  const bool with_bias = GENERATE(true, false);
  const bool relu = GENERATE(true, false);
  const bool packed = GENERATE(true, false);
  INFO(describe(c));
  const auto x = random_floats(c.input.count(), 1);
  const auto w = random_floats(oracle_conv(c).weight_count(), 2);
  const auto bias = with_bias ? random_floats(c.outputs, 3) : std::vector<float>{};
  const bool pooled = kernel_shape(c).pooled;
  const Forward got = kernel(c, x, w, bias, {}, relu, pooled, packed);
  const Forward expected = oracle(c, x, w, bias, {}, relu);
  CHECK(got.y == expected.y);
  if (pooled) CHECK(got.argmax == expected.argmax);
}

TEST_CASE("rows of zeros in the input, some or all of them, change no bit of a convolution") {
  const auto c = GENERATE(from_range(conv_cases()));
  const bool packed = GENERATE(true, false);
  const std::size_t first = GENERATE(0u, 1u, 5u), used = GENERATE(0u, 1u, 2u, 7u);
  INFO(describe(c) << ", rows " << first << " to " << first + used);
  auto x = random_floats(c.input.count(), 1);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t row = i / c.input.width % c.input.height;
    if (row < first || row >= first + used) x[i] = 0;
  }
  const auto w = random_floats(oracle_conv(c).weight_count(), 2);
  const auto bias = random_floats(c.outputs, 3);
  CHECK(kernel(c, x, w, bias, {}, false, false, packed).y == oracle(c, x, w, bias, {}, false).y);
}

TEST_CASE("a channel factor of zero clears its channel and leaves the others alone") {
  const auto c = GENERATE(from_range(conv_cases()));
  INFO(describe(c));
  const auto x = random_floats(c.input.count(), 1);
  const auto w = random_floats(oracle_conv(c).weight_count(), 2);
  const auto bias = random_floats(c.outputs, 3);
  const bool packed = GENERATE(true, false);
  std::vector<float> factor(c.outputs, 1.25f);
  for (std::size_t o = 0; o < factor.size(); o += 3) factor[o] = 0;
  CHECK(kernel(c, x, w, bias, factor, true, false, packed).y == oracle(c, x, w, bias, factor, true).y);
}

TEST_CASE("of equal values in a pool window the first is chosen") {
  const ConvCase c = conv_cases()[0];
  const bool packed = GENERATE(true, false);
  const std::vector<float> x(c.input.count(), 0.5f);
  const auto w = random_floats(oracle_conv(c).weight_count(), 2);
  const auto bias = random_floats(c.outputs, 3);
  CHECK(kernel(c, x, w, bias, {}, false, true, packed).argmax == oracle(c, x, w, bias, {}, false).argmax);
}
