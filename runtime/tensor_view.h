// N-dimensional views of somebody else's memory, as PyTorch's tensors are: indexing, slicing, reshaping and
// reordering change sizes and strides and copy nothing. docs/tensors.md sets both languages side by side.
#pragma once
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "runtime/slice_text.h"
#include "runtime/tensor_layout.h"

namespace lentil {

// Cheap to copy; borrows the elements (T may be const), which must outlive it. What a program's user may get
// wrong (sizes, indices, dimensions) returns an Error; only operator[], size(), item() and values() assert.
template <class T>
class TensorView {
 public:
  // All of the buffer, row-major. wrong_size: the sizes ask for another number of elements.
  static Result<TensorView> over(std::span<T> buffer, IntList sizes) {
    const auto layout = row_major(sizes);
    if (!layout) return layout.error();
    const auto needed = static_cast<std::uint64_t>(layout->count());
    if (needed != buffer.size()) return Error{Status::wrong_size, 0, needed, buffer.size()};
    return TensorView(buffer.data(), *layout);
  }
  // All elements of the layout must lie in memory behind `data`.
  TensorView(T* data, const Layout& layout) : data_(data), layout_(layout) {}
  template <class U>
  requires std::is_same_v<const U, T> TensorView(const TensorView<U>& other)
      : TensorView(other.data(), other.layout()) {}

  std::uint32_t rank() const { return layout_.rank; }
  std::int64_t count() const { return layout_.count(); }  // PyTorch's numel()
  std::span<const std::int64_t> sizes() const { return std::span(layout_.sizes).first(layout_.rank); }
  std::span<const std::int64_t> strides() const { return std::span(layout_.strides).first(layout_.rank); }
  // Negative dimensions count from the end.
  std::int64_t size(std::int64_t dimension) const {
    const std::int64_t d = dimension < 0 ? dimension + rank() : dimension;
    assert(d >= 0 && d < rank());
    return layout_.sizes[static_cast<std::size_t>(d)];
  }
  bool is_contiguous() const { return layout_.is_contiguous(); }
  const Layout& layout() const { return layout_; }
  T* data() const { return data_; }  // the first element

  // t[0][1]: for indices that are known to be right, as those of a loop; negative ones count from the end.
  TensorView operator[](std::int64_t index) const {
    const Slice slice = index;
    const auto part = (*this).slice({&slice, 1});
    assert(part);
    return *part;
  }
  // t(0, range(1, 3), kAll, -1), t(kEllipsis, 0): PyTorch's t[0, 1:3, :, -1] and t[..., 0].
  template <class... S>
  requires(std::is_convertible_v<S, Slice>&&...) Result<TensorView>
  operator()(S... slices) const {
    const std::array<Slice, sizeof...(S)> list{Slice(slices)...};
    return slice(list);
  }
  Result<TensorView> slice(std::span<const Slice> slices) const {
    const auto part = sliced(layout_, slices);
    if (!part) return part.error();
    return TensorView(data_ + part->offset, part->layout);
  }

  // reshape() never copies: see reshaped() in tensor_layout.h, and copy() in tensor_ops.h.
  Result<TensorView> reshape(IntList sizes) const { return with(reshaped(layout_, sizes)); }
  Result<TensorView> flatten() const { return reshape({-1}); }
  Result<TensorView> permute(IntList order) const { return with(permuted(layout_, order)); }
  Result<TensorView> transpose(std::int64_t a, std::int64_t b) const {
    return with(transposed(layout_, a, b));
  }
  Result<TensorView> squeeze(std::int64_t dimension) const { return with(squeezed(layout_, dimension)); }
  TensorView squeeze() const { return {data_, squeezed(layout_)}; }
  Result<TensorView> unsqueeze(std::int64_t dimension) const { return with(unsqueezed(layout_, dimension)); }

  // The only element, to read or to write.
  T& item() const {
    assert(count() == 1);
    return *data_;
  }
  // All elements of a contiguous view.
  std::span<T> values() const {
    assert(is_contiguous());
    return {data_, static_cast<std::size_t>(count())};
  }

 private:
  Result<TensorView> with(const Result<Layout>& layout) const {
    if (!layout) return layout.error();
    return TensorView(data_, *layout);
  }

  T* data_;
  Layout layout_;
};

// slice(t, "0,1:3,:,-1"): as parse_slices() reads it.
template <class T>
Result<TensorView<T>> slice(const TensorView<T>& t, std::string_view text) {
  const auto slices = parse_slices(text);
  if (!slices) return slices.error();
  return t.slice(slices->items());
}

}  // namespace lentil
