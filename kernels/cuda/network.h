// Images through a network: forward, and for training back again. One block takes one image at a time.
#pragma once
#include "kernels/cuda/steps_arithmetic.h"
#include "kernels/cuda/steps_classes.h"
#include "kernels/cuda/steps_conv2d.h"
#include "kernels/cuda/steps_pool.h"

namespace lentil::cuda {

// The network's input as floats.
template <class I>
LENTIL_DEVICE void input_forward(const I& image, const Step& s, const void* images, std::size_t at) {
  const Program& program = image.program;
  const auto y = image.memory.from(s.y);
  const std::size_t first = at * program.inputs;
  if (program.input == InputKind::float32) {
    const auto x = image.block.array(static_cast<const float*>(images)).from(first);
    return image.block.region(count(s.in), [&](std::int32_t i) { y.set(i, x.get(i)); });
  }
  const auto pixels = image.block.array(static_cast<const std::uint8_t*>(images)).from(first);
  image.block.region(count(s.in), [&](std::int32_t i) {
    const std::int32_t channel = s.in.channels <= 4 ? i / plane(s.in) : 0;
    const auto pixel = static_cast<float>(pixels.get(i));
    y.set(i, has(s, kNormalizes)
                 ? kernels::fma(pixel, program.pixel_scale[channel], -program.pixel_shift[channel])
                 : pixel);
  });
}

template <class I>
LENTIL_DEVICE void forward_step(const I& image, const Step& s) {
  switch (s.kind) {
    case StepKind::input:
      break;
    case StepKind::copy:
      return copy_forward(image, s);
    case StepKind::conv2d:
      return conv2d_forward(image, s);
    case StepKind::linear:
      return linear_forward(image, s);
    case StepKind::max_pool2d:
      return max_pool_forward(image, s);
    case StepKind::avg_pool2d:
      return avg_pool_forward(image, s);
    case StepKind::affine:
      return affine_forward(image, s);
    case StepKind::prelu:
      return prelu_forward(image, s);
    case StepKind::binary:
      return binary_forward(image, s);
    case StepKind::constant:
      return constant_forward(image, s);
    case StepKind::softmax:
    case StepKind::log_softmax:
      return softmax_forward(image, s);
    case StepKind::flatten_hwc:
      return flatten_forward(image, s);
  }
}

// A part of a Concat may have an input that wants no gradient.
template <class I>
LENTIL_DEVICE void backward_step(const I& image, const Step& s) {
  output_gradients(image, s);
  if (s.dx == kNone && s.second_dx == kNone && !has(s, kTrained)) return;
  switch (s.kind) {
    case StepKind::input:
      break;
    case StepKind::copy:
      return copy_backward(image, s);
    case StepKind::conv2d:
      return conv2d_backward(image, s);
    case StepKind::linear:
      return linear_backward(image, s);
    case StepKind::max_pool2d:
      return max_pool_backward(image, s);
    case StepKind::avg_pool2d:
      return avg_pool_backward(image, s);
    case StepKind::affine:
      return affine_backward(image, s);
    case StepKind::prelu:
      return prelu_backward(image, s);
    case StepKind::binary:
      return binary_backward(image, s);
    case StepKind::constant:
      return constant_backward(image, s);
    case StepKind::softmax:
    case StepKind::log_softmax:
      return softmax_backward(image, s);
    case StepKind::flatten_hwc:
      return flatten_backward(image, s);
  }
}

template <class B, class Args>
LENTIL_DEVICE Image<B> image_of(const B& block, const Program& program, const Args& args,
                                std::uint8_t* memory) {
  return {block,
          program,
          block.array(reinterpret_cast<float*>(memory)),
          block.array(memory + program.image_floats * sizeof(float)),
          block.array(args.parameters),
          block.array(args.prepared),
          {},
          0,
          0,
          0,
          false};
}

// Where image b of a call lies in the data set.
template <class B, class Args>
LENTIL_DEVICE std::size_t place_in_order(const B& block, const Args& args, std::uint32_t b) {
  if (args.order == nullptr) return args.first + b;
  return block.array(args.order).from(args.first).get(static_cast<std::int32_t>(b));
}

template <class I>
LENTIL_DEVICE void forward_steps(const I& image, const void* images, std::size_t at) {
  const Step* step = steps(image.program);
  input_forward(image, step[0], images, at);
  for (std::uint32_t s = 1; s < image.program.step_count; ++s)
    if (!image.training || !has(step[s], kInferenceOnly)) forward_step(image, step[s]);
}

template <class B>
LENTIL_DEVICE void forward(const B& block, const Program& program, const ForwardArgs& args,
                           std::uint8_t* memory) {
  const Image<B> image = image_of(block, program, args, memory);
  for (std::uint32_t b = block.index(); b < args.count; b += block.count()) {
    forward_steps(image, args.images, place_in_order(block, args, b));
    const auto from = image.memory.from(program.output);
    const auto to = block.array(args.outputs).from(std::size_t{b} * program.outputs);
    block.region(static_cast<std::int32_t>(program.outputs), [&](std::int32_t i) { to.set(i, from.get(i)); });
  }
}

template <class B>
LENTIL_DEVICE Target<B> target_of(const B& block, const Program& program, const TrainArgs& args,
                                  std::size_t at) {
  if (args.targets != nullptr) return {block.array(args.targets).from(at * program.loss_count), 0, false};
  return {{}, block.array(args.labels).from(at).get(0), true};
}

// The loss and its gradient. After a step that failed it stays what it is not: a number.
template <class I, class T>
LENTIL_DEVICE void loss_step(const I& image, const T& target, const TrainArgs& args, std::uint32_t b) {
  const Program& program = image.program;
  const auto results = image.block.array(args.results);
  const auto state = image.block.array(args.state);
  const auto d = image.memory.from(program.loss_gradient);
  image.block.region(static_cast<std::int32_t>(program.loss_count), [&](std::int32_t i) {
    d.set(i, loss_gradient(image, target, i, args.count));
    if (i != 0) return;
    const float loss = state.get(0).failed != 0 ? __builtin_nanf("") : loss_of(image, target);
    results.set(static_cast<std::int32_t>(b), {loss, is_correct(image, target) ? 1u : 0u});
  });
}

template <class B>
LENTIL_DEVICE void train(const B& block, const Program& program, const TrainArgs& args,
                         std::uint8_t* memory) {
  Image<B> image = image_of(block, program, args, memory);
  image.training = true;
  image.seed = args.seed;
  image.step = block.array(args.state).get(0).steps_done;
  for (std::uint32_t b = block.index(); b < args.count; b += block.count()) {
    const std::size_t at = place_in_order(block, args, b);
    image.position = b;
    image.gradients = block.array(args.gradients).from(std::size_t{b} * program.gradients);
    forward_steps(image, args.images, at);
    loss_step(image, target_of(block, program, args, at), args, b);
    for (std::uint32_t s = program.step_count; s-- > 1;)
      if (has(steps(program)[s], kBackward)) backward_step(image, steps(program)[s]);
  }
}

}  // namespace lentil::cuda
