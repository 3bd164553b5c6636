#include "formats/import/tflite_tensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "formats/host/half_float.h"

static_assert(std::endian::native == std::endian::little);

namespace lentil::formats {
namespace {

using tflite::TensorType;

template <class T>
T read_at(const std::uint8_t* data, std::size_t index) {
  T value;
  std::memcpy(&value, data + index * sizeof(T), sizeof(T));
  return value;
}

// Bytes of an element; 0: no type that holds weights.
std::size_t element_bytes(TensorType type) {
  switch (type) {
    case tflite::TensorType_FLOAT32:
    case tflite::TensorType_INT32:
      return 4;
    case tflite::TensorType_FLOAT16:
    case tflite::TensorType_INT16:
      return 2;
    case tflite::TensorType_UINT8:
    case tflite::TensorType_INT8:
      return 1;
    case tflite::TensorType_INT64:
      return 8;
    default:
      return 0;
  }
}

float number(TensorType type, const std::uint8_t* data, std::size_t i) {
  switch (type) {
    case tflite::TensorType_FLOAT32:
      return read_at<float>(data, i);
    case tflite::TensorType_FLOAT16:
      return from_half(read_at<std::uint16_t>(data, i));
    case tflite::TensorType_INT32:
      return static_cast<float>(read_at<std::int32_t>(data, i));
    case tflite::TensorType_INT16:
      return read_at<std::int16_t>(data, i);
    case tflite::TensorType_UINT8:
      return data[i];
    case tflite::TensorType_INT8:
      return static_cast<std::int8_t>(data[i]);
    default:
      return static_cast<float>(read_at<std::int64_t>(data, i));
  }
}

// Which scale an element has: one for all, or one for each index along an axis.
struct Scales {
  const flatbuffers::Vector<float>* scale = nullptr;
  const flatbuffers::Vector<std::int64_t>* zero = nullptr;
  std::size_t inner = 1;  // elements that follow each other with the same scale

