// What moves no element or turns all of them: Reshape, Flatten, Squeeze, Unsqueeze, Transpose, Slice, Concat.
#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>

#include "formats/import/onnx_ops.h"

namespace lentil::formats::onnx {
namespace {

std::int64_t product(Dims::const_iterator begin, Dims::const_iterator end) {
  return std::accumulate(begin, end, std::int64_t{1}, std::multiplies<>());
}

Outcome<Dims> flattened(const Call& call, const Dims& from) {
  const std::int64_t axis = call.node.integer("axis", 1);
  const auto rank = static_cast<std::int64_t>(from.size());
  if (axis < -rank || axis > rank) return Failure{"there is no axis " + std::to_string(axis)};
  const auto middle = from.begin() + (axis < 0 ? axis + rank : axis);
  return Dims{product(from.begin(), middle), product(middle, from.end())};
}

Outcome<Dims> squeezed(const Call& call, const Dims& from) {
  const auto axes = integers_of(call, 1, "axes");
  if (!axes) return axes.error();
  std::vector<bool> gone(from.size(), false);
  for (const std::int64_t given : *axes) {
    const auto axis = axis_of(given, from.size());
    if (!axis) return axis.error();
    if (from[*axis] != 1)
      return Failure{"it cannot leave out axis " + std::to_string(given) + " of " + spell(from)};
    gone[*axis] = true;
  }
  // Without axes all ones go; a batch is one only here.
  const bool batched = call.batch != 1 && !call.inputs[0]->constant;
  Dims out;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const bool stays = axes->empty() ? from[i] != 1 || (i == 0 && batched) : !gone[i];
    if (stays) out.push_back(from[i]);
  }
  return out;
}

Outcome<Dims> unsqueezed(const Call& call, const Dims& from) {
  const auto axes = integers_of(call, 1, "axes");
  if (!axes) return axes.error();
  const std::size_t rank = from.size() + axes->size();
  if (rank > kMostDims) return Failure{"it makes " + std::to_string(rank) + " dimensions"};
  Dims out(rank, 0);
  for (const std::int64_t given : *axes) {
    const auto axis = axis_of(given, rank);
    if (!axis) return axis.error();
    if (out[*axis] != 0) return Failure{"it names an axis twice"};
    out[*axis] = 1;
  }
  auto next = from.begin();
  for (std::int64_t& d : out) d = d == 1 ? 1 : *next++;
  return out;
}

// 0 keeps a dimension, -1 is what is left. A file for batches of ten says [10, 400] where we have [1, 400].
Outcome<Dims> resolved(const Call& call, const Dims& from) {
  auto target = integers_of(call, 1, "shape");
  if (!target) return target.error();
  const Failure unsuited{"it cannot make " + spell(*target) + " of " + spell(from)};
  if (target->size() > kMostDims) return unsuited;
  const std::int64_t count = count_of(from);
  const bool zero_is_zero = call.node.integer("allowzero", 0) != 0;
  if (call.batch > 1 && !target->empty() && target->front() == call.batch && !call.inputs[0]->constant)
    target->front() = 1;
  for (std::size_t i = 0; i < target->size(); ++i) {
    if ((*target)[i] != 0 || zero_is_zero) continue;
    if (i >= from.size()) return unsuited;
    (*target)[i] = from[i];
  }
  const auto open = std::ranges::find(*target, -1);
  if (open != target->end()) {
    *open = 1;
    const std::int64_t known = count_of(*target);
    if (known <= 0 || count % known != 0) return unsuited;
    *open = count / known;
  }
  return count_of(*target) == count ? target : Outcome<Dims>(unsuited);
}

std::vector<std::size_t> longer_than_one(const Dims& dims, const std::vector<std::size_t>& order) {
  std::vector<std::size_t> axes;
  std::ranges::copy_if(order, std::back_inserter(axes), [&](std::size_t axis) { return dims[axis] != 1; });
  return axes;
}

// The first elements of a C x H x W of which `dims`, without ones, are [channels..., rows, columns].
Shape split_shape(std::int64_t channels, const Dims& rest) {
  const auto u32 = [](std::int64_t v) { return static_cast<std::uint32_t>(v); };
  if (rest.size() == 2) return {u32(channels), u32(rest[0]), u32(rest[1])};
  return {u32(channels), u32(product(rest.begin(), rest.end())), 1};
}

// The elements as [C][H * W] in our order become [H * W][C] for ONNX, or the other way round. `axes` are
// those longer than one, and the first `leading` of them go behind the others.
Outcome<Value> rotate(const Call& call, const Value& value, const std::vector<std::size_t>& axes,
                      std::size_t leading) {
  std::int64_t first = 1;
  Dims rest;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t d = value.dims[axes[i]];
    if (i < leading) {
      first *= d;
    } else {
      rest.push_back(d);
    }
  }
  Value out = value;
  if (!in_our_order(value)) {
    if (first == static_cast<std::int64_t>(value.shape.plane())) {
      out.hwc = false;
      return out;
    }
    auto flat = call.network.flat(value);
    if (!flat) return flat;
    out = std::move(*flat);
  }
  if (first != static_cast<std::int64_t>(out.shape.channels)) {
    auto picture = call.network.picture(out, split_shape(first, rest));
    if (!picture) return picture;
    out = std::move(*picture);
  }
  out.hwc = true;
  return out;
}

