#include "tests/kernels/support.h"
#include "tests/reference/reference.h"

using namespace lentil;
using namespace lentil::test;

namespace {

struct Size {
  std::int32_t inputs, outputs;
};
const auto kSizes = {Size{1, 1},   Size{320, 50}, Size{50, 10}, Size{7, 17},
                     Size{33, 65}, Size{20, 150}, Size{130, 3}};

std::size_t count(std::int32_t n) { return static_cast<std::size_t>(n); }

// The gradient of images [begin, end); `accumulate` goes on from what is in dw.
void weight_gradient(Output& dw, const std::vector<float>& x, const std::vector<float>& g, Size size,
                     std::int32_t begin, std::int32_t end, bool accumulate) {
  for (std::int32_t o = 0; o < size.outputs; ++o) {
    kernel_table().linear_backward_weight({.dweight = dw.data() + o * size.inputs,
                                           .dy = g.data() + begin * size.outputs + o,
                                           .x = x.data() + begin * size.inputs,
                                           .dy_stride = size.outputs,
                                           .x_stride = size.inputs,
                                           .images = end - begin,
                                           .input_begin = 0,
                                           .input_end = size.inputs,
                                           .accumulate = accumulate});
  }
}

}  // namespace

TEST_CASE("linear layers equal the oracle with weights in file order and packed") {
  const auto [inputs, outputs] = GENERATE(values(kSizes));
  const bool packed = GENERATE(false, true);
  const bool with_bias = GENERATE(false, true);
  auto x = random_floats(count(inputs), 1);
  const std::int32_t zeros = GENERATE(0, 1, 2);  // none, every second input, all
  for (std::int32_t i = 0; zeros > 0 && i < inputs; i += 3 - zeros) x[count(i)] = 0;
  const auto w = random_floats(count(inputs * outputs), 2);
  const auto bias = with_bias ? random_floats(count(outputs), 3) : std::vector<float>{};
  std::vector<float> stored = w;
  const std::int32_t lanes = kernels::in_lanes(outputs);
  if (packed) stored.assign(count(inputs * lanes), 0.0f);
  for (std::int32_t i = 0; packed && i < inputs; ++i) {
    for (std::int32_t o = 0; o < outputs; ++o) stored[count(i * lanes + o)] = w[count(o * inputs + i)];
  }
  Output y(count(outputs));
  kernel_table().linear_forward({.y = y.data(),
                                 .x = x.data(),
                                 .weight = stored.data(),
                                 .bias = with_bias ? bias.data() : nullptr,
                                 .inputs = inputs,
                                 .outputs = outputs,
                                 .packed = packed});
  CHECK(y.values() == reference::linear_forward<float>(count(outputs), x, w, bias));
}

TEST_CASE("the gradient of a linear layer's input equals the oracle in any range") {
  const auto [inputs, outputs] = GENERATE(values(kSizes));
  const auto g = random_floats(count(outputs), 1);
  const auto w = random_floats(count(inputs * outputs), 2);
  Output dx(count(inputs));
  for (const auto& [begin, end] : {std::pair{0, inputs / 3}, std::pair{inputs / 3, inputs}}) {
    kernel_table().linear_backward_input(
        {dx.data() + begin, g.data(), w.data(), inputs, outputs, begin, end});
  }
  CHECK(dx.values() == reference::linear_input_gradient<float>(count(inputs), g, w));
}

TEST_CASE("the gradient of a linear layer's weights is one chain over the images, in one call or several") {
  const auto size = GENERATE(values(kSizes));
  const std::int32_t images = GENERATE(1, 5);
  const auto x = random_floats(count(size.inputs * images), 1);
  auto g = random_floats(count(size.outputs * images), 2);
  for (std::size_t i = 0; i < g.size(); i += 2) g[i] = 0;
  const auto expected = reference::linear_weight_gradient<float>(count(images), x, g);
  for (std::int32_t cut = 1; cut <= images; ++cut) {
    Output dw(count(size.inputs * size.outputs));
    weight_gradient(dw, x, g, size, 0, cut, false);
    if (cut < images) weight_gradient(dw, x, g, size, cut, images, true);
    CHECK(dw.values() == expected);
  }
}
