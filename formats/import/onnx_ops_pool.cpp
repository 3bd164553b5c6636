// Pools, means over rows and columns, and zeros around a picture.
#include <algorithm>
#include <limits>

#include "formats/import/onnx_window.h"
#include "formats/layer_rules.h"

namespace lentil::formats::onnx {
namespace {

// The mean or maximum over all rows and columns of `picture`.
Outcome<Value> whole_plane(const Call& call, const Value& picture, bool mean) {
  if (mean) {
    return call.network.append(
        picture, LayerType::global_avg_pool2d, {},
        [](ModelBuilder& b, std::string name) { b.global_avg_pool2d(std::move(name)); });
  }
  const PoolOptions options{.kernel = {picture.shape.height, picture.shape.width}};
  return call.network.append(picture, LayerType::max_pool2d, {}, [&](ModelBuilder& b, std::string name) {
    b.max_pool2d(options, std::move(name));
  });
}

// Zeros that an average counts lie in a Pad in front, and those that it does not behind the picture: that is
// what a last window does that reaches beyond the padding, if it is counted as one.
bool reaches_beyond(const Value& value, const Window& window) {
  const Padding &in_front = value.padding, &all = window.padding;
  return in_front != Padding{} && in_front != all && in_front.top == all.top && in_front.left == all.left;
}

Extent outputs_of(const Value& value, const Window& w) {
  const auto count = [](std::int64_t size, std::uint32_t kernel, std::uint32_t stride) {
    return static_cast<std::uint32_t>(size < kernel ? 0 : (size - kernel) / stride + 1);
  };
  const std::int64_t height = value.dims.size() == 4 ? value.dims[2] : 1;
  const std::uint32_t bottom = w.padding.bottom - value.padding.bottom,
                      right = w.padding.right - value.padding.right;
  return {count(height + bottom, w.kernel.height, w.stride.height),
          count(value.dims.back() + right, w.kernel.width, w.stride.width)};
}

// The zeros around the picture, as they count in an average.
Outcome<PoolOptions> pool_options(const Call& call, const Value& value, const Window& window) {
  PoolOptions options{.kernel = window.kernel,
                      .stride = window.stride,
                      .padding = window.padding,
                      .dilation = window.dilation,
                      .ceil_mode = call.node.integer("ceil_mode", 0) != 0,
                      .count_include_pad = call.node.integer("count_include_pad", 0) != 0};
  const bool max = call.node.op() == "MaxPool";
  if (max && value.padding != Padding{} && !value.positive)
    return Failure{"the zeros of the Pad in front would take part in its maxima"};
  if (max || options.count_include_pad || value.padding == Padding{}) return options;
  options.count_include_pad = true;
  if (window.padding == value.padding) return options;
  if (!reaches_beyond(value, window) || window.dilation != Extent{})
    return Failure{"some of the zeros around its input count in its averages and some do not"};
  options.padding = value.padding;
  options.ceil_mode = true;
  return options;
}

// Axes that Reduce... names, as which of the value's dimensions go.
Outcome<std::vector<bool>> reduced_axes(const Call& call, const Dims& dims) {
  const auto axes = integers_of(call, 1, "axes");
  if (!axes) return axes.error();
  std::vector<bool> gone(dims.size(), axes->empty());
  for (const std::int64_t given : *axes) {
    const auto axis = axis_of(given, dims.size());
    if (!axis) return axis.error();
    gone[*axis] = true;
  }
  return gone;
}

// The picture whose rows and columns, and they alone, are reduced; a Failure if there is no such view.
Outcome<Value> reduced_picture(const Call& call, const Value& value, const std::vector<bool>& gone) {
  const bool last_two = value.dims.size() == 4 && !gone[0] && !gone[1] && gone[2] && gone[3];
  if (in_our_order(value) && last_two) return picture_of(call, value);
  const bool middle_two = value.dims.size() == 4 && !gone[0] && gone[1] && gone[2] && !gone[3];
  if (value.hwc && middle_two && value.dims.back() == static_cast<std::int64_t>(value.shape.channels))
    return value;
  return Failure{"it reduces " + spell(value.dims) + " over other axes than rows and columns"};
}

bool is_zero_pad(const Dims& pads) {
  return std::ranges::all_of(pads, [](std::int64_t v) { return v == 0; });
}

// [before each axis..., behind each axis...] as zeros around rows and columns.
Outcome<Padding> padding_of(const Dims& pads, const Dims& dims) {
  const std::size_t rank = dims.size();
  const bool bounded = std::ranges::all_of(pads, [](std::int64_t v) { return v >= 0 && v <= kMaxExtent; });
  if (pads.size() != 2 * rank || rank < 3 || rank > 4 || !bounded)
    return Failure{"its pads " + spell(pads) + " do not suit " + spell(dims) + " (cropping is not possible)"};
  for (std::size_t axis = 0; axis < rank; ++axis) {
    if (axis < 2 && (pads[axis] != 0 || pads[axis + rank] != 0))
      return Failure{"it adds channels, and only rows and columns can be padded"};
  }
  const auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(pads[i]); };
  if (rank == 3) return Padding{0, at(2), 0, at(5)};
  return Padding{at(2), at(3), at(6), at(7)};
}

// The number that fills; 0 if none is given.
Outcome<float> filler_of(const Call& call) {
  if (!call.has(2)) return call.node.number("value", 0);
  const auto tensor = constant_input(call, 2);
  if (!tensor) return tensor.error();
  const auto values = as_floats(**tensor, call.network.budget());
  if (!values) return values.error();
  if ((*values)->size() != 1) return Failure{"its value is not a single number"};
  return (*values)->front();
}

}  // namespace

