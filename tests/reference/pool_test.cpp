// Average pools and windows in ceil mode: the order of sums, what counts, and the derivative.
#include "tests/reference/pool.h"

#include <catch2/catch.hpp>

#include "tests/golden/formula.h"
#include "tests/reference/differences.h"

namespace lentil::reference {
namespace {

constexpr float kBig = 0x1p24f;  // kBig + 1 rounds back to kBig
using Floats = std::vector<float>;
using Values = std::vector<double>;

// What average pooling makes of ones: in a window, ones over elements that count.
Floats of_ones(const Window& w, const Shape& in, bool include_pad) {
  return avg_pool2d_forward<float>(w, in, include_pad, Floats(in.count(), 1.0f));
}

}  // namespace

TEST_CASE("an average adds its window in row-major order and divides once") {
  const Shape square{.channels = 1, .height = 2, .width = 2};
  const Floats x{kBig, 1, -kBig, 2};  // 3 / 4 by columns
  CHECK(avg_pool2d_forward<float>({.kernel = {2, 2}}, square, true, x) == Floats{0.5f});
  const Shape row{.channels = 1, .height = 1, .width = 3};
  REQUIRE(5.0f / 3.0f != 5.0f * (1.0f / 3.0f));
  REQUIRE(5.0f / 3.0f != 1.0f / 3.0f + 1.0f / 3.0f + 3.0f / 3.0f);
  CHECK(avg_pool2d_forward<float>({.kernel = {1, 3}}, row, true, Floats{1, 1, 3}) == Floats{5.0f / 3.0f});
}

TEST_CASE("the shares of overlapping windows are divided and then added in the order of the windows") {
  const Shape row{.channels = 1, .height = 1, .width = 5};
  const Floats g{3 * kBig, 3, -3 * kBig};
  const Floats dx = avg_pool2d_backward<float>({.kernel = {1, 3}}, row, true, g);
  CHECK(dx[2] == 0.0f);  // 1 from the last to the first; 4 / 3 if divided once
  const Shape third{.channels = 1, .height = 1, .width = 3};
  REQUIRE(5.0f / 3.0f != 5.0f * (1.0f / 3.0f));
  CHECK(avg_pool2d_backward<float>({.kernel = {1, 3}}, third, true, Floats{5}) == Floats(3, 5.0f / 3.0f));
}

TEST_CASE("padding counts if it is included, and what ceil mode adds behind it never does") {
  const Shape row{.channels = 1, .height = 1, .width = 4};
  Window w{.kernel = {1, 3}, .stride = {1, 2}, .padding = {.left = 1, .right = 1}, .ceil_mode = true};
  CHECK(of_ones(w, row, false) == Floats{1, 1, 1});
  CHECK(of_ones(w, row, true) == Floats{2.0f / 3.0f, 1, 0.5f});
  w.padding = {.left = 2, .right = 0};
  CHECK(of_ones(w, row, false) == Floats{1, 1, 1});
  CHECK(of_ones(w, row, true) == Floats{1.0f / 3.0f, 1, 1});
  // In two dimensions rows and columns count each for themselves.
  const Shape square{.channels = 1, .height = 2, .width = 2};
  const Window corner{
      .kernel = {2, 2}, .stride = {2, 2}, .padding = {.top = 1, .left = 1}, .ceil_mode = true};
  CHECK(of_ones(corner, square, true) == Floats{0.25f, 0.5f, 0.5f, 1});
}

TEST_CASE("in ceil mode a last window may reach beyond the padding but starts before its end") {
  struct Case {
    std::uint32_t size, before, after, span, stride, floor, ceil;
  };
  for (const Case& c : {Case{5, 0, 0, 2, 2, 2, 3}, Case{6, 0, 0, 2, 2, 3, 3}, Case{5, 1, 1, 3, 2, 3, 3},
                        Case{4, 1, 1, 3, 2, 2, 3}, Case{3, 1, 1, 2, 2, 2, 2}, Case{2, 0, 2, 2, 2, 2, 1},
                        Case{7, 0, 0, 5, 3, 1, 2}, Case{1, 0, 0, 2, 1, 0, 0}}) {
    CAPTURE(c.size, c.before, c.after, c.span, c.stride);
    CHECK(window_places(c.size, c.before, c.after, c.span, c.stride, false) == c.floor);
    CHECK(window_places(c.size, c.before, c.after, c.span, c.stride, true) == c.ceil);
  }
}

TEST_CASE("average-pool gradients agree with central differences for every kind of padding") {
  const Shape in{.channels = 2, .height = 7, .width = 6};
  const auto w =
      GENERATE(Window{.kernel = {7, 6}}, Window{.kernel = {2, 2}, .stride = {2, 2}},
               Window{.kernel = {3, 2}, .stride = {2, 1}, .dilation = {1, 2}, .padding = {1, 1, 1, 0}},
               Window{.kernel = {3, 3}, .stride = {2, 2}, .padding = {0, 1, 2, 1}, .ceil_mode = true});
  const bool include_pad = GENERATE(false, true);
  Values x = golden::formula_values<double>(1, in.count());
  const auto forward = [&] { return avg_pool2d_forward<double>(w, in, include_pad, x); };
  const Values g = golden::formula_values<double>(2, forward().size());
  CHECK(gradient_error(x, avg_pool2d_backward<double>(w, in, include_pad, g),
                       [&] { return weighted_sum(forward(), g); }) < 1e-6);
}

}  // namespace lentil::reference
