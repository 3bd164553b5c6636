// A Model that owns its layers and weights: networks for tests, without a file.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/model.h"

namespace lentil::reference {

inline Layer layer_of(LayerType type) {
  Layer layer;
  layer.type = type;
  return layer;
}
inline Layer conv2d_layer(std::uint32_t inputs, std::uint32_t outputs, Extent kernel) {
  Layer layer = layer_of(LayerType::conv2d);
  layer.in_features = inputs;
  layer.out_features = outputs;
  layer.kernel = kernel;
  return layer;
}
inline Layer linear_layer(std::uint32_t inputs, std::uint32_t outputs) {
  Layer layer = layer_of(LayerType::linear);
  layer.in_features = inputs;
  layer.out_features = outputs;
  return layer;
}
inline Layer max_pool_layer(Extent kernel, Extent stride) {
  Layer layer = layer_of(LayerType::max_pool2d);
  layer.kernel = kernel;
  layer.stride = stride;
  return layer;
}
// LayerType::dropout or dropout2d.
inline Layer dropout_layer(LayerType type, float rate) {
  Layer layer = layer_of(type);
  layer.rate = rate;
  return layer;
}

class MemoryModel {
 public:
  explicit MemoryModel(Shape input, Normalization normalization = {}) {
    model_.source = this;
    model_.read_layer = [](const void* self, std::uint32_t index) {
      return static_cast<const MemoryModel*>(self)->layers_[index];
    };
    model_.input = input;
    model_.normalization = normalization;
  }
  MemoryModel(const MemoryModel&) = delete;  // layers and model_ point into this object
  MemoryModel& operator=(const MemoryModel&) = delete;

  // Adds a layer with the hyperparameters of `layer`; name, inputs and tensors are copied. Empty inputs:
  // the layer before. Returns the layer's index, to be an input of later ones.
  std::int16_t add(Layer layer, std::string_view name, std::vector<float> weight = {},
                   std::vector<float> bias = {}, std::vector<std::int16_t> inputs = {}) {
    layer.name = names_.emplace_back(name);
    layer.inputs = inputs_.emplace_back(std::move(inputs));
    layer.tensors[static_cast<std::size_t>(Slot::weight)] = tensors_.emplace_back(std::move(weight));
    layer.tensors[static_cast<std::size_t>(Slot::bias)] = tensors_.emplace_back(std::move(bias));
    layers_.push_back(layer);
    model_.layer_count = static_cast<std::uint32_t>(layers_.size());
    return static_cast<std::int16_t>(layers_.size() - 1);
  }

  const Model& model() const { return model_; }

 private:
  std::vector<Layer> layers_;
  std::deque<std::string> names_;  // deques: what the layers' spans point to never moves
  std::deque<std::vector<std::int16_t>> inputs_;
  std::deque<std::vector<float>> tensors_;
  Model model_;
};

}  // namespace lentil::reference
