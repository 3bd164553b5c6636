#include "formats/import/tf_network.h"

#include <algorithm>

#include "formats/import/tf_layout.h"
#include "formats/layer_rules.h"
#include "formats/layer_shape.h"

namespace lentil::formats {
namespace {

constexpr std::uint32_t kMostSizes = 3;

// TensorFlow's rule: as many outputs as strides begin; an odd element goes behind.
void add_same_padding(std::uint64_t size, std::uint64_t kernel, std::uint64_t stride, std::uint64_t dilation,
                      std::uint32_t& before, std::uint32_t& after) {
  const std::uint64_t outputs = (size + stride - 1) / stride;
  const std::uint64_t reach = (outputs - 1) * stride + (kernel - 1) * dilation + 1;
  const std::uint64_t total = reach > size ? reach - size : 0;
  before += static_cast<std::uint32_t>(total / 2);
  after += static_cast<std::uint32_t>(total - total / 2);
}

bool in_range(const Extent& e) {
  return e.height >= 1 && e.width >= 1 && e.height <= kMaxExtent && e.width <= kMaxExtent;
}

bool fits(const Elements& values, std::uint64_t count) { return values.count == count; }

}  // namespace

TfNetwork::TfNetwork(std::string name, std::vector<std::uint32_t> sizes, AxisOrder order,
                     std::uint64_t most_elements)
    : builder_(std::move(name), TfValue{.sizes = sizes, .order = order}.shape()),
      input_{.sizes = std::move(sizes), .order = order},
      elements_left_(most_elements) {}

TfValue TfNetwork::fail(const std::string& layer, const std::string& what) {
  if (!failed()) failure_ = layer + ": " + what;
  return input_;
}

bool TfNetwork::claim(const std::string& layer, std::uint64_t elements) {
  if (failed()) return false;
  if (elements <= elements_left_) {
    elements_left_ -= elements;
    return true;
  }
  fail(layer, "the file promises more weights than it can hold");
  return false;
}

ModelBuilder& TfNetwork::behind(const TfValue& value) {
  if (value.layer != builder_.last()) builder_.after(value.layer);
  return builder_;
}

TfValue TfNetwork::given(std::vector<std::uint32_t> sizes, AxisOrder order) const {
  return {.layer = builder_.last(), .sizes = std::move(sizes), .order = order};
}

TfValue TfNetwork::planes_of(const TfValue& like) const {
  const Shape s = builder_.shape();
  if (like.sizes.size() == 1) return given({s.channels}, like.order);
  if (like.sizes.size() == 2) return given({s.height, s.width}, like.order);
  const bool last = like.order == AxisOrder::channels_last;
  return given(last ? std::vector{s.height, s.width, s.channels} : std::vector{s.channels, s.height, s.width},
               like.order);
}

void TfNetwork::fill(Slot slot, const Elements& values) {
  if (failed()) return;
  std::vector<float>& tensor = builder_.tensor(slot);
  for (std::size_t i = 0; i < tensor.size(); ++i) tensor[i] = values.at(i);
}

TfValue TfNetwork::materialized(TfValue value, const std::string& layer) {
  if (value.zeros == Padding{}) return value;
  const std::uint32_t channels = value.shape().channels;
  // A convolution of each channel by itself with the weight 1 puts zeros around and leaves the rest.
  if (!claim(layer, channels)) return value;
  behind(value).conv2d("pad" + std::to_string(builder_.last() + 2),
                       {.out = channels, .padding = value.zeros, .groups = channels, .bias = false});
  fill(Slot::weight, {channels, [](std::size_t) { return 1.0f; }});
  return planes_of(value);
}

Padding TfNetwork::padding_of(const TfValue& in, const TfWindow& window) const {
  Padding p = in.zeros;
  if (!window.same) return p;
  const Shape s = in.shape();
  add_same_padding(std::uint64_t{s.height} + p.top + p.bottom, window.kernel.height, window.stride.height,
                   window.dilation.height, p.top, p.bottom);
  add_same_padding(std::uint64_t{s.width} + p.left + p.right, window.kernel.width, window.stride.width,
                   window.dilation.width, p.left, p.right);
  return p;
}

bool TfNetwork::takes_window(const TfValue& in, const TfWindow& w, const std::string& layer) {
  if (in.sizes.size() != kMostSizes) {
    fail(layer, "its input has the sizes " + spell_sizes(in.sizes) + ", not height, width and channels");
  } else if (!in_range(w.kernel) || !in_range(w.stride) || !in_range(w.dilation)) {
    fail(layer, "impossible window, stride or dilation");
  }
  return !failed();
}

TfValue TfNetwork::conv2d(TfValue in, const TfConv& c, const Elements& kernel, const Elements& bias,
                          std::string name) {
  const std::string layer = name.empty() ? "a convolution" : name;
  if (failed() || !takes_window(in, c.window, layer)) return in;
  const std::uint32_t channels = in.shape().channels;
  if (c.groups == 0 || channels % c.groups != 0 || c.out == 0)
    return fail(layer,
                std::to_string(c.groups) + " groups do not divide " + std::to_string(channels) + " channels");
  const Extent k = c.window.kernel;
  const std::uint32_t per_group = channels / c.groups;
  const std::uint64_t count = TensorShape{{c.out, per_group, k.height, k.width}, 4}.count();
  if (!fits(kernel, count) || (bias.count != 0 && !fits(bias, c.out)))
    return fail(
        layer, "the sizes of its weights do not suit its input of " + std::to_string(channels) + " channels");
  if (!claim(layer, count + bias.count)) return in;
  behind(in).conv2d(std::move(name), {.out = c.out,
                                      .kernel = k,
                                      .stride = c.window.stride,
                                      .dilation = c.window.dilation,
                                      .padding = padding_of(in, c.window),
                                      .groups = c.groups,
                                      .bias = bias.count != 0});
  const std::uint64_t plane = std::uint64_t{k.height} * k.width;
  fill(Slot::weight, {count, [&](std::size_t i) {
                        const std::size_t at = i % plane;
                        return kernel.at(i / (plane * per_group) * c.strides.out +
                                         i / plane % per_group * c.strides.in + at / k.width * c.strides.row +
                                         at % k.width * c.strides.column);
                      }});
  if (bias.count != 0) fill(Slot::bias, bias);
  return planes_of(in);
}

TfValue TfNetwork::linear(TfValue in, std::uint32_t out, std::size_t out_stride, std::size_t in_stride,
                          const Elements& weights, const Elements& bias, std::string name) {
  const std::string layer = name.empty() ? "a dense layer" : name;
  in = flatten(std::move(in));
  if (failed()) return in;
  const std::uint64_t inputs = in.count();
  if (out == 0 || !fits(weights, inputs * out) || (bias.count != 0 && !fits(bias, out)))
    return fail(layer,
                "the sizes of its weights do not suit its input of " + std::to_string(inputs) + " values");
  if (!claim(layer, weights.count + bias.count)) return in;
  behind(in).linear(std::move(name), out, bias.count != 0);
  fill(Slot::weight, {weights.count, [&](std::size_t i) {
                        return weights.at(i / inputs * out_stride + i % inputs * in_stride);
                      }});
  if (bias.count != 0) fill(Slot::bias, bias);
  return given({out}, in.order);
}

TfValue TfNetwork::batch_norm(TfValue in, const TfBatchNorm& b, std::string name) {
  const std::string layer = name.empty() ? "a batch normalization" : name;
  in = materialized(std::move(in), layer);
  const std::uint32_t channels = in.shape().channels;
  for (const Elements* values : {&b.scale, &b.shift, &b.mean, &b.variance}) {
    const bool optional = values == &b.scale || values == &b.shift;
    if (!fits(*values, channels) && !(optional && values->count == 0))
      return fail(layer, "it has not one value for each of " + std::to_string(channels) + " channels");
  }
  if (!claim(layer, std::uint64_t{4} * channels)) return in;
  behind(in).batch_norm(std::move(name), {.epsilon = b.epsilon});
  if (b.scale.count != 0) fill(Slot::weight, b.scale);
  if (b.shift.count != 0) fill(Slot::bias, b.shift);
  fill(Slot::running_mean, b.mean);
  fill(Slot::running_var, b.variance);
  return planes_of(in);
}

TfValue TfNetwork::prelu(TfValue in, const std::vector<std::uint32_t>& sizes, const Elements& slopes,
                         std::string name) {
  const std::string layer = name.empty() ? "PRELU" : name;
  in = materialized(std::move(in), layer);
  const auto values = broadcast(in, sizes, slopes, *this, layer);
  if (failed()) return in;
  const Shape s = in.shape();
  std::vector<float> channels(values.size() == 1 ? 1 : s.channels);
  const std::size_t each = values.size() / channels.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i % each == 0) channels[i / each] = values[i];
    if (values[i] != channels[i / each])
      return fail(layer,
                  "it has slopes of its own for each position, and only one for each channel is supported");
  }
  behind(in).prelu(std::move(name), static_cast<std::uint32_t>(channels.size()));
  if (!failed()) builder_.tensor(Slot::weight) = channels;
  return planes_of(in);
}

