// Operators that arrange what others compute. Their axes count the batch as the first one.
#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "formats/import/tflite_graph.h"

namespace lentil::formats {
namespace {

using tflite::Operator;
using Sizes = std::vector<std::uint32_t>;

constexpr std::int64_t kOpen = -1;  // of a reshape: what is left

// Axis `axis` of `axes`, which may be counted from the end.
std::optional<std::size_t> axis_of(std::int64_t axis, std::size_t axes) {
  const auto count = static_cast<std::int64_t>(axes);
  if (axis < -count || axis >= count) return std::nullopt;
  return static_cast<std::size_t>(axis < 0 ? axis + count : axis);
}

// The sizes that these integers ask for, of `count` elements; empty: impossible.
Sizes filled(std::span<const std::int64_t> wanted, std::uint64_t count) {
  std::uint64_t known = 1;
  for (const std::int64_t size : wanted) {
    if (size == kOpen) continue;
    if (size < 1 || static_cast<std::uint64_t>(size) > count / known) return {};
    known *= static_cast<std::uint64_t>(size);
  }
  const auto open = std::ranges::count(wanted, kOpen);
  if (open > 1 || count % known != 0 || (open == 0 && known != count)) return {};
  if (count / known > std::numeric_limits<std::uint32_t>::max()) return {};
  Sizes sizes;
  for (const std::int64_t size : wanted)
    sizes.push_back(
        static_cast<std::uint32_t>(size == kOpen ? static_cast<std::int64_t>(count / known) : size));
  return sizes;
}

void shape_value(TfliteGraph& graph, const Operator& op, const TfValue& in,
                 std::span<const std::int64_t> wanted) {
  Sizes sizes = wanted.size() > 1 ? filled(wanted.subspan(1), in.count()) : Sizes{};
  if (sizes.empty()) sizes = filled(wanted, in.count());  // files without a batch
  if (sizes.empty()) return graph.mistake("it does not suit its input of " + spell_sizes(in.sizes));
  graph.set(op, graph.network().reshape(in, sizes, likely_order(sizes)));
}

void reshape(TfliteGraph& graph, const Operator& op) {
  const auto* options = op.builtin_options_as_ReshapeOptions();
  TfliteIntegers wanted;
  if (TfliteGraph::input(op, 1) != -1) {
    wanted = graph.integers(op, 1);
  } else if (options != nullptr && options->new_shape() != nullptr && options->new_shape()->size() <= 8) {
    wanted.assign(options->new_shape()->begin(), options->new_shape()->end());
  }
  if (graph.network().failed()) return;
  if (graph.is_value(TfliteGraph::input(op, 0))) return shape_value(graph, op, graph.value(op, 0), wanted);
  TfliteConstant constant = graph.constant(op, 0);
  std::uint64_t count = 1;
  for (const std::uint32_t size : constant.sizes) {
    if (size != 0 && count > std::numeric_limits<std::uint32_t>::max() / size) count = 0;
    count *= size;
  }
  if (count != 0) constant.sizes = filled(wanted, count);
  if (count == 0 || constant.sizes.empty()) return graph.mistake("impossible sizes");
  graph.set(op, constant);
}

void squeeze(TfliteGraph& graph, const Operator& op) {
  const TfValue in = graph.value(op, 0);
  const auto* options = op.builtin_options_as_SqueezeOptions();
  const auto* axes = options == nullptr ? nullptr : options->squeeze_dims();
  std::vector<bool> gone(in.sizes.size() + 1, axes == nullptr || axes->size() == 0);
  if (axes != nullptr && axes->size() > gone.size()) return graph.mistake("too many axes");
  for (std::uint32_t i = 0; axes != nullptr && i < axes->size(); ++i) {
    const auto axis = axis_of(axes->Get(i), gone.size());
    if (!axis || (*axis > 0 && in.sizes[*axis - 1] != 1)) return graph.mistake("an axis that cannot go");
    gone[*axis] = true;
  }
  Sizes sizes;
  for (std::size_t i = 0; i < in.sizes.size(); ++i) {
    if (!gone[i + 1] || in.sizes[i] != 1) sizes.push_back(in.sizes[i]);
  }
  if (sizes.empty()) sizes.push_back(1);
  graph.set(op, graph.network().reshape(in, sizes, AxisOrder::channels_last));
}

void expand_dims(TfliteGraph& graph, const Operator& op) {
  const TfValue in = graph.value(op, 0);
  const TfliteIntegers axes = graph.integers(op, 1);
  if (graph.network().failed()) return;
  const auto axis = axes.size() == 1 ? axis_of(axes[0], in.sizes.size() + 2) : std::nullopt;
  if (!axis || *axis == 0) return graph.mistake("an axis in front of the batch, or none");
  Sizes sizes = in.sizes;
  sizes.insert(sizes.begin() + static_cast<std::ptrdiff_t>(*axis) - 1, 1);
  graph.set(op, graph.network().reshape(in, sizes, likely_order(sizes)));
}

void concatenate(TfliteGraph& graph, const Operator& op) {
  constexpr std::uint32_t kMost = 256;
  const auto* options = op.builtin_options_as_ConcatenationOptions();
  if (options == nullptr || op.inputs() == nullptr || op.inputs()->size() > kMost)
    return graph.mistake("it has no options, or no number of inputs that is supported");
  std::vector<TfValue> values;
  for (std::uint32_t i = 0; i < op.inputs()->size(); ++i) values.push_back(graph.value(op, i));
  if (graph.network().failed() || values.empty()) return graph.mistake("it has no inputs");
  const auto axis = axis_of(options->axis(), values[0].sizes.size() + 1);
  if (!axis || *axis != values[0].channel_axis() + 1 || values[0].sizes.size() == 2)
    return graph.mistake("along axis " + std::to_string(options->axis()) +
                         ", and only the channels' one is supported");
  graph.set(op, graph.activated(graph.network().join(LayerType::concat, values),
                                options->fused_activation_function()));
}

void pad(TfliteGraph& graph, const Operator& op) {
  const TfValue in = graph.value(op, 0);
  const TfliteIntegers pairs = graph.integers(op, 1);
  const Elements filling = graph.elements(op, 2, true);
  if (graph.network().failed()) return;
  if (filling.count != 0 && filling.at(0) != 0) return graph.mistake("with another number than 0");
  constexpr std::int64_t kMost = 4096;
  const bool sound = std::ranges::all_of(pairs, [](std::int64_t n) { return n >= 0 && n <= kMost; });
  if (!sound || in.sizes.size() != 3 || pairs.size() != 8) return graph.mistake("impossible sizes");
  const std::size_t channel = in.channel_axis() + 1;
  if (pairs[0] + pairs[1] + pairs[2 * channel] + pairs[2 * channel + 1] != 0)
    return graph.mistake("of the batch or the channels, which no layer does");
  const std::size_t row = channel == 1 ? 4 : 2;
  const auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(pairs[i]); };
  graph.set(op, graph.network().pad(
                    in, {.top = at(row), .left = at(row + 2), .bottom = at(row + 1), .right = at(row + 3)}));
}

void mean(TfliteGraph& graph, const Operator& op) {
  const TfValue in = graph.value(op, 0);
  const TfliteIntegers axes = graph.integers(op, 1);
  const auto* options = op.builtin_options_as_ReducerOptions();
  if (graph.network().failed()) return;
  std::vector<bool> mean_over(in.sizes.size() + 1);
  for (const std::int64_t wanted : axes) {
    if (const auto axis = axis_of(wanted, mean_over.size())) mean_over[*axis] = true;
  }
  std::vector<bool> planes(in.sizes.size() + 1, true);
  planes[0] = planes[in.channel_axis() + 1] = false;
  if (mean_over != planes) return graph.mistake("only over height and width");
  graph.set(op, graph.network().global_average(in, options != nullptr && options->keep_dims()));
}

void transpose(TfliteGraph& graph, const Operator& op) {
  const TfValue in = graph.value(op, 0);
  const TfliteIntegers wanted = graph.integers(op, 1);
  if (graph.network().failed()) return;
  if (wanted.empty() || wanted[0] != 0) return graph.mistake("of the batch");
  std::vector<std::size_t> axes;
  for (const std::int64_t axis : std::span(wanted).subspan(1)) {
    if (axis < 1) return graph.mistake("of the batch, or of an axis that is none");
    axes.push_back(static_cast<std::size_t>(axis) - 1);
  }
  graph.set(op, graph.network().transpose(in, axes));
}

void dequantize(TfliteGraph& graph, const Operator& op) { graph.set(op, graph.constant(op, 0)); }

void shape(TfliteGraph& graph, const Operator& op) {
  const TfValue in = graph.value(op, 0);
  TfliteIntegers sizes{kOpen};
  sizes.insert(sizes.end(), in.sizes.begin(), in.sizes.end());
  graph.set(op, sizes);
}

// Of a list of sizes: one of them, or a run.
void strided_slice(TfliteGraph& graph, const Operator& op) {
  const TfliteIntegers list = graph.integers(op, 0), begin = graph.integers(op, 1),
                       end = graph.integers(op, 2);
  const auto* options = op.builtin_options_as_StridedSliceOptions();
  if (graph.network().failed()) return;
  if (options == nullptr || begin.size() != 1 || end.size() != 1)
    return graph.mistake("only of a list of sizes");
  const auto size = static_cast<std::int64_t>(list.size());
  const auto bound = [&](std::int64_t at) {
    return std::clamp(at < 0 ? at + size : at, std::int64_t{0}, size);
  };
  const std::int64_t first = (options->begin_mask() & 1) != 0 ? 0 : bound(begin[0]);
  std::int64_t last = (options->end_mask() & 1) != 0 ? size : bound(end[0]);
  if ((options->shrink_axis_mask() & 1) != 0) last = std::min(first + 1, size);
  if (first >= last) return graph.mistake("of nothing");
  graph.set(op, TfliteIntegers(list.begin() + first, list.begin() + last));
}

void pack(TfliteGraph& graph, const Operator& op) {
  constexpr std::uint32_t kMost = 8;
  TfliteIntegers list;
  if (op.inputs() == nullptr || op.inputs()->size() > kMost) return graph.mistake("only of a few sizes");
  for (std::uint32_t i = 0; i < op.inputs()->size(); ++i) {
    const TfliteIntegers one = graph.integers(op, i);
    if (one.size() != 1) return graph.mistake("only of single sizes");
    list.push_back(one[0]);
  }
  graph.set(op, list);
}

constexpr std::array<TfliteRow, 12> kRows{{
    {tflite::BuiltinOperator_RESHAPE, reshape},
    {tflite::BuiltinOperator_SQUEEZE, squeeze},
    {tflite::BuiltinOperator_EXPAND_DIMS, expand_dims},
    {tflite::BuiltinOperator_CONCATENATION, concatenate},
    {tflite::BuiltinOperator_PAD, pad},
    {tflite::BuiltinOperator_PADV2, pad},
    {tflite::BuiltinOperator_MEAN, mean},
    {tflite::BuiltinOperator_TRANSPOSE, transpose},
    {tflite::BuiltinOperator_DEQUANTIZE, dequantize},
    {tflite::BuiltinOperator_SHAPE, shape},
    {tflite::BuiltinOperator_STRIDED_SLICE, strided_slice},
    {tflite::BuiltinOperator_PACK, pack},
}};

}  // namespace

std::span<const TfliteRow> tflite_shapes() { return kRows; }

}  // namespace lentil::formats
