#include "tests/kernels/support.h"
#include "tests/reference/reference.h"

using namespace lentil;
using namespace lentil::test;
using kernels::ChannelTerm;

namespace {

constexpr std::size_t kChannels = 3;
constexpr float kMean = 0.3f, kInverse = 1.7f;

struct Term {
  ChannelTerm term;
  float (*add)(float x, float dy, float sum);  // as kernels/args.h has it
};
const Term kTerms[]{
    {ChannelTerm::value, [](float x, float, float sum) { return sum + x; }},
    {ChannelTerm::deviation, [](float x, float, float sum) { return std::fma(x - kMean, x - kMean, sum); }},
    {ChannelTerm::normalized,
     [](float x, float dy, float sum) { return std::fma(dy, (x - kMean) * kInverse, sum); }},
    {ChannelTerm::negative, [](float x, float dy, float sum) { return x > 0 ? sum : std::fma(dy, x, sum); }},
};

// A batch of images [kChannels][plane].
struct Batch {
  std::int32_t images;
  std::size_t plane;
  std::uint64_t seed;
  std::vector<float> values = random_floats(static_cast<std::size_t>(images) * kChannels * plane, seed);

  std::size_t size() const { return kChannels * plane; }
  reference::Images<float> split() const {
    reference::Images<float> all;
    for (auto at = values.begin(); at != values.end(); at += static_cast<std::ptrdiff_t>(size()))
      all.emplace_back(at, at + static_cast<std::ptrdiff_t>(size()));
    return all;
  }
};

// Of images [begin, end), added to `before`.
float kernel_sum(const Batch& x, const Batch& dy, ChannelTerm term, std::size_t channel, std::int32_t begin,
                 std::int32_t end, const float* before = nullptr) {
  const std::size_t first = static_cast<std::size_t>(begin) * x.size() + channel * x.plane;
  return kernel_table().channel_sum({.x = x.values.data() + first,
                                     .dy = dy.values.data() + first,
                                     .stride = static_cast<std::int64_t>(x.size()),
                                     .count = static_cast<std::int64_t>(x.plane),
                                     .images = end - begin,
                                     .term = term,
                                     .mean = kMean,
                                     .inverse = kInverse,
                                     .before = before});
}

}  // namespace

TEST_CASE("a channel's sums are chains of each image, then the images in order, in one call or two") {
  const auto [term, add] = GENERATE(from_range(std::begin(kTerms), std::end(kTerms)));
  const std::int32_t images = GENERATE(1, 7, 8, 9, 17);
  const std::size_t plane = GENERATE(1u, 3u, 37u);
  const Batch x{images, plane, 1}, dy{images, plane, 2};
  const auto expected = reference::channel_sums<float>(
      static_cast<std::size_t>(images), x.size(), kChannels,
      [&, add = add](std::size_t b, std::size_t e, std::size_t, float sum) {
        return add(x.values[b * x.size() + e], dy.values[b * x.size() + e], sum);
      });
  for (std::size_t c = 0; c < kChannels; ++c) {
    CAPTURE(static_cast<int>(term), images, plane, c);
    CHECK(kernel_sum(x, dy, term, c, 0, images) == expected[c]);
    for (std::int32_t cut = 1; cut < images; cut += 4) {
      const float before = kernel_sum(x, dy, term, c, 0, cut);
      CHECK(kernel_sum(x, dy, term, c, cut, images, &before) == expected[c]);
    }
  }
}

TEST_CASE("batch-norm with the batch's own statistics equals the oracle, forward and backward") {
  const std::size_t plane = GENERATE(1u, 7u, 16u, 67u);
  const Batch x{2, plane, 1}, dy{2, plane, 2};
  const auto images = x.split(), gradients = dy.split();
  const auto weight = random_floats(kChannels, 3), bias = random_floats(kChannels, 4);
  const auto s = reference::batch_statistics<float>(images, kChannels, 1e-5f);
  const auto back = reference::batch_norm_backward<float>(s, images, gradients, weight);
  const auto count = static_cast<std::int64_t>(plane);
  const auto n = static_cast<float>(2 * plane);
  for (std::size_t b = 0; b < 2; ++b) {
    Output y(x.size()), dx(x.size());
    // Back to front: a channel may not be touched by the one before it.
    for (std::size_t c = kChannels; c-- > 0;) {
      const std::size_t first = c * plane;
      kernel_table().normalize_forward(
          {y.data() + first, images[b].data() + first, count, s.mean[c], s.inverse[c], weight[c], bias[c]});
      kernel_table().normalize_backward({.dx = dx.data() + first,
                                         .dy = gradients[b].data() + first,
                                         .x = images[b].data() + first,
                                         .count = count,
                                         .mean = s.mean[c],
                                         .inverse = s.inverse[c],
                                         .scale = weight[c] * s.inverse[c],
                                         .mean_dy = back.dbias[c] / n,
                                         .mean_product = back.dweight[c] / n});
    }
    CHECK(y.values() == reference::batch_norm_forward<float>(s, images[b], weight, bias));
    CHECK(dx.values() == back.dx[b]);
  }
}
