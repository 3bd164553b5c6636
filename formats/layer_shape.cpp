#include "formats/layer_shape.h"

#include "formats/layer_rules.h"
#include "runtime/op.h"
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

// Why the layer cannot take `in` alone; `error` is what infer said.
std::string refusal(const Layer& l, const Shape& in, const Error& error) {
  if (error.status == Status::unsupported_window)
    return "its window " + spell(l.kernel) + " has more than " + std::to_string(error.needed) + " elements";
  switch (l.type) {
    case LayerType::prelu:
      return "as many slopes as channels, or one";
    case LayerType::reshape:
      return "cannot make " + spell(Shape{l.out_features, l.kernel.height, l.kernel.width}) + " of " +
             spell(in);
    case LayerType::max_pool2d:
    case LayerType::avg_pool2d:
    case LayerType::conv2d:
      if (window_outputs(l, in).height > 0 && window_outputs(l, in).width > 0)
        return "a window of it sees only padding";
      return "its window " + spell(l.kernel) + " is larger than its input " + spell(in);
    default:
      break;
  }
  if (!l.has_constant()) return "it does not suit its input " + spell(in);
  return "a constant of " + std::to_string(l.out_features) + " for " + spell(in) +
         ": one value, one for each channel, or one for each element";
}

// As the runtime infers it, but for linear layers, which it lets read what is not flat.
Outcome<Shape> shape_of(const Layer& l, std::span<const Shape> inputs) {
  if (l.type == LayerType::linear && inputs[0].plane() != 1)
    return Failure{"its input is " + spell(inputs[0]) + ": flatten it first"};
  const OpDef& op = *find_op(l.type);
  Result<Shape> out = op.infer(l, inputs[0]);
  if (!out) return Failure{refusal(l, inputs[0], out.error())};
  for (const Shape& next : inputs.subspan(1)) {
    const Shape so_far = *out;
    out = op.join(l, so_far, next);
    if (!out) return Failure{"cannot join " + spell(so_far) + " and " + spell(next)};
  }
  return *out;
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