// Along `axis`, if nothing in front of it is longer than one: then the elements just follow each other.
Outcome<Value> concat_layers(const Call& call, std::vector<Value> parts, std::size_t axis) {
  Dims dims = parts[0].dims;
  std::vector<const Value*> views;
  const bool pictures = dims.size() == 4;
  dims[axis] = 0;
  for (Value& part : parts) {
    dims[axis] += part.dims[axis];
    auto made = pictures && axis == 1 ? picture_of(call, part) : call.network.flat(part);
    if (!made) return made;
    part = std::move(*made);
  }
  for (const Value& part : parts) views.push_back(&part);
  auto joined = call.network.join(LayerType::concat, views);
  if (joined) joined->dims = std::move(dims);
  return joined;
}

Outcome<std::vector<Value>> parts_to_join(const Call& call) {
  std::vector<Value> parts;
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    const auto part = layer_input(call, i);
    if (!part) return part.error();
    parts.push_back(**part);
  }
  if (parts.empty()) return Failure{"it joins nothing"};
  return parts;
}

}  // namespace

Outcome<Dims> reshaped(const Call& call, const Dims& from) {
  const std::string& op = call.node.op();
  if (op == "Flatten") return flattened(call, from);
  if (op == "Squeeze") return squeezed(call, from);
  return op == "Unsqueeze" ? unsqueezed(call, from) : resolved(call, from);
}

Outcome<std::vector<std::size_t>> permutation_of(const Call& call, std::size_t rank) {
  const Dims given = call.node.integers("perm");
  std::vector<std::size_t> order(rank);
  std::iota(order.rbegin(), order.rend(), std::size_t{0});
  if (given.empty()) return order;
  const Failure wrong{"perm " + spell(given) + " does not order " + std::to_string(rank) + " dimensions"};
  if (given.size() != rank) return wrong;
  std::vector<bool> seen(rank, false);
  for (std::size_t i = 0; i < rank; ++i) {
    const auto axis = axis_of(given[i], rank);
    if (!axis || seen[*axis]) return wrong;
    seen[*axis] = true;
    order[i] = *axis;
  }
  return order;
}

Outcome<Slicing> slicing_of(const Call& call, const Dims& dims) {
  const auto starts = integers_of(call, 1, "starts"), ends = integers_of(call, 2, "ends"),
             given_axes = integers_of(call, 3, "axes"), given_steps = integers_of(call, 4, "steps");
  for (const auto* list : {&starts, &ends, &given_axes, &given_steps}) {
    if (!*list) return list->error();
  }
  Slicing all{Dims(dims.size(), 0), dims, Dims(dims.size(), 1)};
  if (starts->size() != ends->size() || (!given_axes->empty() && given_axes->size() != starts->size()) ||
      (!given_steps->empty() && given_steps->size() != starts->size()))
    return Failure{"its starts, ends, axes and steps are not equally many"};
  for (std::size_t i = 0; i < starts->size(); ++i) {
    const auto axis =
        axis_of(given_axes->empty() ? static_cast<std::int64_t>(i) : (*given_axes)[i], dims.size());
    if (!axis) return axis.error();
    const std::int64_t size = dims[*axis], step = given_steps->empty() ? 1 : (*given_steps)[i];
    if (step == 0 || step > size + 1 || step < -size - 1) return Failure{"a step of " + std::to_string(step)};
    const std::int64_t low = step < 0 ? -1 : 0, high = step < 0 ? size - 1 : size;
    const auto clamped = [&](std::int64_t at) {
      return at < -size ? low : std::clamp<std::int64_t>(at < 0 ? at + size : at, low, high);
    };
    const std::int64_t start = std::max<std::int64_t>(clamped((*starts)[i]), 0), end = clamped((*ends)[i]);
    const std::int64_t span = step > 0 ? end - start : start - end, width = step > 0 ? step : -step;
    all.starts[*axis] = start;
    all.steps[*axis] = step;
    all.counts[*axis] = span <= 0 ? 0 : (span + width - 1) / width;
  }
  return all;
}

