#include "tests/contract/graph_network.h"

namespace lentil::contract {

Layer& GraphNetwork::append(LayerType type, std::int16_t first, std::int16_t second) {
  Layer& layer = layers_[count_];
  layer.type = type;
  inputs_[count_] = {first, second};
  layer.inputs = std::span(inputs_[count_]).first(second == kNone ? 1 : 2);
  ++count_;
  return layer;
}

void GraphNetwork::draw(Layer& layer, Slot slot, std::size_t count, float low, float high) {
  const auto values = pieces_.of<float>(count);
  const kernels::RandomKey key{stream_++, kernels::RandomUse::synth, 0, 0, 0};
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = low + (high - low) * kernels::random_uniform(key, static_cast<std::uint32_t>(i));
  }
  layer.tensors[static_cast<std::size_t>(slot)] = values;
}

void GraphNetwork::conv2d(std::int16_t from, std::uint32_t in, std::uint32_t out, Extent kernel,
                          Padding padding, std::uint32_t groups) {
  Layer& layer = append(LayerType::conv2d, from);
  layer.in_features = in;
  layer.out_features = out;
  layer.kernel = kernel;
  layer.padding = padding;
  layer.groups = groups;
  draw(layer, Slot::weight, std::size_t{out} * (in / groups) * kernel.height * kernel.width, -0.4f, 0.4f);
}

void GraphNetwork::linear(std::int16_t from, std::uint32_t in, std::uint32_t out) {
  Layer& layer = append(LayerType::linear, from);
  layer.in_features = in;
  layer.out_features = out;
  draw(layer, Slot::weight, std::size_t{in} * out, -0.2f, 0.2f);
  draw(layer, Slot::bias, out, -0.2f, 0.2f);
}

void GraphNetwork::batch_norm(LayerType type, std::int16_t from, std::uint32_t channels) {
  Layer& layer = append(type, from);
  layer.out_features = channels;
  layer.epsilon = 1e-5f;
  layer.momentum = 0.1f;
  draw(layer, Slot::weight, channels, 0.5f, 1.5f);
  draw(layer, Slot::bias, channels, -0.5f, 0.5f);
  draw(layer, Slot::running_mean, channels, -0.5f, 0.5f);
  draw(layer, Slot::running_var, channels, 0.5f, 2.0f);
}

// Windows that overlap, reach into the padding and, rounding up, beyond it.
void GraphNetwork::pool(LayerType type, std::int16_t from) {
  Layer& layer = append(type, from);
  layer.kernel = {3, 3};
  layer.stride = {2, 2};
  layer.padding = {1, 0, 0, 1};
  layer.ceil_mode = true;
  layer.count_include_pad = false;
}

void GraphNetwork::vector(LayerType type, std::int16_t from, std::uint32_t count) {
  Layer& layer = append(type, from);
  layer.out_features = count;
  draw(layer, Slot::weight, count, -0.5f, 1.0f);
}

GraphNetwork::GraphNetwork(Pieces& pieces) : pieces_(pieces) {
  using T = LayerType;
  vector(T::sub, kNetworkInput, 2);                  // 0
  conv2d(0, 2, 4, {3, 2}, {1, 0, 1, 1});             // 1
  batch_norm(T::batch_norm2d, 1, 4);                 // 2
  append(T::leaky_relu, 2).slope = 0.125f;           // 3
  conv2d(3, 4, 4, {3, 3}, {1, 1, 1, 1}, 4);          // 4
  vector(T::prelu, 4, 4);                            // 5
  append(T::add, 3, 5);                              // 6
  pool(T::max_pool2d, 6);                            // 7
  pool(T::avg_pool2d, 6);                            // 8
  append(T::elu, 8).slope = 0.75f;                   // 9
  append(T::mul, 7, 9);                              // 10
  append(T::concat, 7, 10);                          // 11
  conv2d(11, 8, 5, {2, 1}, {});                      // 12
  batch_norm(T::batch_norm2d, 12, 5);                // 13: kGraphFrozen
  append(T::dropout2d, 13).rate = 0.25f;             // 14
  append(T::flatten, 14).order = FlattenOrder::hwc;  // 15
  append(T::global_avg_pool2d, 13);                  // 16
  append(T::concat, 15, 16);                         // 17
  linear(17, 5 * 4 * 4 + 5, 10);                     // 18
  batch_norm(T::batch_norm1d, 18, 10);               // 19
  append(T::tanh, 19);                               // 20
  vector(T::mul, 20, 1);                             // 21
  linear(21, 10, kGraphClasses);                     // 22
  append(T::log_softmax, 22);                        // 23
}

Model GraphNetwork::model() const {
  return {.source = this,
          .read_layer = [](const void* self,
                           std::uint32_t i) { return static_cast<const GraphNetwork*>(self)->layers_[i]; },
          .layer_count = count_,
          .input = kGraphInput,
          .normalization = {}};
}

}  // namespace lentil::contract
