// From the images' gradients to new weights, row by row of parameters. Every image's share is added in order
// (docs/numerics.md 9 and 10).
#pragma once
#include "kernels/cuda/statistics.h"
#include "kernels/cuda/steps_conv2d.h"

namespace lentil::cuda {

// What the threads of a block tell one another.
enum SharedCell : std::int32_t { kMapGradient, kLossIsFinite, kSharedCells };

// Parameters of one row, without the bias.
LENTIL_DEVICE std::int32_t row_length(const Step& s) {
  if (s.kind == StepKind::conv2d) return row_size(s);
  return s.kind == StepKind::linear ? count(s.in) : 1;
}
LENTIL_DEVICE const Step& step_of_row(const Program& program, std::uint32_t row) {
  const Step* step = steps(program);
  LENTIL_ROLLED
  while (row < step->first_row || row >= step->first_row + step->rows) ++step;
  return *step;
}

// The batch-norm that is folded into a row, and the normalisation of the pixels.
template <class A>
LENTIL_DEVICE Affine folded_batch_norm(const A& parameters, const Step& s, std::int32_t row) {
  if (!has(s, kFoldsBatchNorm)) return {1.0f, 0.0f};
  return fixed_batch_norm(parameters.from(s.batch_norm), s.conv.out_channels, s.epsilon, row);
}
LENTIL_DEVICE std::int32_t input_channel(const Step& s, std::int32_t row, std::int32_t k) {
  return row / s.group_outputs * s.group_inputs + k / taps(s);
}

// The weights that a folded convolution computes with; the bias goes behind those of all rows.
template <class B, class A>
LENTIL_DEVICE void fold_row(const B& block, const Program& program, const Step& s, std::int32_t row,
                            const A& parameters, float* prepared) {
  if (!is_folded(s)) return;
  const std::int32_t length = row_length(s), first = row * length;
  const auto weights = parameters.from(s.weight).from(static_cast<std::size_t>(first));
  const auto to = block.array(prepared).from(s.prepared);
  const bool pixels = has(s, kFoldsPixels);
  block.each(length + 1, [&](std::int32_t k) {
    const Affine a = folded_batch_norm(parameters, s, row);
    if (k < length) {
      const float w = weights.get(k) * a.scale;
      return to.set(first + k, pixels ? w * program.pixel_scale[input_channel(s, row, k)] : w);
    }
    const float own = s.bias == kNone ? 0.0f : parameters.from(s.bias).get(row);
    float bias = kernels::fma(own, a.scale, a.shift);
    LENTIL_ROLLED
    for (std::int32_t i = 0; pixels && i < length; ++i)
      bias = kernels::fma(-program.pixel_shift[input_channel(s, row, i)], weights.get(i) * a.scale, bias);
    to.set(s.conv.out_channels * length + row, bias);
  });
}

// Of one parameter.
template <class B>
LENTIL_DEVICE void sgd_update(const B& block, const RowsArgs& args, std::int32_t at, float gradient) {
  const SgdNumbers sgd = block.array(args.sgd).get(static_cast<std::int32_t>(args.step));
  const auto weights = block.array(args.parameters);
  const float w = weights.get(at), g = kernels::fma(sgd.weight_decay, w, gradient);
  const bool has_velocity = args.velocities != nullptr;
  const float before = has_velocity ? block.array(args.velocities).get(at) : 0.0f;
  const float next = kernels::fma(sgd.momentum, before, g);
  const float v = next >= 0x1p-126f || next <= -0x1p-126f ? next : 0.0f;
  if (has_velocity) block.array(args.velocities).set(at, v);
  weights.set(at, kernels::fma(-sgd.rate, sgd.nesterov != 0 ? kernels::fma(sgd.momentum, v, g) : v, w));
}

// The images' own values, in their order from that of image 0.
template <class A>
LENTIL_DEVICE_CALL float sum_of_images(A values, std::uint32_t stride, std::uint32_t images) {
  float sum = values.get(0);
  LENTIL_UNROLLED
  for (std::uint32_t b = 1; b < images; ++b) sum += values.from(std::size_t{b} * stride).get(0);
  return sum;
}
template <class B>
LENTIL_DEVICE float sum_of_images(const B& block, const Program& program, const RowsArgs& args,
                                  std::uint32_t at) {
  return sum_of_images(block.array(args.gradients).from(at), program.gradients, args.count);
}
// One chain over the images of d * x; of d alone for a bias.
template <class B>
LENTIL_DEVICE float linear_gradient(const B& block, const Program& program, const RowsArgs& args,
                                    const Step& s, std::int32_t row, std::int32_t k) {
  const std::int32_t inputs = count(s.in);
  float sum = 0;
  LENTIL_UNROLLED
  for (std::uint32_t b = 0; b < args.count; ++b) {
    const auto kept = block.array(args.gradients).from(std::size_t{b} * program.gradients + s.gradient);
    const float d = kept.get(inputs + row);
    sum = k < inputs ? kernels::fma(d, kept.get(k), sum) : sum + d;
  }
  return sum;
}

// The mean of the losses, which decides whether anything changes. The first row's block tells the host.
template <class B, class A>
LENTIL_DEVICE void judge_losses(const B& block, const RowsArgs& args, const A& shared, bool first_row) {
  const auto results = block.array(args.results);
  float sum = 0;
  std::uint32_t correct = 0;
  LENTIL_UNROLLED
  for (std::int32_t b = 0; b < static_cast<std::int32_t>(args.count); ++b) {
    sum += results.get(b).loss;
    correct += results.get(b).correct;
  }
  const float mean = sum / static_cast<float>(args.count);
  const bool finite = mean - mean == 0;
  shared.set(kLossIsFinite, finite ? 1.0f : 0.0f);
  if (!first_row) return;
  block.array(args.step_results).set(static_cast<std::int32_t>(args.step), {mean, correct});
  const auto state = block.array(args.state);
  const std::uint32_t done = state.get(0).steps_done;
  state.set(0, {finite ? done + 1 : done, finite ? 0u : 1u});
}

// The running statistics of a channel come closer to those of the batch.
template <class B>
LENTIL_DEVICE void update_running(const B& block, const RowsArgs& args, const Step& s, std::int32_t channel,
                                  bool variance) {
  const auto n = static_cast<float>(args.count * static_cast<std::uint32_t>(values_of_parameter(s)));
  float seen =
      block.array(args.statistics).from(statistic_of(s, variance ? kVariance : kMean, channel)).get(0);
  if (variance) seen *= n / (n - 1.0f);
  const auto running = block.array(args.parameters).from(s.weight + (variance ? 3 : 2) * s.parameters);
  running.set(channel, kernels::fma(s.momentum, seen, (1.0f - s.momentum) * running.get(channel)));
}

// The gradient of weight k of a row, or behind these of its bias. `map_gradient`: summed over the map of a
// convolution, as it is computed.
template <class B>
LENTIL_DEVICE float gradient_of(const B& block, const Program& program, const RowsArgs& args, const Step& s,
                                std::int32_t row, std::int32_t k, float map_gradient) {
  const std::int32_t length = row_length(s);
  if (s.kind == StepKind::linear) return linear_gradient(block, program, args, s, row, k);
  if (s.kind == StepKind::batch_norm)
    return block.array(args.statistics)
        .from(statistic_of(s, k < length ? kWeightGradient : kBiasGradient, row))
        .get(0);
  if (k == length) return map_gradient;
  return sum_of_images(block, program, args, s.gradient + static_cast<std::uint32_t>(row * length + k));
}

template <class B>
LENTIL_DEVICE void update_row(const B& block, const Program& program, const RowsArgs& args, const Step& s,
                              std::int32_t row, float map_gradient) {
  const std::int32_t length = row_length(s), tensors_end = length + (s.bias == kNone ? 0 : 1);
  const bool conv = s.kind == StepKind::conv2d, running = s.kind == StepKind::batch_norm;
  block.region(tensors_end + (running ? 2 : 0), [&](std::int32_t k) {
    if (k >= tensors_end) return update_running(block, args, s, row, k > tensors_end);
    const bool bias = k == length;
    float g = gradient_of(block, program, args, s, row, k, map_gradient);
    if (conv && !bias && has(s, kFoldsPixels)) {
      const std::int32_t channel = input_channel(s, row, k);
      g = kernels::fma(-program.pixel_shift[channel], map_gradient, program.pixel_scale[channel] * g);
    }
    if (conv) g *= folded_batch_norm(block.array(args.parameters), s, row).scale;
    sgd_update(block, args,
               static_cast<std::int32_t>(bias ? s.bias : s.weight) + (bias ? row : row * length + k), g);
  });
}

// Judges the losses and forms what the threads of the row share. False: the row stays as it is.
template <class B, class A>
LENTIL_DEVICE bool begin_update(const B& block, const Program& program, const RowsArgs& args, const Step& s,
                                std::uint32_t r, const A& shared) {
  block.region(1, [&](std::int32_t) {
    judge_losses(block, args, shared, r == 0);
    const std::uint32_t at =
        s.gradient + static_cast<std::uint32_t>(s.conv.out_channels * row_size(s)) + r - s.first_row;
    if (s.kind == StepKind::conv2d && has(s, kTrained))
      shared.set(kMapGradient, sum_of_images(block, program, args, at));
  });
  return shared.get(kLossIsFinite) != 0 && has(s, kTrained);
}

template <class B>
LENTIL_DEVICE void rows(const B& block, const Program& program, const RowsArgs& args, float* shared_cells) {
  if (args.work == RowsWork::forward_statistics || args.work == RowsWork::backward_statistics)
    return statistics(block, program, args);
  const auto shared = block.array(shared_cells);
  const auto parameters = block.array(static_cast<const float*>(args.parameters));
  LENTIL_ROLLED
  for (std::uint32_t r = block.index(); r < program.rows; r += block.count()) {
    const Step& s = step_of_row(program, r);
    const auto row = static_cast<std::int32_t>(r - s.first_row);
    if (args.work == RowsWork::update) {
      if (!begin_update(block, program, args, s, r, shared)) {
        block.barrier();
        continue;
      }
      update_row(block, program, args, s, row, s.kind == StepKind::conv2d ? shared.get(kMapGradient) : 0.0f);
    }
    fold_row(block, program, s, row, parameters, args.prepared);
  }
}

}  // namespace lentil::cuda
