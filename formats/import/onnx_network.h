// Layers out of ONNX values. ONNX's tensors have any dimensions and carry the batch; ours are C x H x W. A
// value remembers both, so that Reshape, Transpose and their kin cost no layer until somebody needs another
// form.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "formats/import/onnx_tensor.h"
#include "formats/layer_shape.h"
#include "formats/model_builder.h"

namespace lentil::formats::onnx {

struct Value {
  std::optional<Tensor> constant{};  // else a layer's output, and the rest holds
  std::int16_t layer = kNetworkInput;
  Shape shape{};           // of the layer's output
  Dims dims{};             // ONNX's, with a batch of one, `padding` included
  bool hwc = false;        // ONNX has the elements in the order H, W, C
  Padding padding{};       // zeros around rows and columns, not yet in any layer
  bool logarithm = false;  // a Softmax that has taken the Log behind it
  bool positive = false;   // or zero: padding with zeros is what a maximum does

  const Dims& dimensions() const { return constant ? constant->dims : dims; }
};

// Whether ONNX's order of the elements is ours.
inline bool in_our_order(const Value& v) { return !v.hwc || v.shape.channels == 1 || v.shape.plane() == 1; }

class Network {
 public:
  Network(const std::string& name, Shape input, Budget budget)
      : builder_(name, input), budget_(std::move(budget)) {}

  // Appends what `layer(builder, name)` says behind `from`; the result is [1, C, H, W] of the layer's output.
  // The name of an ONNX tensor, if it is one that PyTorch gives ("conv1.weight"), names the layer.
  template <class Append>
  Outcome<Value> append(const Value& from, LayerType type, std::string_view tensor_name, Append layer) {
    if (from.layer != builder_.last()) builder_.after(from.layer);
    layer(builder_, layer_name(type, tensor_name));
    return result(type);
  }
  // The same for layers that keep the shape, and for which ONNX's dimensions and order do not matter.
  template <class Append>
  Outcome<Value> map(const Value& from, LayerType type, std::string_view tensor_name, Append layer) {
    auto made = append(from, type, tensor_name, layer);
    return made ? in_form_of(from, *made) : made;
  }
  // A sum, difference, product or concatenation of these, which are of suiting shapes.
  Outcome<Value> join(LayerType type, const std::vector<const Value*>& values);

  // The same elements as [1, K], and as [1, C, H, W]; both in our order.
  Outcome<Value> flat(const Value& value);
  Outcome<Value> picture(const Value& value, Shape shape);

  // A tensor of the newest layer. Failure: not finite, or more than the budget allows.
  Outcome<std::monostate> set(Slot slot, std::vector<float> values);
  // Whether `value` is the newest layer's, of this type and without a bias.
  bool can_take_bias(const Value& value, LayerType type) const;

  bool is_newest(const Value& value) const { return value.layer == builder_.last(); }

  const Budget& budget() const { return budget_; }
  Outcome<ModelFile> build() && { return std::move(builder_).build(); }

 private:
  Outcome<Value> result(LayerType type);
  static Value in_form_of(const Value& from, Value made);
  std::string layer_name(LayerType type, std::string_view tensor_name);

  ModelBuilder builder_;
  Budget budget_;
  LayerType newest_ = LayerType::relu;
  bool newest_has_bias_ = false;
  std::set<std::string> names_;
  std::map<LayerType, std::size_t> unnamed_;
};

}  // namespace lentil::formats::onnx
