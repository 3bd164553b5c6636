#include "tests/contract/oracle_kernels.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "tests/reference/reference.h"

namespace lentil::contract {
namespace {

using namespace kernels;
using Values = std::vector<float>;

template <class T>
std::span<T> view(T* data, std::int64_t count) {
  return {data, static_cast<std::size_t>(count)};
}
std::uint32_t u32(std::int32_t n) { return static_cast<std::uint32_t>(n); }
std::int32_t i32(std::size_t n) { return static_cast<std::int32_t>(n); }
Shape shape_of(std::int32_t channels, Plane p) { return {u32(channels), u32(p.height), u32(p.width)}; }

void copy(const Values& from, float* to) { std::copy(from.begin(), from.end(), to); }

// Rows or columns of padding behind the input so that `count` windows fit.
std::uint32_t padding_behind(std::int32_t size, std::int32_t before, std::int32_t count, std::int32_t kernel,
                             std::int32_t stride, std::int32_t dilation) {
  return u32(std::max((count - 1) * stride + dilation * (kernel - 1) + 1 - size - before, 0));
}

reference::Window window_of(const kernels::Window& w, Plane in, Plane out) {
  return {
      .kernel = {u32(w.height), u32(w.width)},
      .stride = {u32(w.stride_height), u32(w.stride_width)},
      .dilation = {u32(w.dilation_height), u32(w.dilation_width)},
      .padding = {u32(w.top), u32(w.left),
                  padding_behind(in.height, w.top, out.height, w.height, w.stride_height, w.dilation_height),
                  padding_behind(in.width, w.left, out.width, w.width, w.stride_width, w.dilation_width)}};
}

reference::Conv2d conv_of(const ConvShape& s) {
  return {shape_of(s.in_channels, s.in), u32(s.out_channels), window_of(s.kernel, s.in, s.map),
          u32(s.groups)};
}

// One output channel and the inputs of its group.
reference::Conv2d channel_of(const ConvShape& s) {
  return {shape_of(s.in_channels / s.groups, s.in), 1, window_of(s.kernel, s.in, s.map), 1};
}

std::uint8_t* argmax_plane(const ArgMax& argmax, std::size_t channel, std::size_t values) {
  return argmax.data + channel * argmax_plane_bytes(values, argmax.bits);
}

// The index inside the window, from the oracle's place in the plane.
std::uint32_t index_in_window(const kernels::Window& w, Plane in, std::size_t output, Plane out,
                              std::size_t place) {
  const std::int32_t row = i32(place) / in.width - (i32(output) / out.width * w.stride_height - w.top);
  const std::int32_t column = i32(place) % in.width - (i32(output) % out.width * w.stride_width - w.left);
  return u32(row / w.dilation_height * w.width + column / w.dilation_width);
}

std::size_t place_of(const kernels::Window& w, Plane in, std::size_t output, Plane out, std::int32_t index) {
  const std::int32_t row =
      i32(output) / out.width * w.stride_height - w.top + index / w.width * w.dilation_height;
  const std::int32_t column =
      i32(output) % out.width * w.stride_width - w.left + index % w.width * w.dilation_width;
  return static_cast<std::size_t>(row * in.width + column);
}

void write_argmax(std::uint8_t* bytes, std::int32_t bits, const std::vector<std::uint32_t>& indices) {
  std::fill_n(bytes, argmax_plane_bytes(indices.size(), bits), std::uint8_t{0});
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const std::size_t bit = i * static_cast<std::size_t>(bits);
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | indices[i] << bit % 8);
  }
}

std::vector<std::size_t> read_argmax(const std::uint8_t* bytes, std::int32_t bits, const kernels::Window& w,
                                     Plane in, Plane out) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < shape_of(1, out).count(); ++i) {
    const std::size_t bit = i * static_cast<std::size_t>(bits);
    places.push_back(place_of(w, in, i, out, bytes[bit / 8] >> bit % 8 & ((1 << bits) - 1)));
  }
  return places;
}

