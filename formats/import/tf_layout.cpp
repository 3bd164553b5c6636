#include "formats/import/tf_layout.h"

#include <algorithm>
#include <array>
#include <limits>

namespace lentil::formats {
namespace {

using Sizes = std::vector<std::uint32_t>;

std::uint64_t product(const Sizes& sizes) {
  std::uint64_t count = 1;
  for (const std::uint32_t size : sizes) {
    if (size != 0 && count > std::numeric_limits<std::uint64_t>::max() / size)
      return std::numeric_limits<std::uint64_t>::max();
    count *= size;
  }
  return count;
}

// The constant's sizes with ones in front, up to three; empty: too many axes.
Sizes aligned(const Sizes& sizes, std::size_t axes) {
  Sizes result = sizes;
  while (result.size() > axes && result.front() == 1) result.erase(result.begin());
  if (result.size() > axes) return {};
  result.insert(result.begin(), axes - result.size(), 1);
  return result;
}

bool broadcasts(const Sizes& from, const Sizes& to) {
  for (std::size_t axis = 0; axis < to.size(); ++axis) {
    if (from[axis] != 1 && from[axis] != to[axis]) return false;
  }
  return true;
}

// Rows, columns and channels as axes of the file.
struct Axes {
  std::size_t channel, row, column;
};
constexpr Axes kLast{2, 0, 1}, kFirst{0, 1, 2};

// One for each element, in our order. `from` are the constant's sizes, as many as the value has.
std::vector<float> repeated(const TfValue& value, Sizes from, const Elements& constant) {
  // Three axes always, so that one loop serves; strides of the constant's own.
  Sizes full = value.sizes, own = std::move(from);
  Axes order = value.order == AxisOrder::channels_last ? kLast : kFirst;
  if (full.size() < 3) order = kFirst;
  full.insert(full.begin(), 3 - full.size(), 1);
  own.insert(own.begin(), 3 - own.size(), 1);
  const auto stride = [&](std::size_t axis) -> std::size_t {
    if (own[axis] == 1) return 0;
    std::size_t step = 1;
    for (std::size_t later = axis + 1; later < 3; ++later) step *= own[later];
    return step;
  };
  const std::size_t per_channel = stride(order.channel), per_row = stride(order.row),
                    per_column = stride(order.column);
  std::vector<float> ours;
  ours.reserve(value.count());
  for (std::size_t c = 0; c < full[order.channel]; ++c) {
    for (std::size_t row = 0; row < full[order.row]; ++row) {
      for (std::size_t column = 0; column < full[order.column]; ++column)
        ours.push_back(constant.at(c * per_channel + row * per_row + column * per_column));
    }
  }
  return ours;
}

}  // namespace

Shape TfValue::shape() const {
  if (sizes.size() == 1) return {sizes[0], 1, 1};
  if (sizes.size() == 2) return {1, sizes[0], sizes[1]};
  if (sizes.size() != 3) return {0, 0, 0};
  const Axes axes = order == AxisOrder::channels_last ? kLast : kFirst;
  return {sizes[axes.channel], sizes[axes.row], sizes[axes.column]};
}

std::uint64_t TfValue::count() const { return product(sizes); }

bool TfValue::is_permuted() const {
  const Shape s = shape();
  return sizes.size() == 3 && order == AxisOrder::channels_last && s.channels != 1 && s.plane() != 1;
}

bool is_permutation_of(const std::vector<std::size_t>& axes, std::size_t count) {
  std::vector<std::size_t> sorted = axes;
  std::ranges::sort(sorted);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != i) return false;
  }
  return sorted.size() == count;
}

std::vector<float> broadcast(const TfValue& value, const Sizes& sizes, const Elements& constant,
                             TfNetwork& network, const std::string& layer) {
  if (network.failed()) return {};
  const auto mistake = [&] {
    network.fail(layer,
                 "a constant of " + spell_sizes(sizes) + " for a value of " + spell_sizes(value.sizes));
    return std::vector<float>{};
  };
  const std::size_t axes = value.sizes.size();
  const Sizes from = aligned(sizes, axes);
  if (from.size() != axes || !broadcasts(from, value.sizes) || product(from) != constant.count)
    return mistake();
  if (constant.count == 1) return {constant.at(0)};
  const std::size_t channel = value.channel_axis();
  if (constant.count == from[channel] && from[channel] == value.shape().channels) {
    if (!network.claim(layer, constant.count)) return {};
    std::vector<float> channels(constant.count);
    for (std::size_t c = 0; c < channels.size(); ++c) channels[c] = constant.at(c);
    return channels;
  }
  if (!network.claim(layer, value.count())) return {};
  return repeated(value, from, constant);
}

}  // namespace lentil::formats
