// Images through a network: forward, and for training back again. One block takes one image at a time.
#pragma once
#include "kernels/cuda/steps_arithmetic.h"
#include "kernels/cuda/steps_classes.h"
#include "kernels/cuda/steps_conv2d_backward.h"
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
    case StepKind::batch_norm:
      return batch_norm_forward(image, s);
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

// From the gradients of a step's sums. A part of a Concat may have an input that wants no gradient.
template <class I>
LENTIL_DEVICE void backward_step(const I& image, const Step& s) {
  if (s.dx == kNone && s.second_dx == kNone && !has(s, kTrained)) return;
  if (s.kind == StepKind::max_pool2d || s.conv.pooled) max_pool_backward(image, s);
  switch (s.kind) {
    case StepKind::input:
    case StepKind::max_pool2d:
      break;
    case StepKind::copy:
      return copy_backward(image, s);
    case StepKind::conv2d:
      return conv2d_backward(image, s);
    case StepKind::linear:
      return linear_backward(image, s);
    case StepKind::avg_pool2d:
      return avg_pool_backward(image, s);
    case StepKind::batch_norm:
      return batch_norm_backward(image, s);
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

// Where image b of a call lies in the data set.
template <class B>
LENTIL_DEVICE std::size_t place_in_order(const B& block, const ImagesArgs& args, std::uint32_t b) {
  if (args.order == nullptr) return args.first + b;
  return block.array(args.order).from(args.first).get(static_cast<std::int32_t>(b));
}

template <class I>
LENTIL_DEVICE void give_outputs(const I& image, float* outputs) {
  const Program& program = image.program;
  const auto from = image.memory.from(program.output);
  const auto to = image.block.array(outputs).from(std::size_t{image.position} * program.outputs);
  image.block.region(static_cast<std::int32_t>(program.outputs),
                     [&](std::int32_t i) { to.set(i, from.get(i)); });
}

template <class B>
LENTIL_DEVICE Target<B> target_of(const B& block, const Program& program, const ImagesArgs& args,
                                  std::size_t at) {
  if (args.targets != nullptr) return {block.array(args.targets).from(at * program.loss_count), 0, false};
  return {{}, block.array(args.labels).from(at).get(0), true};
}

// The loss and its gradient. After a step that failed it stays what it is not: a number.
template <class I, class T>
LENTIL_DEVICE void loss_step(const I& image, const T& target, const ImagesArgs& args) {
  const Program& program = image.program;
  const auto results = image.block.array(args.results);
  const auto state = image.block.array(args.state);
  const auto d = image.memory.from(program.loss_gradient);
  image.block.region(static_cast<std::int32_t>(program.loss_count), [&](std::int32_t i) {
    d.set(i, loss_gradient(image, target, i, image.images));
    if (i != 0) return;
    const float loss = state.get(0).failed != 0 ? __builtin_nanf("") : loss_of(image, target);
    results.set(static_cast<std::int32_t>(image.position), {loss, is_correct(image, target) ? 1u : 0u});
  });
}

// One place on the way of the image that is `at` in the data set.
template <class I>
LENTIL_DEVICE void visit(const I& image, const ImagesArgs& args, std::size_t at, std::uint32_t place) {
  const Program& program = image.program;
  const std::uint32_t count = program.step_count;
  if (place == 0) return input_forward(image, *steps(program), args.images, at);
  if (place < count) {
    const Step& s = steps(program)[place];
    if (!image.training || !has(s, kInferenceOnly)) forward_step(image, s);
    return;
  }
  if (!image.training) return give_outputs(image, args.outputs);
  if (place == count) return loss_step(image, target_of(image.block, program, args, at), args);
  const std::uint32_t back = place - count - 1;
  const Step& s = steps(program)[count - 1 - back / 2];
  if (!has(s, kBackward)) return;
  back % 2 == 0 ? output_gradients(image, s) : backward_step(image, s);
}

// Blocks may share the slabs unless images come again.
template <class B>
LENTIL_DEVICE std::uint8_t* memory_of_image(const B& block, const Program& program, const ImagesArgs& args,
                                            std::uint8_t* shared, std::uint32_t b) {
  if (args.slabs == nullptr) return shared;
  return args.slabs + std::size_t{program.statistics == 0 ? block.index() : b} * program.image_bytes;
}

template <class B>
LENTIL_DEVICE void images(const B& block, const Program& program, const ImagesArgs& args,
                          std::uint8_t* shared) {
  const bool training = args.outputs == nullptr;
  const std::uint32_t places = training ? 3 * program.step_count - 1 : program.step_count + 1;
  const std::uint32_t until = args.until < places ? args.until : places;
  const std::uint32_t step = training ? block.array(args.state).get(0).steps_done : 0;
  for (std::uint32_t b = block.index(); b < args.count; b += block.count()) {
    std::uint8_t* memory = memory_of_image(block, program, args, shared, b);
    const Image<B> image{block,
                         program,
                         block.array(reinterpret_cast<float*>(memory)),
                         block.array(memory + program.image_floats * sizeof(float)),
                         block.array(args.parameters),
                         block.array(args.prepared),
                         block.array(args.gradients).from(std::size_t{b} * program.gradients),
                         block.array(args.statistics),
                         args.seed,
                         step,
                         b,
                         args.count,
                         training};
    const std::size_t at = place_in_order(block, args, b);
    LENTIL_ROLLED
    for (std::uint32_t place = args.from; place < until; ++place) visit(image, args, at, place);
  }
}

}  // namespace lentil::cuda