void max_pool_forward(const MaxPoolForward& a) {
  const Shape in = shape_of(1, a.in);
  const auto pooled = reference::max_pool2d_forward<float>(window_of(a.window, a.in, a.out), in,
                                                           view(a.x, a.in.height * a.in.width));
  copy(pooled.values, a.y);
  std::vector<std::uint32_t> indices;
  for (std::size_t i = 0; i < pooled.argmax.size(); ++i) {
    indices.push_back(index_in_window(a.window, a.in, i, a.out, pooled.argmax[i]));
  }
  if (a.argmax.data != nullptr) write_argmax(a.argmax.data, a.argmax.bits, indices);
}

void max_pool_backward(const MaxPoolBackward& a) {
  copy(reference::max_pool2d_backward<float>(shape_of(1, a.in), view(a.dy, a.out.height * a.out.width),
                                             read_argmax(a.argmax, a.argmax_bits, a.window, a.in, a.out)),
       a.dx);
}

// As the file has them.
Values weights_of(const Conv2dForward& a, const reference::Conv2d& conv) {
  Values weight(a.weight, a.weight + conv.weight_count());
  if (!a.packed) return weight;
  const std::size_t taps = weight.size() / conv.outputs;
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = a.weight[i % taps * conv.outputs + i / taps];
  return weight;
}

void conv2d_forward(const Conv2dForward& a) {
  const reference::Conv2d conv = conv_of(a.shape);
  Values bias;
  if (a.bias != nullptr) bias.assign(a.bias, a.bias + conv.outputs);
  const Values map =
      reference::conv2d_forward<float>(conv, {a.x, conv.input.count()}, weights_of(a, conv), bias);
  const std::size_t map_plane = shape_of(1, a.shape.map).count(),
                    out_plane = shape_of(1, a.shape.out).count();
  for (std::int32_t o = a.channel_begin; o < a.channel_end; ++o) {
    const auto channel = static_cast<std::size_t>(o);
    const std::span<float> y{a.y + channel * out_plane, out_plane};
    std::copy_n(map.begin() + static_cast<std::ptrdiff_t>(channel * map_plane), out_plane, y.begin());
    if (a.shape.pooled) {
      max_pool_forward({y.data(),
                        {argmax_plane(a.argmax, channel, out_plane), a.argmax.bits},
                        map.data() + channel * map_plane,
                        a.shape.map,
                        a.shape.out,
                        a.shape.pool});
    }
    for (float& value : y) value *= a.factor == nullptr ? 1.0f : a.factor[o];
    if (a.relu) copy(reference::relu<float>(y), y.data());
  }
}

std::int32_t conv2d_events(const ConvEvents& a) {
  Values map(a.dy, a.dy + shape_of(1, a.out).count());
  if (a.argmax != nullptr) {
    map.resize(shape_of(1, a.map_size).count());
    max_pool_backward({map.data(), a.dy, a.argmax, a.argmax_bits, a.map_size, a.out, a.pool});
  }
  std::int32_t count = 0;
  for (std::int32_t i = 0; i < i32(map.size()); ++i) {
    const float g = map[static_cast<std::size_t>(i)];
    if (g == 0) continue;
    a.events[count++] = {static_cast<std::int16_t>(i / a.map_size.width),
                         static_cast<std::int16_t>(i % a.map_size.width), g};
  }
  return count;
}

// The oracle's chain, continued from what other output channels left.
void conv2d_backward_input(const Conv2dBackwardInput& a) {
  const reference::Conv2d conv = channel_of(a.shape);
  const std::size_t taps = shape_of(1, {a.shape.kernel.height, a.shape.kernel.width}).count();
  for (const ConvEvent& event : view(a.events, a.event_count)) {
    reference::for_each_tap(conv, 0, u32(event.row), u32(event.column), [&](std::size_t w, std::size_t e) {
      const std::int32_t channel = i32(w / taps);
      if (channel < a.channel_begin || channel >= a.channel_end) return;
      float& dx = a.dx[e - static_cast<std::size_t>(a.channel_begin) * conv.input.plane()];
      dx = std::fma(event.gradient, a.weight[w], dx);
    });
  }
}

void conv2d_backward_weight(const Conv2dBackwardWeight& a) {
  ConvShape part = a.shape;
  part.in_channels = a.channel_end - a.channel_begin;
  part.groups = 1;
  const reference::Conv2d conv = channel_of(part);
  Values map(shape_of(1, a.shape.map).count());
  for (const ConvEvent& event : view(a.events, a.event_count)) {
    map[static_cast<std::size_t>(event.row * a.shape.map.width + event.column)] = event.gradient;
  }
  Values sum;
  if (a.accumulate) sum.assign(a.dweight, a.dweight + conv.weight_count());
  reference::add_image(sum, reference::conv2d_weight_gradient<float>(conv, {a.x, conv.input.count()}, map));
  copy(sum, a.dweight);
}

