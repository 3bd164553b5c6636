#include "runtime/tensor_layout.h"

#include <algorithm>
#include <optional>

namespace lentil {
namespace {

// The sizes' product, zeros taken as one, stays below: strides are such products.
constexpr std::int64_t kMostElements = std::int64_t{1} << 48;

std::uint64_t as_given(std::int64_t number) { return static_cast<std::uint64_t>(number); }

// Status::ok if a layout can have these sizes.
Error check_sizes(IntList sizes) {
  if (sizes.size() > kMaxRank) return {Status::too_many_dimensions, 0, kMaxRank, sizes.size()};
  std::int64_t most = kMostElements;
  for (std::uint32_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] < 0 || sizes[d] > most) {
      return {Status::bad_size, d, as_given(kMostElements), as_given(sizes[d])};
    }
    most /= std::max<std::int64_t>(sizes[d], 1);
  }
  return {};
}

// The dimension that `given` names among `rank`.
Result<std::uint32_t> dimension_of(std::int64_t given, std::uint32_t rank) {
  const std::int64_t dimension = given < 0 ? given + rank : given;
  if (dimension < 0 || dimension >= rank) return Error{Status::bad_dimension, 0, rank, as_given(given)};
  return static_cast<std::uint32_t>(dimension);
}

std::int64_t place_of(std::int64_t given, std::int64_t size) { return given < 0 ? given + size : given; }

void append(Layout& layout, std::int64_t size, std::int64_t stride) {
  layout.sizes[layout.rank] = size;
  layout.strides[layout.rank] = stride;
  ++layout.rank;
}

// `order` are dimensions of `layout`, each at most once.
Layout picked(const Layout& layout, std::span<const std::uint32_t> order) {
  Layout result;
  for (const std::uint32_t d : order) append(result, layout.sizes[d], layout.strides[d]);
  return result;
}

// Takes one dimension's slice into `part`.
Error take(const Layout& layout, std::uint32_t d, const Slice& slice, SubLayout& part) {
  const std::int64_t size = layout.sizes[d], stride = layout.strides[d];
  if (slice.kind() == Slice::Kind::index) {
    const std::int64_t place = place_of(slice.index(), size);
    if (place < 0 || place >= size) {
      return {Status::index_out_of_range, d, as_given(size), as_given(slice.index())};
    }
    part.offset += place * stride;
    return {};
  }
  const Range& range = slice.range();
  if (range.step < 1) return {Status::bad_slice, d};
  const std::int64_t first = std::clamp<std::int64_t>(place_of(range.first, size), 0, size);
  const std::int64_t last = std::clamp<std::int64_t>(place_of(range.last, size), first, size);
  const std::int64_t left = first < last ? (last - first - 1) / range.step + 1 : 0;
  // An empty part stays where it is, and a step that is never taken does not count: no address leaves the
  // buffer, no product overflows.
  if (left > 0) part.offset += first * stride;
  append(part.layout, left, left > 1 ? stride * range.step : stride);
  return {};
}

// The sizes with -1 replaced by what is left of `count`.
Result<Layout> inferred(IntList sizes, std::int64_t count) {
  if (sizes.size() > kMaxRank) return Error{Status::too_many_dimensions, 0, kMaxRank, sizes.size()};
  std::array<std::int64_t, kMaxRank> wanted{};
  std::copy(sizes.begin(), sizes.end(), wanted.begin());
  const std::span<std::int64_t> filled = std::span(wanted).first(sizes.size());
  const auto open = std::find(filled.begin(), filled.end(), -1);
  if (open != filled.end()) *open = 1;
  const auto layout = row_major(filled);
  if (!layout) return layout.error();
  const std::int64_t stated = layout->count();
  if (open == filled.end()) {
    if (stated == count) return layout;
  } else if (stated > 0 && count % stated == 0) {
    *open = count / stated;
    return row_major(filled);
  }
  return Error{Status::bad_reshape, 0, as_given(count), as_given(stated)};
}

// Strides that show the elements of `layout` under the sizes of `wanted`, which is row-major. Both are walked
// from the back: dimensions that follow each other without a gap form a block, and every block must be a
// whole number of new dimensions.
std::optional<Layout> viewed(const Layout& layout, Layout wanted) {
  std::uint32_t left = wanted.rank;
  std::int64_t old_block = 1, new_block = 1;
  std::int64_t base = layout.rank > 0 ? layout.strides[layout.rank - 1] : 1;
  for (std::uint32_t d = layout.rank; d-- > 0;) {
    old_block *= layout.sizes[d];
    const bool ends = d == 0 || (layout.sizes[d - 1] != 1 && layout.strides[d - 1] != old_block * base);
    if (!ends) continue;
    for (; left > 0 && (new_block < old_block || wanted.sizes[left - 1] == 1); --left) {
      wanted.strides[left - 1] = new_block * base;
      new_block *= wanted.sizes[left - 1];
    }
    if (new_block != old_block) return std::nullopt;
    if (d > 0) base = layout.strides[d - 1];
    old_block = new_block = 1;
  }
  return wanted;
}

}  // namespace

std::int64_t Layout::count() const {
  std::int64_t product = 1;
  for (std::uint32_t d = 0; d < rank; ++d) product *= sizes[d];
  return product;
}

