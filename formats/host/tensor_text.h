// Tensors as PyTorch 1.13 prints them, to the letter: four digits, columns, "..." above 1000 elements.
#pragma once
#include <string>

#include "runtime/tensor_view.h"

namespace lentil::formats {

// "tensor([[1., 0.],\n        [0., 1.]])"; no newline at the end. T is float, double, bool, std::uint8_t,
// std::int32_t or std::int64_t.
template <class T>
std::string tensor_text(const TensorView<const T>& t);
template <class T>
requires(!std::is_const_v<T>) std::string tensor_text(const TensorView<T>& t) {
  return tensor_text(TensorView<const T>(t));
}

}  // namespace lentil::formats
