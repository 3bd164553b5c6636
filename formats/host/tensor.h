// Tensors that own their elements, for programs on hosts; views (runtime/tensor_view.h) do the work.
#pragma once
#include <cassert>
#include <cstdint>
#include <utility>
#include <vector>

#include "runtime/tensor_ops.h"
#include "runtime/tensor_random.h"

namespace lentil::formats {

// Row-major, copied by value. Sizes are the caller's own: wrong ones assert. Masks are Tensor<std::uint8_t>,
// because std::vector<bool> has no elements to look at.
template <class T = float>
class Tensor {
 public:
  static_assert(!std::is_same_v<T, bool>);

  explicit Tensor(IntList sizes, T value = T{}) : layout_(checked(sizes)) {
    elements_.resize(static_cast<std::size_t>(layout_.count()), value);
  }
  // As many elements as the sizes ask for.
  Tensor(std::vector<T> elements, IntList sizes) : elements_(std::move(elements)), layout_(checked(sizes)) {
    assert(elements_.size() == static_cast<std::size_t>(layout_.count()));
  }

  TensorView<T> view() { return {elements_.data(), layout_}; }
  TensorView<const T> view() const { return {elements_.data(), layout_}; }
  std::span<T> values() { return elements_; }
  std::span<const T> values() const { return elements_; }
  std::vector<T> take() && { return std::move(elements_); }
  std::span<const std::int64_t> sizes() const { return std::span(layout_.sizes).first(layout_.rank); }

 private:
  static Layout checked(IntList sizes) {
    const auto layout = row_major(sizes);
    assert(layout);
    return *layout;
  }

  std::vector<T> elements_;
  Layout layout_;
};

template <class T = float>
Tensor<T> zeros(IntList sizes) {
  return Tensor<T>(sizes);
}
template <class T = float>
Tensor<T> ones(IntList sizes) {
  return Tensor<T>(sizes, T{1});
}
template <class T = float>
Tensor<T> eye(std::int64_t size) {
  Tensor<T> tensor({size, size});
  lentil::eye(tensor.view());
  return tensor;
}
inline Tensor<float> rand(IntList sizes, std::uint64_t seed, std::uint32_t stream = 0) {
  Tensor<float> tensor(sizes);
  lentil::rand(tensor.view(), seed, stream);
  return tensor;
}
inline Tensor<float> randn(IntList sizes, std::uint64_t seed, std::uint32_t stream = 0) {
  Tensor<float> tensor(sizes);
  lentil::randn(tensor.view(), seed, stream);
  return tensor;
}
// A contiguous copy of any view: PyTorch's t.clone().
template <class T>
Tensor<std::remove_const_t<T>> clone(const TensorView<T>& t) {
  Tensor<std::remove_const_t<T>> tensor(t.sizes());
  lentil::copy(t, tensor.view());
  return tensor;
}

}  // namespace lentil::formats
