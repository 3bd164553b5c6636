// What each type of layer asks for: the one place that reader, builder, writer and importers consult.
// Embedded-safe: no heap, no exceptions.
#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "runtime/model.h"
#include "runtime/status.h"

namespace lentil::formats {

inline constexpr std::uint32_t kMaxFeatures = (1u << 24) - 1;  // of a layer, and channels of the input
inline constexpr std::uint32_t kMaxExtent = 65535;             // of windows, strides, dilations, paddings

struct TensorShape {
  std::array<std::uint32_t, 4> extents{};
  std::uint32_t rank = 0;  // 0: no such tensor

  std::span<const std::uint32_t> dimensions() const { return std::span(extents).first(rank); }
  std::uint64_t count() const;  // elements; 0 for rank 0; stays at 2^64 - 1 if there are more
};

// The shape of this tensor in a PyTorch state_dict; rank 0 if such a layer has none.
TensorShape tensor_shape(const Layer& layer, Slot slot);

// Whether the layer cannot do without it; biases are optional.
bool tensor_required(const Layer& layer, Slot slot);

// Whether it has tensors in a state_dict, and so needs a name: parameters, statistics, a constant.
bool takes_parameters(const Layer& layer);
bool keeps_shape(const Layer& layer);  // activations, dropout, normalization, all arithmetic

// 1, or 2 for arithmetic without a constant; concat: 2 at least.
std::uint32_t inputs_required(const Layer& layer);

// Status::ok, or bad_hyperparameter {where = index, needed = the nearest allowed value, given}.
Error check_hyperparameters(const Layer& layer, std::uint32_t index);

// Status::ok, or bad_input_description: each side at least 1, less than 2^31 values in all.
Error check_input_shape(const Shape& shape);

// Outputs of the whole network if its last layers tell (shape-keeping ones behind a linear layer), else 0.
std::uint32_t known_outputs(const Model& model);

}  // namespace lentil::formats
