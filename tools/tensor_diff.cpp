#include "tools/tensor_diff.h"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <string_view>

#include "tools/magnitude.h"

namespace lentil::tools {
namespace {

using formats::NamedTensor;
using Tensors = std::span<const NamedTensor>;
using Partners = std::vector<std::optional<std::size_t>>;  // of each tensor of A, in B

TensorDiff compare(const NamedTensor& a, const NamedTensor& b) {
  TensorDiff diff{.a = a.name, .b = b.name, .shape_a = a.shape, .shape_b = b.shape};
  if (a.shape != b.shape || a.values.empty()) return diff;
  double most = 0, sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const float x = a.values[i], y = b.values[i];
    most = std::max(most, magnitude(x));
    if (std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y)) continue;
    const double distance = magnitude(double{x} - double{y});
    ++diff.different;
    diff.largest = std::max(diff.largest, distance);
    sum += distance;
  }
  diff.mean = sum / static_cast<double>(a.values.size());
  if (diff.largest > 0) diff.relative = magnitude(diff.largest / most);
  return diff;
}

// "module." if all names begin so.
std::string common_prefix(Tensors tensors) {
  if (tensors.empty()) return "";
  const std::string prefix = tensors[0].name.substr(0, tensors[0].name.find('.') + 1);
  const bool all =
      std::ranges::all_of(tensors, [&](const NamedTensor& t) { return t.name.starts_with(prefix); });
  return all ? prefix : "";
}

Partners by_name(Tensors a, std::size_t skip_a, Tensors b, std::size_t skip_b) {
  std::map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < b.size(); ++i) places[std::string_view(b[i].name).substr(skip_b)] = i;
  Partners partners;
  for (const NamedTensor& tensor : a) {
    const auto found = places.find(std::string_view(tensor.name).substr(skip_a));
    partners.push_back(found == places.end() ? std::nullopt : std::optional(found->second));
  }
  return partners;
}

// The first of A of some shape belongs to the first of B of this shape, and so on.
Partners by_shape(Tensors a, Tensors b) {
  std::map<std::vector<std::uint32_t>, std::vector<std::size_t>> places;
  for (std::size_t i = b.size(); i-- > 0;) places[b[i].shape].push_back(i);
  Partners partners;
  for (const NamedTensor& tensor : a) {
    std::vector<std::size_t>& left = places[tensor.shape];
    partners.push_back(left.empty() ? std::nullopt : std::optional(left.back()));
    if (!left.empty()) left.pop_back();
  }
  return partners;
}

std::ptrdiff_t matches(const Partners& partners) {
  return std::ranges::count_if(partners, [](const auto& partner) { return partner.has_value(); });
}

// Sets how they were matched.
Partners match(Tensors a, Tensors b, TensorsDiff& diff) {
  const std::string of_a = common_prefix(a), of_b = common_prefix(b);
  Partners best = by_name(a, 0, b, 0);
  for (const auto& [skip_a, skip_b] : {std::pair{of_a, std::string()}, {std::string(), of_b}, {of_a, of_b}}) {
    Partners partners = by_name(a, skip_a.size(), b, skip_b.size());
    if (matches(partners) <= matches(best)) continue;
    best = std::move(partners);
    diff.prefix_a = skip_a;
    diff.prefix_b = skip_b;
  }
  if (matches(best) > 0) return best;
  best = by_shape(a, b);
  diff.by_shape = matches(best) > 0;
  return best;
}

}  // namespace

bool TensorsDiff::equal() const {
  return only_a.empty() && only_b.empty() && std::ranges::all_of(both, &TensorDiff::equal);
}

TensorsDiff diff_tensors(Tensors a, Tensors b) {
  TensorsDiff diff;
  const Partners partners = match(a, b, diff);
  std::vector<bool> met(b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (partners[i]) {
      diff.both.push_back(compare(a[i], b[*partners[i]]));
      met[*partners[i]] = true;
    } else {
      diff.only_a.push_back(a[i].name);
    }
  }
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (!met[i]) diff.only_b.push_back(b[i].name);
  }
  return diff;
}

}  // namespace lentil::tools
