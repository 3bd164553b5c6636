#include "formats/host/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "formats/host/file_io.h"
#include "formats/host/half_float.h"
#include "formats/host/npy_header.h"

namespace lentil::formats {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kVersionBytes = 2;
constexpr std::size_t kAlignment = 64;  // of the elements in the file
// Headers are short; this keeps a hostile one from making work.
constexpr std::size_t kMaxHeaderBytes = 65535;
constexpr bool kLittle = std::endian::native == std::endian::little;

// IEEE binary16.
struct Half {
  std::uint16_t bits;
  explicit operator double() const { return double{from_half(bits)}; }
};
struct Boolean {
  std::uint8_t value;
};

struct TypeName {
  Dtype dtype;
  std::string_view text;
  std::size_t bytes;
};
constexpr std::array kTypes{
    TypeName{Dtype::f2, "f2", 2}, TypeName{Dtype::f4, "f4", 4}, TypeName{Dtype::f8, "f8", 8},
    TypeName{Dtype::i1, "i1", 1}, TypeName{Dtype::i2, "i2", 2}, TypeName{Dtype::i4, "i4", 4},
    TypeName{Dtype::i8, "i8", 8}, TypeName{Dtype::u1, "u1", 1}, TypeName{Dtype::u2, "u2", 2},
    TypeName{Dtype::u4, "u4", 4}, TypeName{Dtype::u8, "u8", 8}, TypeName{Dtype::b1, "b1", 1}};

const TypeName& name_of(Dtype dtype) { return kTypes[static_cast<std::size_t>(dtype)]; }

template <class T>
constexpr Dtype kDtype = Dtype::b1;
template <>
constexpr Dtype kDtype<float> = Dtype::f4;
template <>
constexpr Dtype kDtype<double> = Dtype::f8;
template <>
constexpr Dtype kDtype<std::uint8_t> = Dtype::u1;
template <>
constexpr Dtype kDtype<std::int8_t> = Dtype::i1;
template <>
constexpr Dtype kDtype<std::int16_t> = Dtype::i2;
template <>
constexpr Dtype kDtype<std::int32_t> = Dtype::i4;
template <>
constexpr Dtype kDtype<std::int64_t> = Dtype::i8;

// visit(element) with a value of the C++ type that stands for the dtype.
template <class Visit>
auto with_type(Dtype dtype, Visit visit) {
  switch (dtype) {
    case Dtype::f2:
      return visit(Half{});
    case Dtype::f4:
      return visit(float{});
    case Dtype::f8:
      return visit(double{});
    case Dtype::i1:
      return visit(std::int8_t{});
    case Dtype::i2:
      return visit(std::int16_t{});
    case Dtype::i4:
      return visit(std::int32_t{});
    case Dtype::i8:
      return visit(std::int64_t{});
    case Dtype::u1:
      return visit(std::uint8_t{});
    case Dtype::u2:
      return visit(std::uint16_t{});
    case Dtype::u4:
      return visit(std::uint32_t{});
    case Dtype::u8:
      return visit(std::uint64_t{});
    case Dtype::b1:
      break;
  }
  return visit(Boolean{});
}

template <class S>
S load(const std::byte* from, bool native) {
  std::array<std::byte, sizeof(S)> bytes;
  std::copy_n(from, sizeof(S), bytes.begin());
  if (!native) std::ranges::reverse(bytes);
  return std::bit_cast<S>(bytes);
}

// Nothing if an integer T cannot hold the value.
template <class T, class S>
std::optional<T> converted(S value) {
  if constexpr (std::is_same_v<S, Half>) {
    return converted<T>(static_cast<double>(value));
  } else if constexpr (std::is_same_v<S, Boolean>) {
    return static_cast<T>(value.value != 0);
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else if constexpr (std::is_floating_point_v<S>) {
    // Both bounds are powers of two and zero, hence exact.
    const double most = std::ldexp(1.0, std::numeric_limits<T>::digits);
    const double least = std::is_signed_v<T> ? -most : 0;
    if (!(value >= least && value < most) || value != std::trunc(value)) return std::nullopt;
    return static_cast<T>(value);
  } else {
    return std::in_range<T>(value) ? std::optional(static_cast<T>(value)) : std::nullopt;
  }
}

struct DtypeAndOrder {
  Dtype dtype;
  bool native;
};

Outcome<DtypeAndOrder> parse_dtype(const std::string& descr) {
  const auto fail = [&](const std::string& why) { return Failure{"its type is '" + descr + "', " + why}; };
  if (descr.find('O') != std::string::npos) {
    return fail(
        "Python objects (pickled), which only Python can read: if you trust the file, load it there with "
        "allow_pickle=True and save plain arrays");
  }
  const char order = descr.empty() ? ' ' : descr[0];
  const auto type = std::ranges::find(
      kTypes, std::string_view(descr).substr(std::min<std::size_t>(1, descr.size())), &TypeName::text);
  if (type == kTypes.end() || std::string_view("<>|=").find(order) == std::string_view::npos ||
      (order == '|' && type->bytes > 1)) {
    return fail("which is none that Lentil reads: f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1, with < or > in front");
  }
  const bool native = type->bytes == 1 || order == '=' || (order == '<') == kLittle;
  return DtypeAndOrder{type->dtype, native};
}

Failure cut_short() { return {"the file is cut short within its header"}; }

struct HeaderText {
  std::string_view text;
  std::size_t end;  // in bytes from the start of the file
};

Outcome<HeaderText> find_header(std::span<const std::byte> file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (!text.starts_with(kMagic)) return Failure{"it is no .npy file: \\x93NUMPY is not at its start"};
  const std::size_t length_at = kMagic.size() + kVersionBytes;
  if (text.size() < length_at) return cut_short();
  const auto byte = [&](std::size_t i) { return std::to_integer<std::size_t>(file[i]); };
  const std::size_t major = byte(kMagic.size()), minor = byte(kMagic.size() + 1);
  if (major < 1 || major > 3 || minor != 0) {
    return Failure{"its format version is " + std::to_string(major) + "." + std::to_string(minor) +
                   ", known are 1.0, 2.0 and 3.0"};
  }
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  const std::size_t start = length_at + length_bytes;
  if (text.size() < start) return cut_short();
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length |= byte(length_at + i) << 8 * i;
  if (length > kMaxHeaderBytes) {
    return Failure{"its header has " + std::to_string(length) + " bytes, more than the limit of " +
                   std::to_string(kMaxHeaderBytes)};
  }
  if (text.size() - start < length) return cut_short();
  return HeaderText{text.substr(start, length), start + length};
}

// A header for a row-major array.
std::string header_text(Dtype dtype, std::span<const std::int64_t> sizes) {
  std::string shape;
  for (const std::int64_t size : sizes) shape += std::to_string(size) + ", ";
  if (sizes.size() > 1) shape.resize(shape.size() - 2);
  const char order = name_of(dtype).bytes == 1 ? '|' : kLittle ? '<' : '>';
  return std::string("{'descr': '") + order + std::string(name_of(dtype).text) +
         "', 'fortran_order': False, 'shape': (" + shape + "), }";
}

template <class T, class Byte>
Outcome<TensorView<T>> view_as(std::span<Byte> file) {
  const auto header = parse_npy(file);
  if (!header) return header.error();
  constexpr Dtype kWanted = kDtype<std::remove_const_t<T>>;
  if (header->dtype != kWanted || !header->native) {
    return Failure{"its elements are " + std::string(name_of(header->dtype).text) +
                   (header->native ? "" : " of the other byte order") + " and cannot be seen as " +
                   std::string(name_of(kWanted).text) + " without a copy"};
  }
  Byte* const start = file.data() + header->start;
  if (reinterpret_cast<std::uintptr_t>(start) % alignof(T) != 0) {
    return Failure{"its elements are not aligned in memory and cannot be seen without a copy"};
  }
  return TensorView<T>(reinterpret_cast<T*>(start), header->layout);
}

}  // namespace

Outcome<NpyHeader> parse_npy(std::span<const std::byte> file) {
  const auto header = find_header(file);
  if (!header) return header.error();
  const auto dict = parse_npy_dict(header->text);
  if (!dict) return dict.error();
  const auto type = parse_dtype(dict->descr);
  if (!type) return type.error();
  const auto layout = dict->fortran_order ? column_major(dict->shape) : row_major(dict->shape);
  if (!layout) return Failure{"its shape is impossible: " + explain(layout.error())};
  const std::uint64_t needed = static_cast<std::uint64_t>(layout->count()) * name_of(type->dtype).bytes;
  const std::uint64_t given = file.size() - header->end;
  if (needed != given) {
    return Failure{"its header promises " + std::to_string(needed) + " bytes of elements, and " +
                   std::to_string(given) + " follow"};
  }
  return NpyHeader{type->dtype, type->native, *layout, header->end};
}

template <class T>
Outcome<Tensor<T>> read_npy(std::span<const std::byte> file) {
  const auto header = parse_npy(file);
  if (!header) return header.error();
  return with_type(header->dtype, [&]<class S>(S) -> Outcome<Tensor<T>> {
    std::vector<T> elements(static_cast<std::size_t>(header->layout.count()));
    Walk walk(header->layout);
    for (std::size_t i = 0; i < elements.size(); ++i, walk.next()) {
      const std::size_t place = static_cast<std::size_t>(walk.offset()) * sizeof(S);
      const auto value = converted<T>(load<S>(&file[header->start + place], header->native));
      if (!value) {
        return Failure{"element " + std::to_string(i) + " of its " +
                       std::string(name_of(header->dtype).text) + " values is none that fits into " +
                       std::string(name_of(kDtype<T>).text)};
      }
      elements[i] = *value;
    }
    return Tensor<T>(std::move(elements), std::span(header->layout.sizes).first(header->layout.rank));
  });
}

template <class T>
Outcome<TensorView<T>> view_npy(std::span<std::byte> file) {
  return view_as<T>(file);
}
template <class T>
Outcome<TensorView<const T>> view_npy(std::span<const std::byte> file) {
  return view_as<const T>(file);
}

template <class T>
std::vector<std::byte> write_npy(const TensorView<const T>& t) {
  std::string front(kMagic);
  front += {1, 0, 0, 0};
  front += header_text(kDtype<T>, t.sizes());
  front.append(kAlignment - 1 - front.size() % kAlignment, ' ') += '\n';
  const std::size_t length = front.size() - kMagic.size() - kVersionBytes - 2;
  front[kMagic.size() + kVersionBytes] = static_cast<char>(length & 255);
  front[kMagic.size() + kVersionBytes + 1] = static_cast<char>(length >> 8);

  std::vector<std::byte> file(front.size() + static_cast<std::size_t>(t.count()) * sizeof(T));
  std::memcpy(file.data(), front.data(), front.size());
  std::byte* to = file.data() + front.size();
  for_each(t, [&](const T& element) {
    std::memcpy(to, &element, sizeof(T));
    to += sizeof(T);
  });
  return file;
}

template <class T>
Outcome<Tensor<T>> load_npy(const std::string& path) {
  const auto bytes = read_file_aligned(path);
  if (!bytes) return bytes.error();
  auto tensor = read_npy<T>(*bytes);
  if (!tensor) return Failure{path + ": " + tensor.error().message};
  return tensor;
}

template <class T>
Outcome<std::monostate> save_npy(const std::string& path, const TensorView<const T>& t) {
  return write_file_atomically(path, write_npy(t));
}

template Outcome<Tensor<float>> read_npy(std::span<const std::byte>);
template Outcome<TensorView<float>> view_npy<float>(std::span<std::byte>);
template Outcome<TensorView<const float>> view_npy<float>(std::span<const std::byte>);
template std::vector<std::byte> write_npy(const TensorView<const float>&);
template Outcome<Tensor<float>> load_npy(const std::string&);
template Outcome<std::monostate> save_npy(const std::string&, const TensorView<const float>&);

template Outcome<Tensor<double>> read_npy(std::span<const std::byte>);
template Outcome<TensorView<double>> view_npy<double>(std::span<std::byte>);
template Outcome<TensorView<const double>> view_npy<double>(std::span<const std::byte>);
template std::vector<std::byte> write_npy(const TensorView<const double>&);
template Outcome<Tensor<double>> load_npy(const std::string&);
template Outcome<std::monostate> save_npy(const std::string&, const TensorView<const double>&);

template Outcome<Tensor<std::uint8_t>> read_npy(std::span<const std::byte>);
template Outcome<TensorView<std::uint8_t>> view_npy<std::uint8_t>(std::span<std::byte>);
template Outcome<TensorView<const std::uint8_t>> view_npy<std::uint8_t>(std::span<const std::byte>);
template std::vector<std::byte> write_npy(const TensorView<const std::uint8_t>&);
template Outcome<Tensor<std::uint8_t>> load_npy(const std::string&);
template Outcome<std::monostate> save_npy(const std::string&, const TensorView<const std::uint8_t>&);

template Outcome<Tensor<std::int32_t>> read_npy(std::span<const std::byte>);
template Outcome<TensorView<std::int32_t>> view_npy<std::int32_t>(std::span<std::byte>);
template Outcome<TensorView<const std::int32_t>> view_npy<std::int32_t>(std::span<const std::byte>);
template std::vector<std::byte> write_npy(const TensorView<const std::int32_t>&);
template Outcome<Tensor<std::int32_t>> load_npy(const std::string&);
template Outcome<std::monostate> save_npy(const std::string&, const TensorView<const std::int32_t>&);

template Outcome<Tensor<std::int64_t>> read_npy(std::span<const std::byte>);
template Outcome<TensorView<std::int64_t>> view_npy<std::int64_t>(std::span<std::byte>);
template Outcome<TensorView<const std::int64_t>> view_npy<std::int64_t>(std::span<const std::byte>);
template std::vector<std::byte> write_npy(const TensorView<const std::int64_t>&);
template Outcome<Tensor<std::int64_t>> load_npy(const std::string&);
template Outcome<std::monostate> save_npy(const std::string&, const TensorView<const std::int64_t>&);

template Outcome<TensorView<std::int8_t>> view_npy<std::int8_t>(std::span<std::byte>);
template Outcome<TensorView<const std::int8_t>> view_npy<std::int8_t>(std::span<const std::byte>);
template Outcome<TensorView<std::int16_t>> view_npy<std::int16_t>(std::span<std::byte>);
template Outcome<TensorView<const std::int16_t>> view_npy<std::int16_t>(std::span<const std::byte>);
template std::vector<std::byte> write_npy(const TensorView<const bool>&);
template Outcome<std::monostate> save_npy(const std::string&, const TensorView<const bool>&);

}  // namespace lentil::formats
