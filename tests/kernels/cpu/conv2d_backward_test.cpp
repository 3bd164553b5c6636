#include "tests/kernels/conv_cases.h"

using namespace lentil;
using namespace lentil::test;

namespace {

// One image: the gradient of the pooled output, sparse as ReLU leaves it, and where the maxima were.
struct Backward {
  ConvCase c;
  std::vector<float> x, w, g, map_gradient;
  std::vector<std::uint8_t> argmax;
  kernels::ConvShape shape;
  std::size_t plane_bytes = 0;

  explicit Backward(const ConvCase& conv) : c(conv), shape(kernel_shape(conv)) {
    x = random_floats(c.input.count(), 1);
    w = random_floats(oracle_conv(c).weight_count(), 2);
    const Shape map = oracle_conv(c).output();
    const auto pooled = reference::max_pool2d_forward<float>(
        oracle_pool(c), map, reference::conv2d_forward<float>(oracle_conv(c), x, w, {}));
    g = random_floats(pooled.values.size(), 4);
    for (std::size_t i = 0; i < g.size(); i += 3) g[i] = 0;
    map_gradient = reference::max_pool2d_backward<float>(map, g, pooled.argmax);
    pack(pooled.argmax, map);
  }

  void pack(const std::vector<std::size_t>& chosen, const Shape& map) {
    const std::size_t plane = g.size() / c.outputs;
    plane_bytes = kernels::argmax_plane_bytes(plane, argmax_bits_of(c));
    argmax.assign(plane_bytes * c.outputs, 0);
    const auto width = static_cast<std::size_t>(shape.out.width);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const std::size_t in_plane = i % plane;
      const std::size_t row = chosen[i] % map.plane() / map.width + c.pool_padding.top;
      const std::size_t column = chosen[i] % map.width + c.pool_padding.left;
      const std::size_t index = (row - in_plane / width * c.pool_stride.height) * c.pool.width +
                                (column - in_plane % width * c.pool_stride.width);
      const std::size_t bit = in_plane * static_cast<std::size_t>(argmax_bits_of(c));
      argmax[i / plane * plane_bytes + bit / 8] |= static_cast<std::uint8_t>(index << bit % 8);
    }
  }

  std::vector<kernels::ConvEvent> events(std::uint32_t channel) const {
    const std::size_t map_plane = oracle_conv(c).output().plane();
    std::vector<kernels::ConvEvent> list(map_plane + 1);
    Output map(map_plane);
    const std::size_t plane = g.size() / c.outputs;
    const std::int32_t n = kernel_table().conv2d_events(
        {.events = list.data(),
         .map = map.data(),
         .dy = g.data() + channel * plane,
         .argmax = shape.pooled ? argmax.data() + channel * plane_bytes : nullptr,
         .argmax_bits = argmax_bits_of(c),
         .map_size = shape.map,
         .out = shape.out,
         .pool = shape.pool});
    list.resize(static_cast<std::size_t>(n));
    return list;
  }
};

}  // namespace

TEST_CASE("events are the map's non-zero gradients in row and column order") {
  const Backward b(GENERATE(from_range(conv_cases())));
  INFO(describe(b.c));
  const Shape map = oracle_conv(b.c).output();
  for (std::uint32_t o = 0; o < b.c.outputs; ++o) {
    std::vector<float> dense(map.plane());
    std::int32_t last = -1;
    for (const auto& e : b.events(o)) {
      const std::int32_t at = e.row * static_cast<std::int32_t>(map.width) + e.column;
      CHECK(at > last);
      dense[static_cast<std::size_t>(last = at)] = e.gradient;
    }
    const auto begin = b.map_gradient.begin() + static_cast<std::ptrdiff_t>(o * map.plane());
    CHECK(dense == std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(map.plane())));
  }
}

TEST_CASE("the gradient of a convolution's input equals the oracle") {
  const Backward b(GENERATE(from_range(conv_cases())));
  INFO(describe(b.c));
  const std::uint32_t group_inputs = b.c.input.channels / b.c.groups;
  const std::size_t row = b.w.size() / b.c.outputs;
  Output dx(b.c.input.count());
  std::fill_n(dx.data(), b.c.input.count(), 0.0f);
  for (std::uint32_t o = 0; o < b.c.outputs; ++o) {
    const auto events = b.events(o);
    const std::uint32_t first = o / (b.c.outputs / b.c.groups) * group_inputs;
    for (std::uint32_t i = 0; i < group_inputs; ++i) {  // channel by channel: any range must do
      kernel_table().conv2d_backward_input({dx.data() + (first + i) * b.c.input.plane(), b.w.data() + o * row,
                                            events.data(), static_cast<std::int32_t>(events.size()), b.shape,
                                            static_cast<std::int32_t>(i), static_cast<std::int32_t>(i + 1)});
    }
  }
  CHECK(dx.values() == reference::conv2d_input_gradient<float>(oracle_conv(b.c), b.map_gradient, b.w));
}