Interleave taps_of(const ConvShape& s, float* to, const float* from) {
  const std::int32_t kernel = s.kernel.height * s.kernel.width;
  return {to, from, s.in_channels / s.groups, kernel, padded_channels(s)};
}
Interleave planes_of(const ConvShape& s, float* to, const float* from) {
  const std::int32_t plane = s.in.height * s.in.width;
  return {to, from, s.in_channels / s.groups, plane, padded_channels(s)};
}
std::size_t floats_of(const Interleave& i) { return static_cast<std::size_t>(i.channels * i.count); }

void interleave(const Interleave& a) {
  for (std::int32_t i = 0; i < a.count; ++i) {
    for (std::int32_t c = 0; c < a.padded; ++c)
      a.to[i * a.padded + c] = c < a.channels ? a.from[c * a.count + i] : 0.0f;
  }
}
void deinterleave(const Interleave& a) {
  for (std::int32_t c = 0; c < a.channels; ++c) {
    for (std::int32_t i = 0; i < a.count; ++i) a.to[c * a.count + i] = a.from[i * a.padded + c];
  }
}

// In the order of the file, and back.
void conv2d_backward_input_wide(const Conv2dBackwardInputWide& a) {
  Values dx(floats_of(planes_of(a.shape, nullptr, nullptr))),
      weight(floats_of(taps_of(a.shape, nullptr, nullptr)));
  deinterleave(planes_of(a.shape, dx.data(), a.dx));
  deinterleave(taps_of(a.shape, weight.data(), a.weight));
  conv2d_backward_input(
      {dx.data(), weight.data(), a.events, a.event_count, a.shape, 0, a.shape.in_channels / a.shape.groups});
  interleave(planes_of(a.shape, a.dx, dx.data()));
}
void conv2d_backward_weight_wide(const Conv2dBackwardWeightWide& a) {
  Values x(floats_of(planes_of(a.shape, nullptr, nullptr))),
      dweight(floats_of(taps_of(a.shape, nullptr, nullptr)));
  deinterleave(planes_of(a.shape, x.data(), a.x));
  deinterleave(taps_of(a.shape, dweight.data(), a.dweight));
  conv2d_backward_weight({dweight.data(), x.data(), a.events, a.event_count, a.shape, 0,
                          a.shape.in_channels / a.shape.groups, a.accumulate});
  interleave(taps_of(a.shape, a.dweight, dweight.data()));
}

void linear_forward(const LinearForward& a) {
  const auto outputs = static_cast<std::size_t>(a.outputs);
  Values weight(outputs * static_cast<std::size_t>(a.inputs)), bias;
  if (a.packed) {
    deinterleave({weight.data(), a.weight, a.outputs, a.inputs, in_lanes(a.outputs)});
  } else {
    weight.assign(a.weight, a.weight + weight.size());
  }
  if (a.bias != nullptr) bias.assign(a.bias, a.bias + a.outputs);
  copy(reference::linear_forward<float>(outputs, view(a.x, a.inputs), weight, bias), a.y);
}

void linear_backward_input(const LinearBackwardInput& a) {
  const Values dx = reference::linear_input_gradient<float>(
      static_cast<std::size_t>(a.inputs), view(a.dy, a.outputs), view(a.weight, a.inputs * a.outputs));
  std::copy(dx.begin() + a.input_begin, dx.begin() + a.input_end, a.dx);
}

void linear_backward_weight(const LinearBackwardWeight& a) {
  Values x, dy;
  for (std::int32_t b = 0; b < a.images; ++b) {
    x.insert(x.end(), a.x + b * a.x_stride + a.input_begin, a.x + b * a.x_stride + a.input_end);
    dy.push_back(a.dy[b * a.dy_stride]);
  }
  copy(reference::linear_weight_gradient<float>(static_cast<std::size_t>(a.images), x, dy), a.dweight);
}