  float apply(float value, std::size_t i) const {
    const auto channel =
        static_cast<flatbuffers::uoffset_t>(scale->size() == 1 ? 0 : i / inner % scale->size());
    const bool has_zero = zero != nullptr && zero->size() != 0;
    const auto origin = has_zero ? zero->Get(zero->size() == 1 ? 0 : channel) : 0;
    return scale->Get(channel) * (value - static_cast<float>(origin));
  }
};

Outcome<Scales> scales_of(const tflite::Tensor& tensor, const std::vector<std::uint32_t>& sizes) {
  const auto* q = tensor.quantization();
  if (q == nullptr || q->scale() == nullptr || q->scale()->size() == 0) return Scales{};
  Scales s{.scale = q->scale(), .zero = q->zero_point()};
  const std::size_t scales = s.scale->size();
  if (s.zero != nullptr && s.zero->size() > 1 && s.zero->size() != scales)
    return Failure{"as many zero points as scales are needed"};
  if (scales == 1) return s;
  const auto axis = static_cast<std::size_t>(q->quantized_dimension());
  if (axis >= sizes.size() || sizes[axis] != scales) return Failure{"its scales fit no axis of it"};
  for (std::size_t later = axis + 1; later < sizes.size(); ++later) s.inner *= sizes[later];
  return s;
}

}  // namespace

bool is_quantized(TensorType type) {
  return type == tflite::TensorType_INT8 || type == tflite::TensorType_UINT8 ||
         type == tflite::TensorType_INT16 || type == tflite::TensorType_INT4;
}

const tflite::Tensor* TfliteTensors::find(std::int32_t index) const {
  const auto* tensors = graph_.tensors();
  const bool exists = tensors != nullptr && index >= 0 && static_cast<std::uint32_t>(index) < tensors->size();
  return exists ? tensors->Get(static_cast<std::uint32_t>(index)) : nullptr;
}

const flatbuffers::Vector<std::uint8_t>* TfliteTensors::data(const tflite::Tensor& tensor) const {
  const auto* buffers = model_.buffers();
  if (buffers == nullptr || tensor.buffer() >= buffers->size()) return nullptr;
  const auto* bytes = buffers->Get(tensor.buffer())->data();
  return bytes != nullptr && bytes->size() != 0 ? bytes : nullptr;
}

bool TfliteTensors::is_constant(std::int32_t index) const {
  const tflite::Tensor* tensor = find(index);
  return tensor != nullptr && data(*tensor) != nullptr;
}

std::string TfliteTensors::name(std::int32_t index) const {
  constexpr std::size_t kMost = 100;
  const tflite::Tensor* tensor = find(index);
  if (tensor == nullptr || tensor->name() == nullptr) return "tensor " + std::to_string(index);
  return "tensor '" + tensor->name()->str().substr(0, kMost) + "'";
}

Outcome<std::vector<std::uint32_t>> TfliteTensors::sizes(std::int32_t index) const {
  constexpr std::size_t kMostSizes = 8;
  std::vector<std::uint32_t> result;
  const tflite::Tensor* tensor = find(index);
  if (tensor == nullptr) return Failure{"there is no " + name(index)};
  if (tensor->shape() == nullptr) return result;
  if (tensor->shape()->size() > kMostSizes) return Failure{name(index) + " has too many sizes"};
  for (const std::int32_t size : *tensor->shape()) {
    if (size < 0) return Failure{name(index) + " has a negative size"};
    result.push_back(static_cast<std::uint32_t>(size));
  }
  return result;
}

Outcome<Elements> TfliteTensors::elements(std::int32_t index) const {
  const auto all = sizes(index);
  if (!all) return all.error();
  const tflite::Tensor& tensor = *find(index);
  const auto* bytes = data(tensor);
  if (bytes == nullptr) return Failure{name(index) + " is no constant of this file"};
  if (tensor.sparsity() != nullptr)
    return Failure{name(index) + " is sparse; convert the model without pruning"};
  const TensorType type = tensor.type();
  const std::size_t each = element_bytes(type);
  if (each == 0)
    return Failure{name(index) + " has the type " + std::to_string(static_cast<int>(type)) +
                   ", which holds no weights"};
  std::uint64_t count = 1;
  for (const std::uint32_t size : *all) count = size != 0 && count > bytes->size() ? count : count * size;
  if (count * each != bytes->size())
    return Failure{name(index) + " has " + std::to_string(bytes->size()) + " bytes, not those of " +
                   spell_sizes(*all)};
  const auto scales = scales_of(tensor, *all);
  if (!scales) return Failure{name(index) + ": " + scales.error().message};
  const std::uint8_t* start = bytes->data();
  if (scales->scale == nullptr) {
    if (is_quantized(type)) return Failure{name(index) + " has integers without a scale"};
    return Elements{count, [type, start](std::size_t i) { return number(type, start, i); }};
  }
  return Elements{count,
                  [type, start, s = *scales](std::size_t i) { return s.apply(number(type, start, i), i); }};
}

Outcome<std::vector<std::int64_t>> TfliteTensors::integers(std::int32_t index) const {
  constexpr std::size_t kMost = 16;
  const tflite::Tensor* tensor = find(index);
  const auto* bytes = tensor == nullptr ? nullptr : data(*tensor);
  const bool wide = tensor != nullptr && tensor->type() == tflite::TensorType_INT64;
  if (bytes == nullptr || (!wide && tensor->type() != tflite::TensorType_INT32))
    return Failure{name(index) + " is no constant list of integers"};
  const std::size_t each = wide ? sizeof(std::int64_t) : sizeof(std::int32_t);
  if (bytes->size() % each != 0 || bytes->size() / each > kMost)
    return Failure{name(index) + " has " + std::to_string(bytes->size()) + " bytes, too many or too few"};
  std::vector<std::int64_t> values(bytes->size() / each);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = wide ? read_at<std::int64_t>(bytes->data(), i) : read_at<std::int32_t>(bytes->data(), i);
  return values;
}

}  // namespace lentil::formats
