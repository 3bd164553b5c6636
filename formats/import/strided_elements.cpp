#include "formats/import/strided_elements.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "formats/host/half_float.h"

namespace lentil::formats {
namespace {

constexpr std::size_t kMaxRank = 8;

float half_value(std::uint64_t bits) { return from_half(static_cast<std::uint16_t>(bits)); }
float bfloat_value(std::uint64_t bits) { return from_bfloat16(static_cast<std::uint16_t>(bits)); }
float float_value(std::uint64_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits)); }
float double_value(std::uint64_t bits) { return static_cast<float>(std::bit_cast<double>(bits)); }
float boolean_value(std::uint64_t bits) { return bits == 0 ? 0.0f : 1.0f; }

template <class T>
float integer_value(std::uint64_t bits) {
  return static_cast<float>(static_cast<T>(bits));
}

constexpr std::array kTypes{
    ElementType{"float32", "FloatStorage", "f4", "FLOAT", 4, float_value},
    ElementType{"float16", "HalfStorage", "f2", "FLOAT16", 2, half_value},
    ElementType{"bfloat16", "BFloat16Storage", "", "BFLOAT16", 2, bfloat_value},
    ElementType{"float64", "DoubleStorage", "f8", "DOUBLE", 8, double_value},
    ElementType{"int64", "LongStorage", "i8", "INT64", 8, integer_value<std::int64_t>},
    ElementType{"int32", "IntStorage", "i4", "INT32", 4, integer_value<std::int32_t>},
    ElementType{"int16", "ShortStorage", "i2", "INT16", 2, integer_value<std::int16_t>},
    ElementType{"int8", "CharStorage", "i1", "INT8", 1, integer_value<std::int8_t>},
    ElementType{"uint8", "ByteStorage", "u1", "UINT8", 1, integer_value<std::uint8_t>},
    ElementType{"uint16", "", "u2", "", 2, integer_value<std::uint16_t>},
    ElementType{"uint32", "", "u4", "", 4, integer_value<std::uint32_t>},
    ElementType{"uint64", "", "u8", "", 8, integer_value<std::uint64_t>},
    ElementType{"bool", "BoolStorage", "b1", "BOOL", 1, boolean_value},
    ElementType{"qint8", "QInt8Storage", "", "", 1, nullptr},
    ElementType{"quint8", "QUInt8Storage", "", "", 1, nullptr},
    ElementType{"qint32", "QInt32Storage", "", "", 4, nullptr},
    ElementType{"complex64", "ComplexFloatStorage", "c8", "", 8, nullptr},
    ElementType{"complex128", "ComplexDoubleStorage", "c16", "", 16, nullptr},
};

// Sizes, and whether all elements lie inside. Nothing overflows: each step is compared with what is left.
std::string objection(const StridedElements& elements) {
  if (elements.type->value == nullptr)
    return "is of the type " + std::string(elements.type->name) + ", which is not read";
  if (elements.sizes.size() != elements.strides.size())
    return "has sizes and strides that do not belong together";
  if (elements.sizes.size() > kMaxRank) {
    return "has " + std::to_string(elements.sizes.size()) + " dimensions, more than " +
           std::to_string(kMaxRank);
  }
  bool empty = false;
  for (const std::int64_t size : elements.sizes) {
    if (size < 0 || size > std::numeric_limits<std::int32_t>::max()) {
      return "has a dimension of size " + std::to_string(size);
    }
    empty = empty || size == 0;
  }
  const std::uint64_t held = elements.bytes.size() / elements.type->bytes;
  if (empty) return "";
  std::string outside = "lies outside its storage of " + std::to_string(held) + " elements";
  if (elements.offset >= held) return outside;
  std::uint64_t left = held - 1 - elements.offset;
  for (std::size_t i = 0; i < elements.sizes.size(); ++i) {
    if (elements.strides[i] < 0) return "has a negative stride";
    const auto steps = static_cast<std::uint64_t>(elements.sizes[i] - 1);
    const auto stride = static_cast<std::uint64_t>(elements.strides[i]);
    if (steps == 0) continue;
    if (stride > left / steps) return outside;
    left -= stride * steps;
  }
  return "";
}

// Or a number that no budget has room for: strides of zero let a few bytes stand for any number of elements.
std::uint64_t element_count(std::span<const std::int64_t> sizes) {
  constexpr std::uint64_t kTooMany = std::uint64_t{1} << 40;
  if (std::ranges::count(sizes, 0) > 0) return 0;
  std::uint64_t count = 1;
  for (const std::int64_t size : sizes) {
    if (count > kTooMany / static_cast<std::uint64_t>(size)) return kTooMany;
    count *= static_cast<std::uint64_t>(size);
  }
  return count;
}

std::uint64_t load(const std::byte* from, std::size_t bytes, bool big_endian) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    bits = bits << 8 | std::to_integer<std::uint64_t>(from[big_endian ? i : bytes - 1 - i]);
  }
  return bits;
}

// Visits all elements in row-major order, as an odometer does.
void copy_values(const StridedElements& elements, std::vector<float>& values) {
  const std::size_t rank = elements.sizes.size();
  std::array<std::int64_t, kMaxRank> index{};
  auto at = static_cast<std::int64_t>(elements.offset);
  for (float& value : values) {
    const auto place = static_cast<std::size_t>(at) * elements.type->bytes;
    value = elements.type->value(load(&elements.bytes[place], elements.type->bytes, elements.big_endian));
    for (std::size_t i = rank; i-- > 0;) {
      at += elements.strides[i];
      if (++index[i] < elements.sizes[i]) break;
      at -= elements.strides[i] * elements.sizes[i];
      index[i] = 0;
    }
  }
}

}  // namespace

const ElementType* element_type(std::string_view ElementType::*spelling, std::string_view text) {
  const auto found = std::ranges::find(kTypes, text, spelling);
  return found == kTypes.end() || text.empty() ? nullptr : &*found;
}

Outcome<NamedTensor> copy_elements(const StridedElements& elements, std::string name, MemoryBudget& budget) {
  if (const std::string why = objection(elements); !why.empty())
    return Failure{"its tensor " + name + " " + why};
  NamedTensor tensor{
      .name = std::move(name), .shape = {}, .values = {}, .type = std::string(elements.type->name)};
  for (const std::int64_t size : elements.sizes) tensor.shape.push_back(static_cast<std::uint32_t>(size));
  const std::uint64_t count = element_count(elements.sizes);
  if (!budget.take(sizeof(NamedTensor) + tensor.name.size() + 64) || !budget.take(count * sizeof(float))) {
    return MemoryBudget::exceeded();
  }
  tensor.values.resize(count);
  copy_values(elements, tensor.values);
  return tensor;
}

}  // namespace lentil::formats