Outcome<Value> convert_reshape(const Call& call) {
  const auto value = layer_input(call, 0);
  if (!value) return value.error();
  auto dims = reshaped(call, (*value)->dims);
  if (!dims) return dims.error();
  Value out = **value;
  out.dims = std::move(*dims);
  return out;
}

Outcome<Value> convert_transpose(const Call& call) {
  const auto value = layer_input(call, 0);
  if (!value) return value.error();
  const Dims& dims = (*value)->dims;
  const auto order = permutation_of(call, dims.size());
  if (!order) return order.error();
  std::vector<std::size_t> plain(dims.size());
  std::iota(plain.begin(), plain.end(), std::size_t{0});
  const auto before = longer_than_one(dims, plain), after = longer_than_one(dims, *order);
  Value out = **value;
  if (before != after) {
    auto turned = before;
    const std::ptrdiff_t leading = std::ranges::find(before, after[0]) - before.begin();
    std::rotate(turned.begin(), turned.begin() + leading, turned.end());
    if (turned != after) {
      return Failure{"it turns " + spell(dims) + " by " + spell(call.node.integers("perm")) +
                     "; only channels can change places with rows and columns"};
    }
    auto rotated = rotate(call, **value, before, static_cast<std::size_t>(leading));
    if (!rotated) return rotated;
    out = std::move(*rotated);
  }
  out.dims.clear();
  for (const std::size_t axis : *order) out.dims.push_back(dims[axis]);
  return out;
}

Outcome<Value> convert_identity(const Call& call) {
  if (!call.has(0)) return Failure{"its input is missing"};
  return *call.inputs[0];
}

Outcome<Value> convert_cast(const Call& call) {
  constexpr std::array<std::int64_t, 4> kFloats{1, 10, 11, 16};
  const auto value = layer_input(call, 0, true);
  if (!value) return value.error();
  if (std::ranges::find(kFloats, call.node.integer("to", 1)) == kFloats.end())
    return Failure{"it makes integers of a layer's output, and Lentil computes with floats"};
  return **value;
}

Outcome<Value> convert_slice(const Call& call) {
  const auto value = layer_input(call, 0);
  if (!value) return value.error();
  const auto slicing = slicing_of(call, (*value)->dims);
  if (!slicing) return slicing.error();
  const bool forward = std::ranges::all_of(slicing->steps, [](std::int64_t step) { return step > 0; });
  if (slicing->counts == (*value)->dims && forward) return **value;
  return Failure{"it takes a part of " + spell((*value)->dims) +
                 ", for which Lentil has no layer: if it prepares pictures, export the model from behind it"};
}

Outcome<Value> convert_concat(const Call& call) {
  auto parts = parts_to_join(call);
  if (!parts) return parts.error();
  const Dims& dims = (*parts)[0].dims;
  const auto axis = axis_of(call.node.integer("axis", 1), dims.size());
  if (!axis) return axis.error();
  const bool inner = std::ranges::any_of(dims.begin(), dims.begin() + static_cast<std::ptrdiff_t>(*axis),
                                         [](std::int64_t d) { return d != 1; });
  bool turned = *axis + 1 == dims.size();  // H, W, C side by side along the channels
  for (const Value& part : *parts) {
    const bool channels_last = part.hwc || part.shape.channels == 1 || part.shape.plane() == 1;
    turned = turned && channels_last && part.dims.back() == static_cast<std::int64_t>(part.shape.channels);
    Dims rest = part.dims;
    if (rest.size() == dims.size()) rest[*axis] = dims[*axis];
    if (rest != dims)
      return Failure{"its inputs " + spell(dims) + " and " + spell(part.dims) + " do not suit"};
  }
  if (!turned && inner)
    return Failure{"it joins " + spell(dims) + " along axis " + std::to_string(*axis) +
                   ", and only channels can be joined"};
  if (!turned) return concat_layers(call, std::move(*parts), *axis);
  Dims joined_dims = dims;
  joined_dims.back() = 0;
  std::vector<const Value*> views;
  for (const Value& part : *parts) {
    joined_dims.back() += part.dims.back();
    views.push_back(&part);
  }
  auto joined = call.network.join(LayerType::concat, views);
  if (joined) joined->dims = std::move(joined_dims);
  if (joined) joined->hwc = true;
  return joined;
}

}  // namespace lentil::formats::onnx
