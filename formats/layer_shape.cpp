#include "formats/layer_shape.h"

#include "formats/layer_rules.h"
#include "runtime/ops/window.h"

namespace lentil::formats {
namespace {

// `error` is a bad_hyperparameter, which tells floats by their bits.
std::string describe(const Layer& layer, const Error& error) {
  switch (layer.type) {
    case LayerType::dropout:
    case LayerType::dropout2d:
      return "the rate must be at least 0 and less than 1";
    case LayerType::leaky_relu:
    case LayerType::elu:
      return "the slope must be finite and at least 0";
    case LayerType::batch_norm1d:
    case LayerType::batch_norm2d:
      return "eps must be finite and at least 0, momentum from 0 to 1";
    default:
      break;
  }
  if (layer.groups > 1 && error.given == layer.groups)
    return "the groups must divide the channels, in and out";
  return "a setting of " + std::to_string(error.given) + " where the limit is " +
         std::to_string(error.needed);
}

Outcome<Shape> window_shape(const Layer& l, const Shape& in) {
  const Extent out = window_outputs(l, in);
  if (out.height == 0 || out.width == 0)
    return Failure{"its window " + spell(l.kernel) + " is larger than its input " + spell(in)};
  return Shape{l.type == LayerType::conv2d ? l.out_features : in.channels, out.height, out.width};
}

Outcome<Shape> linear_shape(const Layer& l, const Shape& in) {
  if (in.plane() != 1) return Failure{"its input is " + spell(in) + ": flatten it first"};
  return Shape{l.out_features, 1, 1};
}

Outcome<Shape> prelu_shape(const Layer& l, const Shape& in) {
  if (l.out_features != 1 && l.out_features != in.channels)
    return Failure{"as many slopes as channels, or one"};
  return in;
}

Outcome<Shape> reshape_shape(const Layer& l, const Shape& in) {
  const Shape out{l.out_features, l.kernel.height, l.kernel.width};
  if (out.count() != in.count()) return Failure{"cannot make " + spell(out) + " of " + spell(in)};
  return out;
}

Outcome<Shape> constant_shape(const Layer& l, const Shape& in) {
  const std::size_t given = l.out_features;
  if (given != 1 && given != in.channels && given != in.count()) {
    return Failure{"a constant of " + std::to_string(given) + " for " + spell(in) +
                   ": one value, one for each channel, or one for each element"};
  }
  return in;
}

Outcome<Shape> joined_shape(const Layer& l, std::span<const Shape> inputs) {
  const bool concat = l.type == LayerType::concat;
  Shape out = inputs[0];
  for (const Shape& next : inputs.subspan(1)) {
    const bool fits = next.height == out.height && next.width == out.width;
    if (!fits || (!concat && next.channels != out.channels))
      return Failure{"cannot join " + spell(out) + " and " + spell(next)};
    if (concat) out.channels += next.channels;
    if (out.channels > kMaxFeatures) break;  // before the sum overflows
  }
  return out;
}

Outcome<Shape> shape_of(const Layer& l, std::span<const Shape> inputs) {
  const Shape& in = inputs[0];
  switch (l.type) {
    case LayerType::conv2d:
    case LayerType::max_pool2d:
    case LayerType::avg_pool2d:
      return window_shape(l, in);
    case LayerType::global_avg_pool2d:
      return Shape{in.channels, 1, 1};
    case LayerType::linear:
      return linear_shape(l, in);
    case LayerType::flatten:
      return Shape{static_cast<std::uint32_t>(in.count()), 1, 1};
    case LayerType::prelu:
      return prelu_shape(l, in);
    case LayerType::reshape:
      return reshape_shape(l, in);
    default:
      if (has_constant(l)) return constant_shape(l, in);
      return joined_shape(l, inputs);
  }
}

}  // namespace

std::string spell(const Shape& s) {
  return std::to_string(s.channels) + "x" + std::to_string(s.height) + "x" + std::to_string(s.width);
}

std::string spell(const Extent& e) { return std::to_string(e.height) + "x" + std::to_string(e.width); }

Outcome<Shape> layer_shape(const Layer& layer, std::span<const Shape> inputs) {
  if (const Error e = check_hyperparameters(layer, 0); e.status != Status::ok)
    return Failure{describe(layer, e)};
  const std::uint32_t needed = inputs_required(layer);
  const bool more_allowed = layer.type == LayerType::concat;
  if (inputs.size() < needed || (inputs.size() > needed && !more_allowed)) {
    return Failure{"it needs " + std::to_string(needed) + " layers to read and has " +
                   std::to_string(inputs.size())};
  }
  auto out = shape_of(layer, inputs);
  if (out && check_input_shape(*out).status != Status::ok)
    return Failure{"its output is too large: " + spell(*out)};
  return out;
}

}  // namespace lentil::formats
