// A Keras model's description, layer by layer, as a network.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "formats/import/keras_json.h"
#include "formats/import/keras_weights.h"
#include "formats/import/tf_network.h"

namespace lentil::formats {

struct KerasLayer {
  std::string kind, name;  // "Conv2D", "conv2d_1"
  const Json& config;
  KerasPlace place;
};

// While it is read. What is wrong with a layer is a mistake of `network`.
class KerasModel {
 public:
  KerasModel(KerasWeights& weights, TfNetwork& network, std::vector<std::string>& notes, bool flipped)
      : weights_(weights), network_(network), notes_(notes), flipped_(flipped) {}

  TfNetwork& network() { return network_; }
  // The group of the whole model's weights in the file.
  TfValue add_model(const Json& model, TfValue input, const KerasPlace& place, std::size_t depth = 0);

  // A tensor that the layer must have, or may; mistakes are told.
  KerasTensor tensor(const KerasLayer& layer, const std::string& role, std::size_t number,
                     bool required = true);
  TfValue mistake(const KerasLayer& layer, const std::string& what);
  bool flipped() const { return flipped_; }  // kernels are turned by half a circle: Theano's
  void note(std::string text) { notes_.push_back(std::move(text)); }

 private:
  using Values = std::map<std::string, TfValue>;

  TfValue add_chain(const Json& layers, TfValue value, const KerasPlace& place, std::size_t depth);
  TfValue add_graph(const Json& config, const TfValue& input, const KerasPlace& place, std::size_t depth);
  TfValue add_layer(const Json& layer, const std::vector<TfValue>& inputs, const KerasPlace& place,
                    std::size_t depth);
  KerasPlace place_of(const Json& layer, const KerasPlace& container, std::map<std::string, int>& counts,
                      std::size_t depth) const;

  KerasWeights& weights_;
  TfNetwork& network_;
  std::vector<std::string>& notes_;
  bool flipped_;
};

// Rows of keras_layers.cpp and keras_shapes.cpp: a layer's class and what it becomes.
struct KerasRow {
  std::string_view kind;
  TfValue (*add)(KerasModel& model, const KerasLayer& layer, const std::vector<TfValue>& inputs);
};
std::span<const KerasRow> keras_layers();
std::span<const KerasRow> keras_shapes();

// The activation's name is Keras's; "linear" changes nothing.
TfValue keras_activation(KerasModel& model, const KerasLayer& layer, const TfValue& in,
                         const Json* activation);

bool is_keras_model(const std::string& kind);     // Sequential, Functional, Model
const Json* keras_layer_list(const Json& model);  // null: no list

// Sizes of the input, without the batch; empty: the description does not tell.
std::vector<std::uint32_t> keras_input(const Json& model, std::size_t depth = 0);
// As the layers with windows say; "" if they contradict each other.
std::string keras_data_format(const Json& model, std::size_t depth = 0);

}  // namespace lentil::formats