TEST_CASE("the gradient of a convolution's weights equals the oracle, alone and added to another") {
  const Backward b(GENERATE(from_range(conv_cases())));
  INFO(describe(b.c));
  const std::uint32_t group_inputs = b.c.input.channels / b.c.groups;
  const std::size_t row = b.w.size() / b.c.outputs;
  const auto expected = reference::conv2d_weight_gradient<float>(oracle_conv(b.c), b.x, b.map_gradient);
  for (std::uint32_t o = 0; o < b.c.outputs; ++o) {
    const auto events = b.events(o);
    const std::uint32_t first = o / (b.c.outputs / b.c.groups) * group_inputs;
    Output dw(row);
    for (const bool accumulate : {false, true}) {
      kernel_table().conv2d_backward_weight({dw.data(), b.x.data() + first * b.c.input.plane(), events.data(),
                                             static_cast<std::int32_t>(events.size()), b.shape, 0,
                                             static_cast<std::int32_t>(group_inputs), accumulate});
      std::vector<float> wanted(expected.begin() + static_cast<std::ptrdiff_t>(o * row),
                                expected.begin() + static_cast<std::ptrdiff_t>((o + 1) * row));
      if (accumulate)
        std::transform(wanted.begin(), wanted.end(), wanted.begin(), [](float v) { return v + v; });
      CHECK(dw.values() == wanted);
    }
  }
}

namespace {

// Layouts of one group: planes of the input, and taps of one output channel's weights.
kernels::Interleave planes(const Backward& b, float* to, const float* from) {
  const auto plane = static_cast<std::int32_t>(b.c.input.plane());
  return {to, from, b.shape.in_channels / b.shape.groups, plane, kernels::padded_channels(b.shape)};
}
kernels::Interleave taps(const Backward& b, float* to, const float* from) {
  const std::int32_t kernel = b.shape.kernel.height * b.shape.kernel.width;
  return {to, from, b.shape.in_channels / b.shape.groups, kernel, kernels::padded_channels(b.shape)};
}
std::vector<float> wide(const kernels::Interleave& layout) {
  std::vector<float> values(static_cast<std::size_t>(layout.count * layout.padded));
  kernels::Interleave args = layout;
  args.to = values.data();
  kernel_table().interleave(args);
  return values;
}

}  // namespace

TEST_CASE("laying channels side by side and back changes nothing and fills up with zeros") {
  const std::int32_t channels = GENERATE(1, 4, 5, 16, 19), count = GENERATE(1, 4, 7, 30);
  const std::int32_t padded = GENERATE(true, false) ? kernels::in_lanes(channels) : channels;
  const auto from = random_floats(static_cast<std::size_t>(channels * count), 1);
  Output side_by_side(static_cast<std::size_t>(count * padded)), back(from.size());
  kernel_table().interleave({side_by_side.data(), from.data(), channels, count, padded});
  const auto values = side_by_side.values();
  for (std::int32_t i = 0; i < count; ++i) {
    for (std::int32_t c = 0; c < padded; ++c) {
      const float wanted = c < channels ? from[static_cast<std::size_t>(c * count + i)] : 0.0f;
      CHECK(values[static_cast<std::size_t>(i * padded + c)] == wanted);
    }
  }
  kernel_table().deinterleave({back.data(), values.data(), channels, count, padded});
  CHECK(back.values() == from);
}

TEST_CASE("with channels side by side the gradient of a convolution's input equals the oracle") {
  const Backward b(GENERATE(from_range(conv_cases())));
  INFO(describe(b.c));
  const std::uint32_t group_outputs = b.c.outputs / b.c.groups;
  const std::size_t row = b.w.size() / b.c.outputs, group = b.c.input.count() / b.c.groups;
  Output dx(b.c.input.count());
  for (std::uint32_t g = 0; g < b.c.groups; ++g) {
    auto sums = wide(planes(b, nullptr, std::vector<float>(group).data()));
    for (std::uint32_t o = g * group_outputs; o < (g + 1) * group_outputs; ++o) {
      const auto events = b.events(o);
      const auto weight = wide(taps(b, nullptr, b.w.data() + o * row));
      kernel_table().conv2d_backward_input_wide(
          {sums.data(), weight.data(), events.data(), static_cast<std::int32_t>(events.size()), b.shape});
    }
    kernel_table().deinterleave(planes(b, dx.data() + g * group, sums.data()));
  }
  CHECK(dx.values() == reference::conv2d_input_gradient<float>(oracle_conv(b.c), b.map_gradient, b.w));
}

TEST_CASE("with channels side by side the gradient of a convolution's weights equals the oracle") {
  const Backward b(GENERATE(from_range(conv_cases())));
  const bool accumulate = GENERATE(false, true);
  INFO(describe(b.c));
  const std::size_t row = b.w.size() / b.c.outputs, group = b.c.input.count() / b.c.groups;
  const auto expected = reference::conv2d_weight_gradient<float>(oracle_conv(b.c), b.x, b.map_gradient);
  for (std::uint32_t o = 0; o < b.c.outputs; ++o) {
    const auto events = b.events(o);
    const auto x = wide(planes(b, nullptr, b.x.data() + o / (b.c.outputs / b.c.groups) * group));
    auto gradient = wide(taps(b, nullptr, b.w.data() + o * row));  // what is there: any numbers
    kernel_table().conv2d_backward_weight_wide({gradient.data(), x.data(), events.data(),
                                                static_cast<std::int32_t>(events.size()), b.shape,
                                                accumulate});
    Output dw(row);
    kernel_table().deinterleave(taps(b, dw.data(), gradient.data()));
    std::vector<float> wanted(expected.begin() + static_cast<std::ptrdiff_t>(o * row),
                              expected.begin() + static_cast<std::ptrdiff_t>((o + 1) * row));
    for (std::size_t i = 0; accumulate && i < row; ++i) wanted[i] = b.w[o * row + i] + wanted[i];
    CHECK(dw.values() == wanted);
  }
}
