// NumPy's .npy files: one array with its type and sizes. Versions 1 to 3 are read, 1 is written. The header
// is Python text that is parsed, never executed; arrays of Python objects, texts and records are refused.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "formats/host/outcome.h"
#include "formats/host/tensor.h"
#include "runtime/tensor_view.h"

namespace lentil::formats {

// NumPy's names: kind and bytes.
enum class Dtype : std::uint8_t { f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8, b1 };

struct NpyHeader {
  Dtype dtype = Dtype::f4;
  bool native = true;     // the bytes of an element lie in this machine's order
  Layout layout;          // row-major, or column-major ("Fortran order")
  std::size_t start = 0;  // of the elements, in bytes from the start of the file
};

// The whole contents of a file, which must end with the last element. Failures say what is wrong with them,
// and whoever knows the file puts its name in front.
Outcome<NpyHeader> parse_npy(std::span<const std::byte> file);

// A copy with elements of type T (float, double, std::uint8_t, std::int32_t or std::int64_t), row-major.
// Floats are rounded; integers must hold every value exactly, or it is a Failure.
template <class T>
Outcome<Tensor<T>> read_npy(std::span<const std::byte> file);

// The elements where they lie, without a copy: a change on one side is seen on the other. T (float, double,
// std::uint8_t, std::int8_t, std::int16_t, std::int32_t or std::int64_t) must be the file's own type in this
// machine's byte order, and the elements must be aligned (they are in AlignedBytes).
template <class T>
Outcome<TensorView<T>> view_npy(std::span<std::byte> file);
template <class T>
Outcome<TensorView<const T>> view_npy(std::span<const std::byte> file);

// The contents of a file with these elements, row-major in this machine's byte order. T as for read_npy, or
// bool.
template <class T>
std::vector<std::byte> write_npy(const TensorView<const T>& t);
template <class T>
requires(!std::is_const_v<T>) std::vector<std::byte> write_npy(const TensorView<T>& t) {
  return write_npy(TensorView<const T>(t));
}

// Whole files.
template <class T = float>
Outcome<Tensor<T>> load_npy(const std::string& path);
template <class T>
Outcome<std::monostate> save_npy(const std::string& path, const TensorView<const T>& t);
template <class T>
requires(!std::is_const_v<T>) Outcome<std::monostate> save_npy(const std::string& path,
                                                               const TensorView<T>& t) {
  return save_npy(path, TensorView<const T>(t));
}

}  // namespace lentil::formats