TfValue TfNetwork::max_pool(TfValue in, const TfWindow& w) {
  in = materialized(std::move(in), "a max pooling");
  if (!takes_window(in, w, "a max pooling")) return in;
  behind(in).max_pool2d({.kernel = w.kernel, .stride = w.stride, .padding = padding_of(in, w)});
  return planes_of(in);
}

TfValue TfNetwork::average_pool(TfValue in, const TfWindow& w) {
  in = materialized(std::move(in), "an average pooling");
  if (!takes_window(in, w, "an average pooling")) return in;
  behind(in).avg_pool2d(
      {.kernel = w.kernel, .stride = w.stride, .padding = padding_of(in, w), .count_include_pad = !w.same});
  return planes_of(in);
}

TfValue TfNetwork::global_average(TfValue in, bool keep_axes) {
  in = materialized(std::move(in), "a mean");
  if (failed()) return in;
  if (in.sizes.size() != kMostSizes)
    return fail("a mean", "only over height and width, and its input is " + spell_sizes(in.sizes));
  behind(in).global_avg_pool2d();
  return keep_axes ? planes_of(in) : given({builder_.shape().channels}, in.order);
}

TfValue TfNetwork::activation(TfValue in, LayerType type, float slope) {
  in = materialized(std::move(in), "an activation");
  const bool softmax = type == LayerType::softmax || type == LayerType::log_softmax;
  if (softmax && in.shape().plane() != 1)
    return fail("a softmax", "its input is " + spell_sizes(in.sizes) + ", and only flat ones are supported");
  if (failed()) return in;
  ModelBuilder& b = behind(in);
  switch (type) {
    case LayerType::sigmoid:
      b.sigmoid();
      break;
    case LayerType::tanh:
      b.tanh();
      break;
    case LayerType::softmax:
      b.softmax();
      break;
    case LayerType::log_softmax:
      b.log_softmax();
      break;
    case LayerType::leaky_relu:
      b.leaky_relu(slope);
      break;
    case LayerType::elu:
      b.elu(slope);
      break;
    default:
      b.relu();
      break;
  }
  return given(in.sizes, in.order);
}

