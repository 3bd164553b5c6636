// What a batch-norm that learns needs to know of all images of a step (docs/numerics.md 11). A block is a
// channel: each image's own chain is one thread's, and one adds them up in the images' order.
#pragma once
#include "kernels/cuda/steps_arithmetic.h"

namespace lentil::cuda {

// One channel in all images.
template <class B>
struct ChannelOfImages {
  template <class T>
  using Array = typename B::template Array<T>;

  const B& block;
  const Program& program;
  const RowsArgs& args;
  const Step& s;
  std::int32_t channel;

  LENTIL_DEVICE Array<float> statistic(Statistic which) const {
    return block.array(args.statistics).from(statistic_of(s, which, channel));
  }
  // The channel of the tensor at `first` in the memory of image b.
  LENTIL_DEVICE Array<const float> values(std::uint32_t first, std::int32_t b) const {
    const std::uint8_t* memory = args.slabs + static_cast<std::size_t>(b) * program.image_bytes;
    return block.array(reinterpret_cast<const float*>(memory))
        .from(first + static_cast<std::size_t>(channel * values_of_parameter(s)));
  }
  LENTIL_DEVICE Array<float> sum_of(std::int32_t b) const {
    return block.array(args.gradients)
        .from(static_cast<std::size_t>(b) * program.gradients + s.gradient +
              static_cast<std::size_t>(channel));
  }
  LENTIL_DEVICE float sum_of_all() const {
    float sum = sum_of(0).get(0);
    LENTIL_UNROLLED
    for (std::int32_t b = 1; b < images(); ++b) sum += sum_of(b).get(0);
    return sum;
  }
  LENTIL_DEVICE bool is_backward() const { return args.work == RowsWork::backward_statistics; }
  LENTIL_DEVICE std::int32_t images() const { return static_cast<std::int32_t>(args.count); }
};

// Forward: of the values, then of their squared deviations. Backward: of the gradients, then of their
// products with the normalised values.
template <class C>
LENTIL_DEVICE float sum_of_image(const C& c, std::int32_t b, bool products) {
  const auto v = c.values(c.is_backward() ? c.s.dy : c.s.x, b), x = c.values(c.s.x, b);
  const std::int32_t values = values_of_parameter(c.s);
  float sum = 0;
  if (!products) {
    LENTIL_UNROLLED
    for (std::int32_t i = 0; i < values; ++i) sum += v.get(i);
    return sum;
  }
  const float mean = c.statistic(kMean).get(0), of_v = c.is_backward() ? 0.0f : mean;
  const float inverse = c.is_backward() ? c.statistic(kInverse).get(0) : 1.0f;
  LENTIL_UNROLLED
  for (std::int32_t i = 0; i < values; ++i)
    sum = kernels::fma(v.get(i) - of_v, (x.get(i) - mean) * inverse, sum);
  return sum;
}
template <class C>
LENTIL_DEVICE void take_sum(const C& c, float sum, bool products) {
  if (c.is_backward()) return c.statistic(products ? kWeightGradient : kBiasGradient).set(0, sum);
  const float mean = sum / static_cast<float>(c.images() * values_of_parameter(c.s));
  c.statistic(products ? kVariance : kMean).set(0, mean);
  if (products) c.statistic(kInverse).set(0, inverse_deviation(mean, c.s.epsilon));
}
template <class C>
LENTIL_DEVICE void sum_channel(const C& c) {
  LENTIL_ROLLED
  for (std::int32_t pass = 0; pass < 2; ++pass) {
    const bool products = pass == 1;
    c.block.region(c.images(), [&](std::int32_t b) { c.sum_of(b).set(0, sum_of_image(c, b, products)); });
    c.block.region(1, [&](std::int32_t) { take_sum(c, c.sum_of_all(), products); });
  }
}

template <class B>
LENTIL_DEVICE void statistics(const B& block, const Program& program, const RowsArgs& args) {
  const Step& s = steps(program)[args.batch_norm];
  for (std::uint32_t channel = block.index(); channel < s.parameters; channel += block.count()) {
    const ChannelOfImages<B> c{block, program, args, s, static_cast<std::int32_t>(channel)};
    sum_channel(c);
  }
}

}  // namespace lentil::cuda