void activation_forward(const ActivationForward& a) {
  const auto y = view<const float>(a.y, a.count);
  switch (a.activation) {
    case Activation::none:
      return;
    case Activation::relu:
      return copy(reference::relu<float>(y), a.y);
    case Activation::sigmoid:
      return copy(reference::sigmoid<float>(y), a.y);
    case Activation::tanh:
      return copy(reference::tanh<float>(y), a.y);
    case Activation::leaky_relu:
      return copy(reference::leaky_relu<float>(y, a.slope), a.y);
    case Activation::elu:
      return copy(reference::elu<float>(y, a.slope), a.y);
  }
}

void activation_backward(const ActivationBackward& a) {
  const auto y = view(a.y, a.count);
  const auto d = view<const float>(a.d, a.count);
  switch (a.activation) {
    case Activation::none:
      return;
    case Activation::relu:
      return copy(reference::relu_backward<float>(y, d), a.d);
    case Activation::sigmoid:
      return copy(reference::sigmoid_backward<float>(y, d), a.d);
    case Activation::tanh:
      return copy(reference::tanh_backward<float>(y, d), a.d);
    case Activation::leaky_relu:
      return copy(reference::leaky_relu_backward<float>(y, d, a.slope), a.d);
    case Activation::elu:
      return copy(reference::elu_backward<float>(y, d, a.slope), a.d);
  }
}

reference::Window window_of(const AvgPoolWindows& w) {
  reference::Window window = window_of(w.window, w.in, w.out);
  window.padding.bottom = std::max(window.padding.bottom, u32(w.count_bottom));
  window.padding.right = std::max(window.padding.right, u32(w.count_right));
  return window;
}
// The cases count all of their padding, or none.
bool counts_padding(const AvgPoolWindows& w) {
  return w.count_top + w.count_left + w.count_bottom + w.count_right > 0;
}

void avg_pool_forward(const AvgPoolForward& a) {
  const Shape in = shape_of(1, a.windows.in);
  copy(reference::avg_pool2d_forward<float>(window_of(a.windows), in, counts_padding(a.windows),
                                            {a.x, in.count()}),
       a.y);
}

void avg_pool_backward(const AvgPoolBackward& a) {
  copy(reference::avg_pool2d_backward<float>(window_of(a.windows), shape_of(1, a.windows.in),
                                             counts_padding(a.windows),
                                             {a.dy, shape_of(1, a.windows.out).count()}),
       a.dx);
}

void affine_forward(const AffineForward& a) {
  copy(reference::affine<float>(view(a.x, a.count), Values{a.scale}, Values{a.shift}), a.y);
}

void binary_forward(const BinaryForward& args) {
  const LayerType type = args.operation == Binary::add   ? LayerType::add
                         : args.operation == Binary::sub ? LayerType::sub
                                                         : LayerType::mul;
  copy(reference::binary<float>(type, view(args.a, args.count), view(args.b, args.count)), args.y);
}

float add_term(const ChannelSum& a, std::int64_t at, float sum) {
  const float x = a.x[at];
  switch (a.term) {
    case ChannelTerm::value:
      return sum + x;
    case ChannelTerm::deviation:
      return std::fma(x - a.mean, x - a.mean, sum);
    case ChannelTerm::normalized:
      return std::fma(a.dy[at], (x - a.mean) * a.inverse, sum);
    case ChannelTerm::negative:
      break;
  }
  return x > 0 ? sum : std::fma(a.dy[at], x, sum);
}

float channel_sum(const ChannelSum& a) {
  Values total;
  if (a.before != nullptr) total.push_back(*a.before);
  for (std::int32_t b = 0; b < a.images; ++b) {
    float sum = 0;
    for (std::int64_t e = 0; e < a.count; ++e) sum = add_term(a, b * a.stride + e, sum);
    reference::add_image(total, {sum});
  }
  return total[0];
}

void normalize_forward(const NormalizeForward& a) {
  copy(reference::batch_norm_forward<float>({{a.mean}, {}, {a.inverse}}, view(a.x, a.count), Values{a.weight},
                                            Values{a.bias}),
       a.y);
}

void normalize_backward(const NormalizeBackward& a) {
  for (std::int64_t i = 0; i < a.count; ++i) {
    const float normalized = (a.x[i] - a.mean) * a.inverse;
    a.dx[i] = a.scale * std::fma(-normalized, a.mean_product, a.dy[i] - a.mean_dy);
  }
}

