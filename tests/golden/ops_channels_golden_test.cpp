// The oracle against PyTorch: what runs channel by channel.
#include "tests/golden/check_close.h"
#include "tests/golden/formula.h"
#include "tests/golden/ops_golden.h"

namespace lentil::golden {
namespace {

using namespace reference;

TEMPLATE_TEST_CASE("PReLU gives PyTorch's values and gradients", "", float, double) {
  using T = TestType;
  for (const PreluCase& c : kPreluCases) {
    const auto x = formula_values<T>(1, c.y.size());
    const auto slope = formula_values<T>(2, c.dslope.size());
    const auto g = formula_values<T>(4, c.y.size());
    check_close(for_images<T>([&](auto b) { return prelu<T>(image(x, b), slope); }), c.y);
    check_close(for_images<T>([&](auto b) { return prelu_backward<T>(image(x, b), image(g, b), slope); }),
                c.dx);
    check_close(prelu_slope_gradient<T>(images_of(x), images_of(g), slope.size()), c.dslope);
  }
}

constexpr float kTenth = 0.1f;

// A batch-norm case with its numbers of the formula.
template <class T>
struct BatchNorm {
  explicit BatchNorm(const BatchNormCase& c)
      : x(formula_values<T>(1, c.y.size())),
        g(formula_values<T>(4, c.y.size())),
        weight(formula_values<T>(2, c.input.channels)),
        bias(formula_values<T>(3, c.input.channels)),
        mean(formula_values<T>(5, c.input.channels)),
        variance(formula_values<T>(6, c.input.channels)) {
    for (T& v : variance) v += static_cast<T>(1.5f);
  }
  std::vector<T> x, g, weight, bias, mean, variance;
};

TEMPLATE_TEST_CASE("batch-norm learns as PyTorch's does", "", float, double) {
  using T = TestType;
  for (const BatchNormCase& c : kBatchNormCases) {
    if (c.dweight.empty()) continue;
    BatchNorm<T> norm(c);
    const auto s = batch_statistics<T>(images_of(norm.x), c.input.channels, kTenth);
    const auto back = batch_norm_backward<T>(s, images_of(norm.x), images_of(norm.g), norm.weight);
    check_close(for_images<T>([&](auto b) {
                  return batch_norm_forward<T>(s, image(norm.x, b), norm.weight, norm.bias);
                }),
                c.y);
    check_close(for_images<T>([&](auto b) { return back.dx[b]; }), c.dx);
    check_close(back.dweight, c.dweight);
    check_close(back.dbias, c.dbias);
    update_running<T>(norm.mean, s.mean, kTenth);
    update_running<T>(norm.variance, unbiased<T>(s.variance, kImages * c.input.plane()), kTenth);
    check_close(norm.mean, c.running_mean);
    check_close(norm.variance, c.running_var);
  }
}

TEMPLATE_TEST_CASE("batch-norm with running statistics gives PyTorch's values and gradients", "", float,
                   double) {
  using T = TestType;
  for (const BatchNormCase& c : kBatchNormCases) {
    if (!c.dweight.empty()) continue;
    const BatchNorm<T> norm(c);
    const auto a = batch_norm_affine<T>(norm.weight, norm.bias, norm.mean, norm.variance, kTenth);
    const std::vector<T> none(a.scale.size());
    check_close(for_images<T>([&](auto b) { return affine<T>(image(norm.x, b), a.scale, a.shift); }), c.y);
    check_close(for_images<T>([&](auto b) { return affine<T>(image(norm.g, b), a.scale, none); }), c.dx);
  }
}

}  // namespace
}  // namespace lentil::golden
