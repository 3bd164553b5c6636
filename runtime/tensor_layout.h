// Where the elements of an N-dimensional tensor lie in a buffer: sizes and strides, no data. Plain values.
#pragma once
#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>

#include "runtime/status.h"

namespace lentil {

inline constexpr std::uint32_t kMaxRank = 8;

// Numbers as a parameter: `{2, -1}`, a vector or a span. Borrows them, so it is never to be kept.
class IntList {
 public:
  IntList(std::initializer_list<std::int64_t> numbers) : numbers_(numbers.begin(), numbers.size()) {}
  template <class Numbers>
  requires std::convertible_to<const Numbers&, std::span<const std::int64_t>> IntList(const Numbers& numbers)
      : numbers_(numbers) {}

  std::size_t size() const { return numbers_.size(); }
  std::int64_t operator[](std::size_t i) const { return numbers_[i]; }
  auto begin() const { return numbers_.begin(); }
  auto end() const { return numbers_.end(); }

 private:
  std::span<const std::int64_t> numbers_;
};

// Python's first:last:step. Negative ends count from the end of the dimension, ends beyond it are cut.
struct Range {
  std::int64_t first = 0;
  std::int64_t last = std::numeric_limits<std::int64_t>::max();  // not part of it
  std::int64_t step = 1;                                         // at least 1
};
constexpr Range range(std::int64_t first, std::int64_t last, std::int64_t step = 1) {
  return {first, last, step};
}
inline constexpr Range kAll{};  // Python's ":"
struct Ellipsis {};
inline constexpr Ellipsis kEllipsis{};  // Python's "...": as many kAll as there are dimensions left

// What one place between the brackets of t[...] may hold.
class Slice {
 public:
  enum class Kind : std::uint8_t { index, range, rest };

  constexpr Slice() = default;
  template <std::signed_integral I>
  constexpr Slice(I index) : kind_(Kind::index), range_{.first = index} {}
  constexpr Slice(Range range) : range_(range) {}
  constexpr Slice(Ellipsis) : kind_(Kind::rest) {}

  constexpr Kind kind() const { return kind_; }
  constexpr std::int64_t index() const { return range_.first; }  // negative: from the end
  constexpr const Range& range() const { return range_; }

 private:
  Kind kind_ = Kind::range;
  Range range_{};
};

// Invariant: every element lies in the buffer, so that offsets never overflow.
struct Layout {
  std::uint32_t rank = 0;
  std::array<std::int64_t, kMaxRank> sizes{}, strides{};  // in elements; the first `rank` count

  std::int64_t count() const;  // elements: 1 for rank 0
  bool is_contiguous() const;  // row-major without gaps
  bool same_sizes(const Layout& other) const;
};

// A part of another layout.
struct SubLayout {
  Layout layout;
  std::int64_t offset = 0;  // of its first element, in elements of the other
};

// No gaps: the last dimension lies side by side, or (as in Fortran) the first.
Result<Layout> row_major(IntList sizes);
Result<Layout> column_major(IntList sizes);

// An index removes its dimension; dimensions without a slice stay whole.
Result<SubLayout> sliced(const Layout&, std::span<const Slice> slices);

// The same elements in the same order under other sizes, one of which may be -1 (what is left). not_viewable
// where strides cannot express it.
Result<Layout> reshaped(const Layout&, IntList sizes);

// Dimensions may be negative: from the end.
Result<Layout> permuted(const Layout&, IntList order);
Result<Layout> transposed(const Layout&, std::int64_t a, std::int64_t b);
Result<Layout> squeezed(const Layout&, std::int64_t dimension);    // unchanged if its size is not 1
Layout squeezed(const Layout&);                                    // all dimensions of size 1
Result<Layout> unsqueezed(const Layout&, std::int64_t dimension);  // where the new one of size 1 will be

// The offsets of all elements in row-major order.
class Walk {
 public:
  explicit Walk(const Layout& layout) : layout_(layout) {}
  std::int64_t offset() const { return offset_; }
  void next() {
    for (std::uint32_t d = layout_.rank; d-- > 0;) {
      offset_ += layout_.strides[d];
      if (++place_[d] < layout_.sizes[d]) return;
      offset_ -= layout_.sizes[d] * layout_.strides[d];
      place_[d] = 0;
    }
  }

 private:
  const Layout& layout_;
  std::array<std::int64_t, kMaxRank> place_{};
  std::int64_t offset_ = 0;
};

}  // namespace lentil