Outcome<Value> convert_pool(const Call& call) {
  const auto value = layer_input(call, 0, true);
  if (!value) return value.error();
  const bool max = call.node.op() == "MaxPool";
  const auto window = window_of(call, **value);
  if (!window) return window.error();
  const auto options = pool_options(call, **value, *window);
  if (!options) return options.error();
  const auto picture = picture_of(call, **value);
  if (!picture) return picture.error();
  const auto pool = [&](ModelBuilder& b, std::string name) {
    if (max) {
      b.max_pool2d(*options, std::move(name));
    } else {
      b.avg_pool2d(*options, std::move(name));
    }
  };
  auto made = call.network.append(*picture, max ? LayerType::max_pool2d : LayerType::avg_pool2d, {}, pool);
  if (!made) return made;
  const bool as_asked = options->padding == window->padding ||
                        Extent{made->shape.height, made->shape.width} == outputs_of(**value, *window);
  if (!as_asked) return Failure{"some of the zeros around its input count in its averages and some do not"};
  if ((*value)->dims.size() == 3) made->dims.erase(made->dims.begin() + 2);
  made->positive = (*value)->positive;
  return made;
}

Outcome<Value> convert_global_pool(const Call& call) {
  const auto value = layer_input(call, 0);
  if (!value) return value.error();
  const auto picture = picture_of(call, **value);
  if (!picture) return picture.error();
  auto made = whole_plane(call, *picture, call.node.op() == "GlobalAveragePool");
  if (made && (*value)->dims.size() == 3) made->dims.pop_back();
  return made;
}

Outcome<Value> convert_reduce(const Call& call) {
  const auto value = layer_input(call, 0);
  if (!value) return value.error();
  const auto gone = reduced_axes(call, (*value)->dims);
  if (!gone) return gone.error();
  Dims dims;
  bool trivial = true;
  for (std::size_t i = 0; i < gone->size(); ++i) {
    trivial = trivial && (!(*gone)[i] || (*value)->dims[i] == 1);
    if (!(*gone)[i]) dims.push_back((*value)->dims[i]);
    if ((*gone)[i] && call.node.integer("keepdims", 1) != 0) dims.push_back(1);
  }
  Value out = **value;
  if (!trivial) {
    const auto picture = reduced_picture(call, **value, *gone);
    if (!picture) return picture.error();
    auto made = whole_plane(call, *picture, call.node.op() == "ReduceMean");
    if (!made) return made;
    out = std::move(*made);
  }
  out.dims = std::move(dims);
  return out;
}

// No layer of its own: the convolution or pool behind it takes the zeros over.
Outcome<Value> convert_pad(const Call& call) {
  const auto value = layer_input(call, 0, true);
  if (!value) return value.error();
  auto pads = integers_of(call, 1, call.node.has("pads") ? "pads" : "paddings");
  if (!pads) return pads.error();
  if (is_zero_pad(*pads)) return **value;
  const std::string mode = call.node.text("mode", "constant");
  const auto filler = filler_of(call);
  if (!filler) return filler.error();
  if (mode != "constant" || *filler != 0 || call.has(3))
    return Failure{"it fills with something else than zeros (mode " + mode + "), or only some axes"};
  const auto padding = padding_of(*pads, (*value)->dims);
  if (!padding) return padding.error();
  if ((*value)->hwc && !in_our_order(**value))
    return Failure{"it pads rows, columns and channels in that order: export the model channels first"};
  Value out = **value;
  const auto grow = [](std::uint32_t& side, std::uint32_t by) { side += by; };
  grow(out.padding.top, padding->top);
  grow(out.padding.left, padding->left);
  grow(out.padding.bottom, padding->bottom);
  grow(out.padding.right, padding->right);
  if (out.dims.size() == 4) out.dims[2] += padding->top + padding->bottom;
  out.dims.back() += padding->left + padding->right;
  return out;
}

}  // namespace lentil::formats::onnx
