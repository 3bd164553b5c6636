// From the images' gradients to new weights. A block is a row of parameters: an output of a layer, with its
// bias, or a slope. Every image's share is added in order (docs/numerics.md 9 and 10).
#pragma once
#include "kernels/cuda/steps_arithmetic.h"
#include "kernels/cuda/steps_conv2d.h"

namespace lentil::cuda {

// What the threads of a block tell one another.
enum SharedCell : std::int32_t { kBiasGradient, kLossIsFinite, kSharedCells };

// Parameters of one row, without the bias.
LENTIL_DEVICE std::int32_t row_length(const Step& s) {
  if (s.kind == StepKind::conv2d) return row_size(s);
  return s.kind == StepKind::linear ? count(s.in) : 1;
}
LENTIL_DEVICE const Step& step_of_row(const Program& program, std::uint32_t row) {
  const Step* step = steps(program);
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
  return row / group_outputs(s) * group_inputs(s) + k / taps(s);
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
    for (std::int32_t i = 0; pixels && i < length; ++i)
      bias = kernels::fma(-program.pixel_shift[input_channel(s, row, i)], weights.get(i) * a.scale, bias);
    to.set(s.conv.out_channels * length + row, bias);
  });
}

// Of one parameter.
template <class B>
LENTIL_DEVICE void sgd_update(const B& block, const UpdateArgs& args, std::int32_t at, float gradient) {
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
template <class B>
LENTIL_DEVICE float sum_of_images(const B& block, const Program& program, const UpdateArgs& args,
                                  std::uint32_t at) {
  const auto gradients = block.array(args.gradients);
  float sum = gradients.from(at).get(0);
  for (std::uint32_t b = 1; b < args.count; ++b)
    sum += gradients.from(std::size_t{b} * program.gradients + at).get(0);
  return sum;
}
// One chain over the images of d * x; of d alone for a bias.
template <class B>
LENTIL_DEVICE float linear_gradient(const B& block, const Program& program, const UpdateArgs& args,
                                    const Step& s, std::int32_t row, std::int32_t k) {
  const std::int32_t inputs = count(s.in);
  float sum = 0;
  for (std::uint32_t b = 0; b < args.count; ++b) {
    const auto kept = block.array(args.gradients).from(std::size_t{b} * program.gradients + s.gradient);
    const float d = kept.get(inputs + row);
    sum = k < inputs ? kernels::fma(d, kept.get(k), sum) : sum + d;
  }
  return sum;
}

// The mean of the losses, which decides whether anything changes. The first row's block tells the host.
template <class B, class A>
LENTIL_DEVICE void judge_losses(const B& block, const UpdateArgs& args, const A& shared, bool first_row) {
  const auto results = block.array(args.results);
  float sum = 0;
  std::uint32_t correct = 0;
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

// Gradients of a row and their update. `bias_gradient`: of the convolution as it is computed.
template <class B>
LENTIL_DEVICE void update_row(const B& block, const Program& program, const UpdateArgs& args, const Step& s,
                              std::int32_t row, float bias_gradient) {
  const std::int32_t length = row_length(s);
  const bool conv = s.kind == StepKind::conv2d;
  block.region(length + (s.bias == kNone ? 0 : 1), [&](std::int32_t k) {
    const bool bias = k == length;
    const std::uint32_t at = s.gradient + static_cast<std::uint32_t>(row * length + k);
    float g = s.kind == StepKind::linear ? linear_gradient(block, program, args, s, row, k)
              : bias                     ? bias_gradient
                                         : sum_of_images(block, program, args, at);
    if (conv && !bias && has(s, kFoldsPixels)) {
      const std::int32_t channel = input_channel(s, row, k);
      g = kernels::fma(-program.pixel_shift[channel], bias_gradient, program.pixel_scale[channel] * g);
    }
    if (conv) g *= folded_batch_norm(block.array(args.parameters), s, row).scale;
    sgd_update(block, args,
               static_cast<std::int32_t>(bias ? s.bias : s.weight) + (bias ? row : row * length + k), g);
  });
}

template <class B>
LENTIL_DEVICE void update(const B& block, const Program& program, const UpdateArgs& args,
                          float* shared_cells) {
  const auto shared = block.array(shared_cells);
  for (std::uint32_t r = block.index(); r < program.rows; r += block.count()) {
    const Step& s = step_of_row(program, r);
    const auto row = static_cast<std::int32_t>(r - s.first_row);
    block.region(1, [&](std::int32_t) {
      judge_losses(block, args, shared, r == 0);
      const std::uint32_t at =
          s.gradient + static_cast<std::uint32_t>(s.conv.out_channels * row_size(s) + row);
      if (s.kind == StepKind::conv2d && has(s, kTrained))
        shared.set(kBiasGradient, sum_of_images(block, program, args, at));
    });
    const bool updates = shared.get(kLossIsFinite) != 0 && has(s, kTrained);
    if (!updates) {
      block.barrier();
      continue;
    }
    update_row(block, program, args, s, row, s.kind == StepKind::conv2d ? shared.get(kBiasGradient) : 0.0f);
    fold_row(block, program, s, row, block.array(static_cast<const float*>(args.parameters)), args.prepared);
  }
}

template <class B>
LENTIL_DEVICE void prepare(const B& block, const Program& program, const PrepareArgs& args) {
  for (std::uint32_t r = block.index(); r < program.rows; r += block.count()) {
    const Step& s = step_of_row(program, r);
    fold_row(block, program, s, static_cast<std::int32_t>(r - s.first_row), block.array(args.parameters),
             args.prepared);
  }
}

}  // namespace lentil::cuda