TfValue TfNetwork::dropout(TfValue in, LayerType type, float rate) {
  if (failed()) return in;
  ModelBuilder& b = behind(in);
  type == LayerType::dropout2d ? b.dropout2d(rate) : b.dropout(rate);
  in.layer = builder_.last();  // zeros around stay what they are
  return in;
}

TfValue TfNetwork::constant(TfValue in, LayerType type, const std::vector<std::uint32_t>& sizes,
                            const Elements& values, bool reverse, std::string name) {
  const std::string layer = name.empty() ? "a constant" : name;
  in = materialized(std::move(in), layer);
  std::vector<float> ours = broadcast(in, sizes, values, *this, layer);
  if (failed()) return in;
  if (reverse) {
    behind(in).constant(LayerType::mul, {-1.0f}).constant(LayerType::add, std::move(ours), std::move(name));
  } else {
    behind(in).constant(type, std::move(ours), std::move(name));
  }
  return given(in.sizes, in.order);
}

TfValue TfNetwork::join(LayerType type, const std::vector<TfValue>& values) {
  if (values.empty()) return fail("a join", "it has no inputs");
  std::vector<std::int16_t> layers;
  for (const TfValue& value : values) layers.push_back(materialized(value, "a join").layer);
  if (failed()) return input_;
  if (std::ranges::any_of(values, [&](const TfValue& v) {
        return v.order != values[0].order || v.sizes.size() != values[0].sizes.size();
      }))
    return fail("a join", "its inputs have different axes");
  builder_.join(type, std::move(layers));
  return planes_of(values[0]);
}

