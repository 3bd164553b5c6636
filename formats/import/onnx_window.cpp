#include "formats/import/onnx_window.h"

#include <algorithm>

#include "formats/layer_rules.h"

namespace lentil::formats::onnx {
namespace {

// Padding before and behind, along rows and columns.
struct Pads {
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;
};

// Rows and columns; a window over one dimension is one over columns.
Outcome<Dims> pair_of(const Call& call, std::string_view name, Dims absent, std::size_t spatial) {
  Dims given = call.node.integers(name);
  if (given.empty()) given = std::move(absent);
  if (given.size() != spatial)
    return Failure{std::string(name) + " " + spell(given) + " does not suit its input"};
  if (spatial == 1) given.insert(given.begin(), 1);
  for (const std::int64_t v : given) {
    if (v < 1 || v > kMaxExtent) return Failure{std::string(name) + " " + spell(given) + " is out of bounds"};
  }
  return given;
}

Outcome<Pads> explicit_pads(const Call& call, std::size_t spatial) {
  Dims given = call.node.integers("pads");
  if (given.empty()) return Pads{};
  const bool fits = given.size() == 2 * spatial &&
                    std::ranges::all_of(given, [](std::int64_t v) { return v >= 0 && v <= kMaxExtent; });
  if (!fits) return Failure{"pads " + spell(given) + " do not suit its input"};
  if (spatial == 1) return Pads{0, given[0], 0, given[1]};
  return Pads{given[0], given[1], given[2], given[3]};
}

// Outputs are as many as strides fit into the input; an odd element goes behind, or in front for SAME_LOWER.
void pad_to_same(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                 bool lower, std::int64_t& before, std::int64_t& behind) {
  const std::int64_t outputs = (size + stride - 1) / stride;
  const std::int64_t total =
      std::max<std::int64_t>(0, (outputs - 1) * stride + (kernel - 1) * dilation + 1 - size);
  before = (total + (lower ? 1 : 0)) / 2;
  behind = total - before;
}

Extent extent_of(const Dims& pair) {
  return {static_cast<std::uint32_t>(pair[0]), static_cast<std::uint32_t>(pair[1])};
}

}  // namespace

Outcome<Window> window_of(const Call& call, const Value& value, Dims kernel) {
  const std::size_t rank = value.dims.size();
  if (rank != 3 && rank != 4)
    return Failure{"its input has the dimensions " + spell(value.dims) +
                   " and not those of one picture, [1, C, H, W]"};
  const std::size_t spatial = rank - 2;
  const auto k = pair_of(call, "kernel_shape", std::move(kernel), spatial);
  if (!k) return k.error();
  const auto s = pair_of(call, "strides", Dims(spatial, 1), spatial),
             d = pair_of(call, "dilations", Dims(spatial, 1), spatial);
  if (!s) return s.error();
  if (!d) return d.error();
  auto pads = explicit_pads(call, spatial);
  if (!pads) return pads.error();
  const std::string automatic = call.node.text("auto_pad", "NOTSET");
  if (automatic == "VALID") {
    *pads = {};
  } else if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    const bool lower = automatic == "SAME_LOWER";
    pad_to_same(rank == 4 ? value.dims[2] : 1, (*k)[0], (*s)[0], (*d)[0], lower, pads->top, pads->bottom);
    pad_to_same(value.dims.back(), (*k)[1], (*s)[1], (*d)[1], lower, pads->left, pads->right);
  } else if (automatic != "NOTSET" && !automatic.empty()) {
    return Failure{"auto_pad " + automatic + " is not known"};
  }
  const auto sum = [](std::int64_t own, std::uint32_t in_front) {
    return static_cast<std::uint32_t>(own) + in_front;
  };
  return Window{extent_of(*k),
                extent_of(*s),
                extent_of(*d),
                {sum(pads->top, value.padding.top), sum(pads->left, value.padding.left),
                 sum(pads->bottom, value.padding.bottom), sum(pads->right, value.padding.right)}};
}

}  // namespace lentil::formats::onnx
