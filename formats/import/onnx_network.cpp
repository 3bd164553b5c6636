#include "formats/import/onnx_network.h"

#include <algorithm>
#include <cctype>

#include "formats/finite.h"
#include "formats/model_reader.h"

namespace lentil::formats::onnx {
namespace {

// "features.0" of "features.0.weight"; empty if this is no name that PyTorch gives.
std::string stem_of(std::string_view tensor_name) {
  constexpr std::string_view kWeight = ".weight", kBias = ".bias";
  const std::string_view ending = tensor_name.ends_with(kWeight) ? kWeight : kBias;
  if (!tensor_name.ends_with(ending)) return {};
  tensor_name.remove_suffix(ending.size());
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '.'; };
  if (tensor_name.size() > kMaxNameBytes || !std::ranges::all_of(tensor_name, plain)) return {};
  return std::string(tensor_name);
}

Dims dims_of(const Shape& s) { return {1, s.channels, s.height, s.width}; }

}  // namespace

std::string Network::layer_name(LayerType type, std::string_view tensor_name) {
  std::string name = stem_of(tensor_name);
  while (name.empty() || names_.contains(name)) name = default_layer_name(type, ++unnamed_[type]);
  names_.insert(name);
  return name;
}

Outcome<Value> Network::result(LayerType type) {
  if (builder_.failed()) return Failure{builder_.build().error().message};
  newest_ = type;
  newest_has_bias_ = false;
  return Value{.layer = builder_.last(), .shape = builder_.shape(), .dims = dims_of(builder_.shape())};
}

Value Network::in_form_of(const Value& from, Value made) {
  made.dims = from.dims;
  made.hwc = from.hwc;
  return made;
}

Outcome<Value> Network::join(LayerType type, const std::vector<const Value*>& values) {
  std::vector<std::int16_t> layers;
  for (const Value* value : values) layers.push_back(value->layer);
  builder_.join(type, std::move(layers));
  auto made = result(type);
  return made && type != LayerType::concat ? in_form_of(*values[0], *made) : made;
}

Outcome<Value> Network::flat(const Value& value) {
  const auto count = static_cast<std::int64_t>(value.shape.count());
  Value out = value;
  if (value.shape.plane() != 1) {
    const FlattenOrder order = in_our_order(value) ? FlattenOrder::chw : FlattenOrder::hwc;
    auto made = append(value, LayerType::flatten, {},
                       [&](ModelBuilder& b, std::string name) { b.flatten(order, std::move(name)); });
    if (!made) return made;
    out = std::move(*made);
  }
  out.dims = {1, count};
  out.hwc = false;
  return out;
}

Outcome<Value> Network::picture(const Value& value, Shape shape) {
  Value out = value;
  if (!in_our_order(value)) {
    auto made = flat(value);
    if (!made) return made;
    out = std::move(*made);
  }
  if (out.shape != shape) {
    auto made = append(out, LayerType::reshape, {},
                       [&](ModelBuilder& b, std::string name) { b.reshape(shape, std::move(name)); });
    if (!made) return made;
    out = std::move(*made);
  }
  out.dims = dims_of(shape);
  out.hwc = false;
  return out;
}

Outcome<std::monostate> Network::set(Slot slot, std::vector<float> values) {
  if (!all_finite(values))
    return Failure{"its " + std::string(slot_name(slot)) + " is not finite (NaN or infinity)"};
  if (!budget_.take(values.size())) return Failure{"its weights are more than a file of this size justifies"};
  builder_.tensor(slot, std::move(values));
  newest_has_bias_ = newest_has_bias_ || slot == Slot::bias;
  if (builder_.failed()) return Failure{builder_.build().error().message};
  return std::monostate{};
}

bool Network::can_take_bias(const Value& value, LayerType type) const {
  return !value.constant && builder_.last() >= 0 && value.layer == builder_.last() && newest_ == type &&
         !newest_has_bias_;
}

}  // namespace lentil::formats::onnx
