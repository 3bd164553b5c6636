#include "formats/import/onnx_initializer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

#include "formats/host/file_io.h"
#include "formats/host/half_float.h"

namespace lentil::formats::onnx {
namespace {

using Bytes = std::span<const std::byte>;

// The numbers of TensorProto.DataType.
enum class DataType : std::int32_t {
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  bfloat16 = 16,
};

enum class Field : std::uint8_t { floats, int32s, int64s, doubles, uint64s };

struct TypeInfo {
  DataType type;
  std::size_t bytes;  // of an element in raw_data
  Field field;        // where elements are when they are not raw
};

constexpr std::array kTypes{
    TypeInfo{DataType::float32, 4, Field::floats},  TypeInfo{DataType::uint8, 1, Field::int32s},
    TypeInfo{DataType::int8, 1, Field::int32s},     TypeInfo{DataType::uint16, 2, Field::int32s},
    TypeInfo{DataType::int16, 2, Field::int32s},    TypeInfo{DataType::int32, 4, Field::int32s},
    TypeInfo{DataType::int64, 8, Field::int64s},    TypeInfo{DataType::boolean, 1, Field::int32s},
    TypeInfo{DataType::float16, 2, Field::int32s},  TypeInfo{DataType::float64, 8, Field::doubles},
    TypeInfo{DataType::uint32, 4, Field::uint64s},  TypeInfo{DataType::uint64, 8, Field::uint64s},
    TypeInfo{DataType::bfloat16, 2, Field::int32s},
};

bool is_float(DataType type) {
  return type == DataType::float32 || type == DataType::float16 || type == DataType::float64 ||
         type == DataType::bfloat16;
}

Bytes as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

const std::string& field_of(const TensorProto& tensor, Field field) {
  switch (field) {
    case Field::floats:
      return tensor.float_data();
    case Field::int32s:
      return tensor.int32_data();
    case Field::int64s:
      return tensor.int64_data();
    case Field::doubles:
      return tensor.double_data();
    default:
      return tensor.uint64_data();
  }
}

template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

float float_at(const std::byte* from, DataType type) {
  if (type == DataType::float32) return load<float>(from);
  if (type == DataType::float64) return static_cast<float>(load<double>(from));
  const auto bits = load<std::uint16_t>(from);
  return type == DataType::float16 ? from_half(bits) : from_bfloat16(bits);
}

std::int64_t int_at(const std::byte* from, DataType type) {
  switch (type) {
    case DataType::int8:
      return load<std::int8_t>(from);
    case DataType::uint16:
      return load<std::uint16_t>(from);
    case DataType::int16:
      return load<std::int16_t>(from);
    case DataType::int32:
      return load<std::int32_t>(from);
    case DataType::uint32:
      return load<std::uint32_t>(from);
    case DataType::int64:
    case DataType::uint64:
      return load<std::int64_t>(from);
    default:
      return load<std::uint8_t>(from);
  }
}

// Calls set(index, value) for each packed number; false if there are not exactly `count` whole ones.
template <class Set>
bool for_each_varint(Bytes bytes, std::size_t count, Set set) {
  std::size_t index = 0, shift = 0;
  std::uint64_t value = 0;
  for (const std::byte byte : bytes) {
    if (shift > 63 || index == count) return false;
    value |= (std::to_integer<std::uint64_t>(byte) & 0x7F) << shift;
    shift += 7;
    if ((byte & std::byte{0x80}) != std::byte{0}) continue;
    set(index++, static_cast<std::int64_t>(value));
    value = shift = 0;
  }
  return index == count && shift == 0;
}

Failure wrong_size(const Dims& dims, std::size_t bytes) {
  return Failure{"its dimensions are " + spell(dims) + ", but its data has " + std::to_string(bytes) +
                 " bytes"};
}

Outcome<Tensor> read_fixed(Bytes bytes, const TypeInfo& info, Dims dims, const Budget& budget) {
  const std::int64_t count = count_of(dims);
  if (count < 0) return Failure{"impossible dimensions " + spell(dims)};
  if (bytes.size() / info.bytes != static_cast<std::size_t>(count) || bytes.size() % info.bytes != 0)
    return wrong_size(dims, bytes.size());
  if (is_float(info.type)) {
    auto values = float_room(budget, dims);
    if (!values) return values.error();
    for (std::size_t i = 0; i < (*values)->size(); ++i)
      (**values)[i] = float_at(bytes.data() + i * info.bytes, info.type);
    return Tensor{std::move(dims), std::move(*values), nullptr};
  }
  auto values = int_room(budget, dims);
  if (!values) return values.error();
  for (std::size_t i = 0; i < (*values)->size(); ++i)
    (**values)[i] = int_at(bytes.data() + i * info.bytes, info.type);
  return Tensor{std::move(dims), nullptr, std::move(*values)};
}

// Halves are packed as the integers that their bits are.
Outcome<Tensor> read_packed(Bytes bytes, const TypeInfo& info, Dims dims, const Budget& budget) {
  const std::int64_t count = count_of(dims);
  if (count < 0 || static_cast<std::size_t>(count) > bytes.size()) return wrong_size(dims, bytes.size());
  const auto size = static_cast<std::size_t>(count);
  if (is_float(info.type)) {
    auto values = float_room(budget, dims);
    if (!values) return values.error();
    const auto set = [&](std::size_t i, std::int64_t bits) {
      const auto half = static_cast<std::uint16_t>(bits);
      (**values)[i] = info.type == DataType::float16 ? from_half(half) : from_bfloat16(half);
    };
    if (!for_each_varint(bytes, size, set)) return wrong_size(dims, bytes.size());
    return Tensor{std::move(dims), std::move(*values), nullptr};
  }
  auto values = int_room(budget, dims);
  if (!values) return values.error();
  if (!for_each_varint(bytes, size, [&](std::size_t i, std::int64_t v) { (**values)[i] = v; }))
    return wrong_size(dims, bytes.size());
  return Tensor{std::move(dims), nullptr, std::move(*values)};
}

Outcome<Tensor> read_values(const TensorProto& tensor, const TypeInfo& info, Companions& companions,
                            const Budget& budget) {
  Dims dims(tensor.dims().begin(), tensor.dims().end());
  if (tensor.data_location() == TensorProto::EXTERNAL) {
    const auto bytes = companions.bytes_of(tensor);
    if (!bytes) return bytes.error();
    return read_fixed(*bytes, info, std::move(dims), budget);
  }
  if (tensor.has_raw_data()) return read_fixed(as_bytes(tensor.raw_data()), info, std::move(dims), budget);
  const Bytes bytes = as_bytes(field_of(tensor, info.field));
  const bool fixed = info.field == Field::floats || info.field == Field::doubles;
  return fixed ? read_fixed(bytes, info, std::move(dims), budget)
               : read_packed(bytes, info, std::move(dims), budget);
}

// The value of a key of external_data; empty: none.
std::string entry(const TensorProto& tensor, std::string_view key) {
  for (const auto& e : tensor.external_data()) {
    if (e.key() == key) return e.value();
  }
  return {};
}

std::optional<std::uint64_t> number_of(const std::string& text, std::uint64_t fallback) {
  if (text.empty()) return fallback;
  std::uint64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc{} && end.ptr == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

}  // namespace

Outcome<std::span<const std::byte>> Companions::file(const std::string& name) {
  if (const auto known = files_.find(name); known != files_.end()) return Bytes(known->second);
  constexpr std::size_t kMostFiles = 64;
  if (files_.size() == kMostFiles) return Failure{"its values are spread over too many files"};
  auto bytes = read_file_aligned((std::filesystem::path(model_path_).parent_path() / name).string());
  if (!bytes) {
    return Failure{"its values are in the file " + name + " beside the model, which cannot be read (" +
                   bytes.error().message + "): copy it there"};
  }
  budget_.extend(bytes->size());
  return Bytes(files_.emplace(name, std::move(*bytes)).first->second);
}

Outcome<std::span<const std::byte>> Companions::bytes_of(const TensorProto& tensor) {
  std::string name = entry(tensor, "location");
  if (name.starts_with("./")) name.erase(0, 2);
  if (!is_plain_name(name)) {
    return Failure{"its values are in another file, \"" + name +
                   "\", and only plain names of files in the model's folder are followed"};
  }
  const auto contents = file(name);
  if (!contents) return contents.error();
  const auto offset = number_of(entry(tensor, "offset"), 0);
  if (!offset || *offset > contents->size()) return Failure{"it begins beyond the end of " + name};
  const std::uint64_t rest = contents->size() - *offset;
  const auto length = number_of(entry(tensor, "length"), rest);
  if (!length || *length > rest) return Failure{"it ends beyond the end of " + name};
  return contents->subspan(static_cast<std::size_t>(*offset), static_cast<std::size_t>(*length));
}

Outcome<Tensor> take_tensor(TensorProto& tensor, Companions& companions, const Budget& budget) {
  if (static_cast<std::size_t>(tensor.dims_size()) > kMostDims)
    return Failure{"it has " + std::to_string(tensor.dims_size()) + " dimensions"};
  if (tensor.has_segment())
    return Failure{"it is stored in segments, which nobody reads: save the model again"};
  const auto info = std::ranges::find_if(
      kTypes, [&](const TypeInfo& t) { return static_cast<std::int32_t>(t.type) == tensor.data_type(); });
  if (info == kTypes.end()) {
    return Failure{"its data type " + std::to_string(tensor.data_type()) +
                   " is neither a float nor an integer of 8 bits or more"};
  }
  auto values = read_values(tensor, *info, companions, budget);
  // Cleared texts would keep their memory.
  const std::unique_ptr<std::string> raw(tensor.release_raw_data()), floats(tensor.release_float_data());
  return values;
}

}  // namespace lentil::formats::onnx