TfValue TfNetwork::pad(TfValue in, const Padding& zeros) {
  constexpr std::uint32_t kMost = 4096;
  if (in.sizes.size() != kMostSizes) return fail("a padding", "its input is " + spell_sizes(in.sizes));
  for (const auto& [to, more] :
       {std::pair{&in.zeros.top, zeros.top}, std::pair{&in.zeros.left, zeros.left},
        std::pair{&in.zeros.bottom, zeros.bottom}, std::pair{&in.zeros.right, zeros.right}}) {
    if (more > kMost || *to > kMost)
      return fail("a padding", "more than " + std::to_string(kMost) + " zeros");
    *to += more;
  }
  return in;
}

TfValue TfNetwork::flatten(TfValue in) {
  in = materialized(std::move(in), "a flattening");
  if (failed() || in.sizes.size() == 1) return in;
  const Shape s = in.shape();
  if (s.plane() != 1) {
    behind(in).flatten(in.is_permuted() ? FlattenOrder::hwc : FlattenOrder::chw);
    in.layer = builder_.last();
  }
  in.sizes = {static_cast<std::uint32_t>(s.count())};
  return in;
}

TfValue TfNetwork::reshape(TfValue in, std::vector<std::uint32_t> sizes, AxisOrder order) {
  in = materialized(std::move(in), "a reshape");
  if (failed()) return in;
  if (sizes == in.sizes && order == in.order) return in;
  TfValue out{.layer = in.layer, .sizes = std::move(sizes), .order = order};
  if (out.sizes.empty() || out.sizes.size() > kMostSizes || out.count() != in.count())
    return fail("a reshape", "of " + spell_sizes(in.sizes) + " to " + spell_sizes(out.sizes));
  if (out.sizes.size() == 1) return flatten(std::move(in));
  const Shape from = in.shape(), to = out.shape();
  const bool same_channels = in.is_permuted() && out.is_permuted() && from.channels == to.channels;
  if (!same_channels && (in.is_permuted() || out.is_permuted()))
    return fail("a reshape", "of " + spell_sizes(in.sizes) + " to " + spell_sizes(out.sizes) +
                                 ": channels and positions would change places");
  if (from == to) return out;
  behind(in).reshape(to);
  out.layer = builder_.last();
  return out;
}

TfValue TfNetwork::transpose(TfValue in, const std::vector<std::size_t>& axes) {
  in = materialized(std::move(in), "a transpose");
  if (failed()) return in;
  if (!is_permutation_of(axes, in.sizes.size())) return fail("a transpose", "of axes that are none");
  std::vector<std::uint32_t> sizes;
  for (const std::size_t axis : axes) sizes.push_back(in.sizes[axis]);
  const bool to_first = axes == std::vector<std::size_t>{2, 0, 1} && in.order == AxisOrder::channels_last;
  const bool to_last = axes == std::vector<std::size_t>{1, 2, 0} && in.order == AxisOrder::channels_first;
  if (to_first || to_last) {
    in.sizes = sizes;
    in.order = to_first ? AxisOrder::channels_first : AxisOrder::channels_last;
    return in;
  }
  std::vector<std::size_t> real;  // axes that hold more than one element
  std::ranges::copy_if(axes, std::back_inserter(real), [&](std::size_t axis) { return in.sizes[axis] != 1; });
  if (std::ranges::is_sorted(real)) return reshape(std::move(in), sizes, in.order);
  return fail("a transpose", "of " + spell_sizes(in.sizes) + " to " + spell_sizes(sizes) + " has no layer");
}

Outcome<ModelFile> TfNetwork::build(TfValue output) && {
  output = flatten(std::move(output));
  if (!failure_.empty()) return Failure{failure_};
  auto file = std::move(builder_).build();
  if (!file) return file;
  if (output.layer == kNetworkInput) return Failure{"the network has no layers"};
  // What comes behind the output serves another one.
  file->layers.resize(static_cast<std::size_t>(output.layer) + 1);
  return file;
}

}  // namespace lentil::formats