void softmax_forward(const SoftmaxForward& a) {
  const auto x = view(a.x, a.count);
  copy(a.log ? reference::log_softmax<float>(x) : reference::softmax<float>(x), a.y);
}

void softmax_backward(const SoftmaxBackward& a) {
  const auto y = view(a.y, a.count);
  const auto dy = view(a.dy, a.count);
  copy(a.log ? reference::log_softmax_backward<float>(y, dy) : reference::softmax_backward<float>(y, dy),
       a.dx);
}

// The kernel's `scale` is the batch's share: as many images with the same logits.
float cross_entropy(const CrossEntropy& a) {
  const auto images = static_cast<std::size_t>(1.0f / a.scale + 0.5f);
  Values logits;
  for (std::size_t b = 0; b < images; ++b) logits.insert(logits.end(), a.x, a.x + a.count);
  const std::vector<std::uint8_t> labels(images, static_cast<std::uint8_t>(a.label));
  const auto loss = reference::cross_entropy<float>(logits, labels, a.smoothing);
  std::copy_n(loss.gradient.begin(), a.count, a.d);
  return loss.images[0];
}

void sgd_update(const SgdUpdate& a) {
  Values velocity(static_cast<std::size_t>(a.count));
  if (a.velocity != nullptr) velocity.assign(a.velocity, a.velocity + a.count);
  reference::sgd_update<float>(view(a.weight, a.count), velocity, view(a.gradient, a.count),
                               {a.rate, a.momentum, a.weight_decay, a.nesterov});
  if (a.velocity != nullptr) copy(velocity, a.velocity);
}

void pixels_forward(const PixelsForward& a) {
  for (std::int64_t i = 0; i < a.count; ++i)
    a.y[i] = std::fma(static_cast<float>(a.pixels[i]), a.scale, a.shift);
}

// docs/numerics.md 4: the bias is one chain over the weights.
void fold_forward(const FoldForward& a) {
  *a.bias = a.from_bias;
  for (std::int32_t i = 0; i < a.channels * a.taps; ++i) {
    const std::int32_t channel = i / a.taps;
    a.weight[i] = a.from_weight[i] * a.scale[channel];
    *a.bias = std::fma(-a.shift[channel], a.from_weight[i], *a.bias);
  }
}

void fold_backward(const FoldBackward& a) {
  for (std::int32_t i = 0; i < a.channels * a.taps; ++i) {
    const std::int32_t channel = i / a.taps;
    a.dweight[i] = std::fma(-a.shift[channel], a.dbias, a.scale[channel] * a.dweight[i]);
  }
}

}  // namespace

const KernelTable& oracle_kernels() {
  static const KernelTable table{
      .isa = "oracle",
      .has_fma = true,
      .packed = true,
      .conv2d_forward = conv2d_forward,
      .conv2d_events = conv2d_events,
      .conv2d_backward_input = conv2d_backward_input,
      .conv2d_backward_weight = conv2d_backward_weight,
      .conv2d_backward_input_wide = conv2d_backward_input_wide,
      .conv2d_backward_weight_wide = conv2d_backward_weight_wide,
      .interleave = interleave,
      .deinterleave = deinterleave,
      .max_pool_forward = max_pool_forward,
      .max_pool_backward = max_pool_backward,
      .avg_pool_forward = avg_pool_forward,
      .avg_pool_backward = avg_pool_backward,
      .linear_forward = linear_forward,
      .linear_backward_input = linear_backward_input,
      .linear_backward_weight = linear_backward_weight,
      .activation_forward = activation_forward,
      .activation_backward = activation_backward,
      .affine_forward = affine_forward,
      .binary_forward = binary_forward,
      .channel_sum = channel_sum,
      .normalize_forward = normalize_forward,
      .normalize_backward = normalize_backward,
      .softmax_forward = softmax_forward,
      .softmax_backward = softmax_backward,
      .cross_entropy = cross_entropy,
      .sgd_update = sgd_update,
      .pixels_forward = pixels_forward,
      .fold_forward = fold_forward,
      .fold_backward = fold_backward,
      .fma_chains = nullptr,  // not arithmetic of a network
  };
  return table;
}

}  // namespace lentil::contract