bool Layout::is_contiguous() const {
  std::int64_t expected = 1;
  for (std::uint32_t d = rank; d-- > 0;) {
    if (sizes[d] == 0) return true;
    if (sizes[d] != 1 && strides[d] != expected) return false;
    expected *= sizes[d];
  }
  return true;
}

bool Layout::same_sizes(const Layout& other) const {
  return rank == other.rank && std::equal(sizes.begin(), sizes.begin() + rank, other.sizes.begin());
}

Result<Layout> row_major(IntList sizes) {
  if (const Error error = check_sizes(sizes); error.status != Status::ok) return error;
  Layout layout{.rank = static_cast<std::uint32_t>(sizes.size())};
  std::int64_t stride = 1;
  for (std::uint32_t d = layout.rank; d-- > 0;) {
    layout.sizes[d] = sizes[d];
    layout.strides[d] = stride;
    stride *= std::max<std::int64_t>(sizes[d], 1);
  }
  return layout;
}

Result<Layout> column_major(IntList sizes) {
  if (const Error error = check_sizes(sizes); error.status != Status::ok) return error;
  Layout layout;
  std::int64_t stride = 1;
  for (const std::int64_t size : sizes) {
    append(layout, size, stride);
    stride *= std::max<std::int64_t>(size, 1);
  }
  return layout;
}

Result<SubLayout> sliced(const Layout& layout, std::span<const Slice> slices) {
  const auto ellipses = static_cast<std::size_t>(std::count_if(
      slices.begin(), slices.end(), [](const Slice& s) { return s.kind() == Slice::Kind::rest; }));
  if (ellipses > 1) return Error{Status::bad_slice};
  const std::size_t named = slices.size() - ellipses;
  if (named > layout.rank) return Error{Status::too_many_indices, 0, layout.rank, named};

  SubLayout part;
  std::uint32_t d = 0;
  const auto take_whole = [&](std::size_t dimensions) {
    for (const std::uint32_t end = d + static_cast<std::uint32_t>(dimensions); d < end; ++d)
      append(part.layout, layout.sizes[d], layout.strides[d]);
  };
  for (const Slice& slice : slices) {
    if (slice.kind() == Slice::Kind::rest) {
      take_whole(layout.rank - named);
      continue;
    }
    if (const Error error = take(layout, d, slice, part); error.status != Status::ok) return error;
    ++d;
  }
  take_whole(layout.rank - d);
  return part;
}

Result<Layout> reshaped(const Layout& layout, IntList sizes) {
  const auto wanted = inferred(sizes, layout.count());
  if (!wanted || layout.count() == 0) return wanted;
  const auto view = viewed(layout, *wanted);
  if (!view) return Error{Status::not_viewable};
  return *view;
}

Result<Layout> permuted(const Layout& layout, IntList order) {
  if (order.size() != layout.rank) {
    return Error{Status::bad_permutation, 0, layout.rank, order.size()};
  }
  std::array<std::uint32_t, kMaxRank> dimensions{};
  for (std::uint32_t i = 0; i < layout.rank; ++i) {
    const auto d = dimension_of(order[i], layout.rank);
    if (!d) return d.error();
    const auto before = dimensions.begin() + i;
    if (std::find(dimensions.begin(), before, *d) != before) {
      return Error{Status::bad_permutation, i, layout.rank, order.size()};
    }
    dimensions[i] = *d;
  }
  return picked(layout, std::span(dimensions).first(layout.rank));
}

Result<Layout> transposed(const Layout& layout, std::int64_t a, std::int64_t b) {
  const auto first = dimension_of(a, layout.rank), second = dimension_of(b, layout.rank);
  if (!first) return first.error();
  if (!second) return second.error();
  Layout result = layout;
  std::swap(result.sizes[*first], result.sizes[*second]);
  std::swap(result.strides[*first], result.strides[*second]);
  return result;
}

Result<Layout> squeezed(const Layout& layout, std::int64_t dimension) {
  const auto gone = dimension_of(dimension, layout.rank);
  if (!gone) return gone.error();
  if (layout.sizes[*gone] != 1) return layout;
  Layout result;
  for (std::uint32_t d = 0; d < layout.rank; ++d)
    if (d != *gone) append(result, layout.sizes[d], layout.strides[d]);
  return result;
}

Layout squeezed(const Layout& layout) {
  Layout result;
  for (std::uint32_t d = 0; d < layout.rank; ++d)
    if (layout.sizes[d] != 1) append(result, layout.sizes[d], layout.strides[d]);
  return result;
}

Result<Layout> unsqueezed(const Layout& layout, std::int64_t dimension) {
  if (layout.rank == kMaxRank) return Error{Status::too_many_dimensions, 0, kMaxRank, kMaxRank + 1};
  const auto added = dimension_of(dimension, layout.rank + 1);
  if (!added) return added.error();
  Layout result;
  for (std::uint32_t d = 0; d <= layout.rank; ++d) {
    if (d == *added) append(result, 1, d < layout.rank ? layout.sizes[d] * layout.strides[d] : 1);
    if (d < layout.rank) append(result, layout.sizes[d], layout.strides[d]);
  }
  return result;
}

}  // namespace lentil
