// A network as the runtime sees it: a list of layers whose weights lie in somebody else's memory.
// formats/model_reader makes one from a file without copying; formats/builder makes one in memory.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/shape.h"

namespace lentil {

// The numbers are those of formats/model.fbs and never change.
enum class LayerType : std::uint8_t {
  conv2d = 0,
  linear = 1,
  max_pool2d = 2,
  relu = 3,
  sigmoid = 4,
  tanh = 5,
  softmax = 6,
  log_softmax = 7,
  dropout = 8,
  dropout2d = 9,
  flatten = 10,
  avg_pool2d = 11,
  global_avg_pool2d = 12,
  leaky_relu = 13,
  prelu = 14,
  elu = 15,
  batch_norm1d = 16,
  batch_norm2d = 17,
  reshape = 18,
  add = 19,
  sub = 20,
  mul = 21,
  concat = 22,
};
inline constexpr std::uint32_t kLayerTypes = 23;
inline constexpr std::uint16_t kMaxLayers = 1024;
inline constexpr std::int16_t kNetworkInput = -1;  // as a layer's input: the picture itself

enum class FlattenOrder : std::uint8_t { chw = 0, hwc = 1 };

// Which tensor of a layer; named as in a PyTorch state_dict.
enum class Slot : std::uint8_t { weight = 0, bias = 1, running_mean = 2, running_var = 3 };
inline constexpr std::size_t kSlots = 4;
std::string_view slot_name(Slot);

constexpr bool is_batch_norm(LayerType type) {
  return type == LayerType::batch_norm1d || type == LayerType::batch_norm2d;
}

constexpr bool is_dropout(LayerType type) {
  return type == LayerType::dropout || type == LayerType::dropout2d;
}

// Sums, differences and products: of two layers, or of one and a constant, which is the weight.
constexpr bool is_arithmetic(LayerType type) {
  return type == LayerType::add || type == LayerType::sub || type == LayerType::mul;
}

struct Layer {
  LayerType type = LayerType::relu;
  std::string_view name;                 // "conv1": prefix of the parameters' names
  std::span<const std::int16_t> inputs;  // earlier layers or kNetworkInput; empty: the layer before
  std::uint32_t in_features = 0;         // conv: input channels; linear: inputs
  std::uint32_t out_features = 0;        // conv: output channels; linear: outputs; add, sub, mul: elements
                                         // of the constant (the weight, not trained), 0: two inputs
  Extent kernel, stride, dilation;       // pool windows too
  Padding padding;
  std::uint32_t groups = 1;
  float rate = 0;                                    // dropout: probability of zero
  float slope = 0;                                   // leaky_relu: negative slope; elu: alpha
  float epsilon = 0, momentum = 0;                   // batch_norm
  bool ceil_mode = false, count_include_pad = true;  // pooling
  FlattenOrder order = FlattenOrder::chw;
  // OIHW (conv) or [out][in] (linear), row-major float32; empty where the layer has none.
  std::array<std::span<const float>, kSlots> tensors;

  std::span<const float> tensor(Slot s) const { return tensors[static_cast<std::size_t>(s)]; }
  // False for the constant of a sum, difference or product: it is no parameter, and never trained.
  bool has_parameters() const { return !is_arithmetic(type) && !tensor(Slot::weight).empty(); }
  bool has_constant() const { return is_arithmetic(type) && out_features != 0; }
};

// How pixels 0..255 become the network's input: (pixel / 255 - mean) / std, per channel. An input with more
// than four channels (a flat one, say) has one mean and one std, the first.
struct Normalization {
  std::array<float, 4> mean{0, 0, 0, 0};
  std::array<float, 4> std{1, 1, 1, 1};
};

// Cheap to copy; borrows `source`, which must outlive it. Invariants (kept by whoever makes one): inputs
// name earlier layers, tensors have the sizes that the hyperparameters ask for and hold finite numbers.
struct Model {
  const void* source = nullptr;
  Layer (*read_layer)(const void* source, std::uint32_t index) = nullptr;
  std::uint32_t layer_count = 0;
  Shape input;
  Normalization normalization;

  std::size_t normalization_index(std::uint32_t channel) const { return input.channels <= 4 ? channel : 0; }
  Layer layer(std::uint32_t index) const { return read_layer(source, index); }
};

// FNV-1a 64 over all tensors in file order, little-endian, zeros without sign (docs/numerics.md 12).
std::uint64_t weights_hash(const Model&);

}  // namespace lentil
