#include "formats/layer_rules.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <initializer_list>
#include <limits>

namespace lentil::formats {
namespace {

struct Range {
  std::uint32_t value, low, high;
};

Error bad_value(std::uint32_t index, std::uint64_t needed, std::uint64_t given) {
  return {Status::bad_hyperparameter, index, needed, given};
}

Error check_ranges(std::uint32_t index, std::initializer_list<Range> ranges) {
  for (const Range& r : ranges) {
    if (r.value < r.low) return bad_value(index, r.low, r.value);
    if (r.value > r.high) return bad_value(index, r.high, r.value);
  }
  return {};
}

Error check_window(const Layer& l, std::uint32_t index) {
  return check_ranges(index, {{l.kernel.height, 1, kMaxExtent},
                              {l.kernel.width, 1, kMaxExtent},
                              {l.stride.height, 1, kMaxExtent},
                              {l.stride.width, 1, kMaxExtent},
                              {l.dilation.height, 1, kMaxExtent},
                              {l.dilation.width, 1, kMaxExtent},
                              {l.padding.top, 0, kMaxExtent},
                              {l.padding.left, 0, kMaxExtent},
                              {l.padding.bottom, 0, kMaxExtent},
                              {l.padding.right, 0, kMaxExtent}});
}

Error check_conv2d(const Layer& l, std::uint32_t index) {
  if (const Error e = check_window(l, index); e.status != Status::ok) return e;
  const Error e = check_ranges(
      index,
      {{l.in_features, 1, kMaxFeatures}, {l.out_features, 1, kMaxFeatures}, {l.groups, 1, l.in_features}});
  if (e.status != Status::ok) return e;
  const bool divides = l.in_features % l.groups == 0 && l.out_features % l.groups == 0;
  return divides ? Error{} : bad_value(index, 1, l.groups);
}

// Padding stays below the window's reach: every window then sees the picture.
Error check_pool(const Layer& l, std::uint32_t index) {
  if (const Error e = check_window(l, index); e.status != Status::ok) return e;
  const std::uint32_t rows = l.dilation.height * (l.kernel.height - 1);
  const std::uint32_t columns = l.dilation.width * (l.kernel.width - 1);
  return check_ranges(index, {{l.padding.top, 0, rows},
                              {l.padding.bottom, 0, rows},
                              {l.padding.left, 0, columns},
                              {l.padding.right, 0, columns}});
}

// A float that is not allowed is told by its bits.
Error check_float(bool allowed, float value, std::uint32_t index) {
  return allowed ? Error{} : bad_value(index, 0, std::bit_cast<std::uint32_t>(value));
}

Error check_batch_norm(const Layer& l, std::uint32_t index) {
  Error e = check_ranges(index, {{l.out_features, 1, kMaxFeatures}});
  if (e.status != Status::ok) return e;
  e = check_float(std::isfinite(l.epsilon) && l.epsilon >= 0, l.epsilon, index);
  if (e.status != Status::ok) return e;
  return check_float(l.momentum >= 0 && l.momentum <= 1, l.momentum, index);
}

// Training tells the derivative from the output's sign, which a negative slope would turn.
Error check_slope(const Layer& l, std::uint32_t index) {
  return check_float(std::isfinite(l.slope) && l.slope >= 0, l.slope, index);
}

// Parameters that are one vector: slopes of PReLU, scales of batch-norm, constants.
bool has_vectors(const Layer& l) {
  return l.type == LayerType::prelu || is_batch_norm(l.type) || l.has_constant();
}

}  // namespace

std::uint64_t TensorShape::count() const {
  if (rank == 0) return 0;
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t product = 1;
  for (const std::uint32_t extent : dimensions()) {
    if (__builtin_mul_overflow(product, extent, &product)) return kMost;
  }
  return product;
}

TensorShape tensor_shape(const Layer& l, Slot slot) {
  if (!takes_parameters(l)) return {};
  if (has_vectors(l)) {
    const bool has = slot == Slot::weight || is_batch_norm(l.type);
    return has ? TensorShape{{l.out_features}, 1} : TensorShape{};
  }
  if (slot == Slot::running_mean || slot == Slot::running_var) return {};
  if (slot == Slot::bias) return {{l.out_features}, 1};
  if (l.type == LayerType::linear) return {{l.out_features, l.in_features}, 2};
  const std::uint32_t inputs = l.groups == 0 ? 0 : l.in_features / l.groups;
  return {{l.out_features, inputs, l.kernel.height, l.kernel.width}, 4};
}

bool tensor_required(const Layer& l, Slot slot) {
  return is_batch_norm(l.type) || (takes_parameters(l) && slot == Slot::weight);
}

bool takes_parameters(const Layer& l) {
  return l.type == LayerType::conv2d || l.type == LayerType::linear || has_vectors(l);
}

bool keeps_shape(const Layer& l) {
  switch (l.type) {
    case LayerType::relu:
    case LayerType::sigmoid:
    case LayerType::tanh:
    case LayerType::softmax:
    case LayerType::log_softmax:
    case LayerType::dropout:
    case LayerType::dropout2d:
    case LayerType::leaky_relu:
    case LayerType::prelu:
    case LayerType::elu:
    case LayerType::batch_norm1d:
    case LayerType::batch_norm2d:
    case LayerType::add:
    case LayerType::sub:
    case LayerType::mul:
      return true;
    default:
      return false;
  }
}

std::uint32_t inputs_required(const Layer& l) {
  const bool joins = l.type == LayerType::concat || (is_arithmetic(l.type) && !l.has_constant());
  return joins ? 2 : 1;
}

Error check_hyperparameters(const Layer& l, std::uint32_t index) {
  switch (l.type) {
    case LayerType::conv2d:
      return check_conv2d(l, index);
    case LayerType::linear:
      return check_ranges(index, {{l.in_features, 1, kMaxFeatures}, {l.out_features, 1, kMaxFeatures}});
    case LayerType::max_pool2d:
    case LayerType::avg_pool2d:
      return check_pool(l, index);
    case LayerType::dropout:
    case LayerType::dropout2d:
      return check_float(l.rate >= 0 && l.rate < 1, l.rate, index);
    case LayerType::flatten:
      return check_ranges(index, {{static_cast<std::uint32_t>(l.order), 0, 1}});
    case LayerType::leaky_relu:
    case LayerType::elu:
      return check_slope(l, index);
    case LayerType::prelu:
      return check_ranges(index, {{l.out_features, 1, kMaxFeatures}});
    case LayerType::add:
    case LayerType::sub:
    case LayerType::mul:
      return check_ranges(index, {{l.out_features, 0, kMaxFeatures}});
    case LayerType::batch_norm1d:
    case LayerType::batch_norm2d:
      return check_batch_norm(l, index);
    case LayerType::reshape:
      return check_ranges(index, {{l.out_features, 1, kMaxFeatures},
                                  {l.kernel.height, 1, kMaxExtent},
                                  {l.kernel.width, 1, kMaxExtent}});
    default:
      return {};
  }
}

Error check_input_shape(const Shape& s) {
  constexpr std::uint64_t kTooMany = std::uint64_t{1} << 31;
  const auto bad = [](std::uint64_t needed, std::uint64_t given) {
    return Error{Status::bad_input_description, 0, needed, given};
  };
  if (s.channels == 0 || s.height == 0 || s.width == 0) return bad(1, 0);
  if (s.channels > kMaxFeatures) return bad(kMaxFeatures, s.channels);
  if (s.height > kMaxExtent) return bad(kMaxExtent, s.height);
  if (s.width > kMaxExtent) return bad(kMaxExtent, s.width);
  const std::uint64_t plane = std::uint64_t{s.height} * s.width;
  const std::uint64_t count = plane * s.channels;  // < 2^56
  return count < kTooMany ? Error{} : bad(kTooMany - 1, count);
}

std::uint32_t known_outputs(const Model& model) {
  for (auto i = static_cast<std::int32_t>(model.layer_count) - 1; i >= 0;) {
    const Layer layer = model.layer(static_cast<std::uint32_t>(i));
    if (layer.type == LayerType::linear) return layer.out_features;
    if (!keeps_shape(layer)) return 0;
    // Both inputs of a sum have its shape; the later one is the nearer to a linear layer.
    i = layer.inputs.empty() ? i - 1 : *std::max_element(layer.inputs.begin(), layer.inputs.end());
  }
  return 0;
}

}  // namespace lentil::formats
