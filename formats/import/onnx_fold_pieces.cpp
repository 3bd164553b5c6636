// Constants whose elements move: turned round, joined, picked out, or combined with others.
#include <algorithm>
#include <limits>

#include "formats/import/onnx_ops.h"

namespace lentil::formats::onnx {
namespace {

Dims strides_of(const Dims& dims) {
  Dims strides(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
  return strides;
}

// A tensor of these dims whose element at an index is that at offset + the sum of index * step.
template <class T>
void pick(const std::vector<T>& from, std::int64_t offset, const Dims& steps, const Dims& dims,
          std::vector<T>& to) {
  Dims at(dims.size(), 0);
  for (T& value : to) {
    value = from[static_cast<std::size_t>(offset)];
    for (std::size_t axis = dims.size(); axis-- > 0;) {
      offset += steps[axis];
      if (++at[axis] < dims[axis]) break;
      offset -= steps[axis] * dims[axis];
      at[axis] = 0;
    }
  }
}

Outcome<Value> picked(const Call& call, const Tensor& from, std::int64_t offset, const Dims& steps,
                      Dims dims) {
  const Budget& budget = call.network.budget();
  if (from.ints) {
    auto room = int_room(budget, dims);
    if (!room) return room.error();
    pick(*from.ints, offset, steps, dims, **room);
    return Value{.constant = Tensor{std::move(dims), nullptr, std::move(*room)}};
  }
  auto room = float_room(budget, dims);
  if (!room) return room.error();
  pick(*from.floats, offset, steps, dims, **room);
  return Value{.constant = Tensor{std::move(dims), std::move(*room), nullptr}};
}

// The elements of `parts` along `axis`, one after the other, for each index before it.
template <class T, class Values>
void join_parts(const std::vector<const Tensor*>& parts, std::size_t axis, Values values_of,
                std::vector<T>& to) {
  std::size_t outer = 1;
  for (std::size_t i = 0; i < axis; ++i) outer *= static_cast<std::size_t>(parts[0]->dims[i]);
  auto out = to.begin();
  for (std::size_t o = 0; o < outer; ++o) {
    for (const Tensor* part : parts) {
      const auto& values = values_of(*part);
      const auto length = static_cast<std::ptrdiff_t>(values.size() / outer);
      out = std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(o) * length, length, out);
    }
  }
}

// Both together, each repeated along axes where it has one; fails where they do not suit.
Outcome<Dims> broadcast(const Dims& a, const Dims& b) {
  Dims out(std::max(a.size(), b.size()), 1);
  for (std::size_t back = 1; back <= out.size(); ++back) {
    const std::int64_t x = back <= a.size() ? a[a.size() - back] : 1,
                       y = back <= b.size() ? b[b.size() - back] : 1;
    if (x != y && x != 1 && y != 1)
      return Failure{"constants " + spell(a) + " and " + spell(b) + " do not suit"};
    out[out.size() - back] = x == 1 ? y : x;
  }
  return out;
}

Dims broadcast_steps(const Dims& dims, const Dims& to) {
  const Dims strides = strides_of(dims);
  Dims steps(to.size(), 0);
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] != 1) steps[to.size() - dims.size() + i] = strides[i];
  }
  return steps;
}

float combine(char op, float a, float b) {
  return op == 'A' ? a + b : op == 'S' ? a - b : op == 'M' ? a * b : a / b;
}

// Sizes stay far below this; what does not is no size.
constexpr std::int64_t kLargeInteger = std::int64_t{1} << 31;

Outcome<std::int64_t> combine(char op, std::int64_t a, std::int64_t b) {
  const bool large = a > kLargeInteger || a < -kLargeInteger || b > kLargeInteger || b < -kLargeInteger;
  if (large || (op == 'D' && b == 0)) return Failure{"it computes with integers beyond all bounds"};
  return op == 'A' ? a + b : op == 'S' ? a - b : op == 'M' ? a * b : a / b;
}

Outcome<Value> combine_integers(const Call& call, const Tensor& a, const Tensor& b, const Dims& dims) {
  auto room = int_room(call.network.budget(), dims);
  if (!room) return room.error();
  for (std::size_t i = 0; i < (*room)->size(); ++i) {
    const auto value = combine(call.node.op()[0], (*a.ints)[i], (*b.ints)[i]);
    if (!value) return value.error();
    (**room)[i] = *value;
  }
  return Value{.constant = Tensor{dims, nullptr, std::move(*room)}};
}

}  // namespace

Outcome<Value> fold_transpose(const Call& call) {
  const auto tensor = constant_input(call, 0);
  if (!tensor) return tensor.error();
  const auto order = permutation_of(call, (*tensor)->dims.size());
  if (!order) return order.error();
  const Dims strides = strides_of((*tensor)->dims);
  Dims dims, steps;
  for (const std::size_t axis : *order) {
    dims.push_back((*tensor)->dims[axis]);
    steps.push_back(strides[axis]);
  }
  return picked(call, **tensor, 0, steps, std::move(dims));
}

Outcome<Value> fold_slice(const Call& call) {
  const auto tensor = constant_input(call, 0);
  if (!tensor) return tensor.error();
  const auto slicing = slicing_of(call, (*tensor)->dims);
  if (!slicing) return slicing.error();
  Dims steps = strides_of((*tensor)->dims);
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    offset += slicing->starts[i] * steps[i];
    steps[i] *= slicing->steps[i];
  }
  return picked(call, **tensor, offset, steps, slicing->counts);
}

// One index after the other: those of shapes are few.
Outcome<Value> fold_gather(const Call& call) {
  const auto tensor = constant_input(call, 0);
  if (!tensor) return tensor.error();
  const auto indices = constant_input(call, 1);
  if (!indices) return indices.error();
  const Dims& from = (*tensor)->dims;
  const auto axis = axis_of(call.node.integer("axis", 0), from.size());
  if (!axis) return axis.error();
  if (!(*indices)->ints || (*indices)->dims.size() > 1)
    return Failure{"its indices must be integers in one dimension at most"};
  const Dims strides = strides_of(from);
  Dims dims = from;
  dims[*axis] = 1;
  std::vector<Value> parts;
  std::vector<const Value*> inputs;
  if ((*indices)->count() > kMostDims)
    return Failure{"it picks more than " + std::to_string(kMostDims) + " parts"};
  for (const std::int64_t index : *(*indices)->ints) {
    if (index < -from[*axis] || index >= from[*axis])
      return Failure{"its index " + std::to_string(index) + " is beyond " + spell(from)};
    auto part =
        picked(call, **tensor, (index < 0 ? index + from[*axis] : index) * strides[*axis], strides, dims);
    if (!part) return part.error();
    parts.push_back(std::move(*part));
  }
  if (parts.empty()) return Failure{"it picks nothing"};
  if ((*indices)->dims.empty()) {
    parts[0].constant->dims.erase(parts[0].constant->dims.begin() + static_cast<std::ptrdiff_t>(*axis));
    return std::move(parts[0]);
  }
  for (const Value& part : parts) inputs.push_back(&part);
  return fold_concat({call.node, inputs, call.graph, call.network, call.companions, call.batch});
}

Outcome<Value> fold_concat(const Call& call) {
  std::vector<const Tensor*> parts;
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    const auto part = constant_input(call, i);
    if (!part) return part.error();
    parts.push_back(*part);
  }
  if (parts.empty()) return Failure{"it joins nothing"};
  Dims dims = parts[0]->dims;
  const auto axis = axis_of(call.node.integer("axis", call.node.opset() < 4 ? 1 : 0), dims.size());
  if (!axis) return axis.error();
  dims[*axis] = 0;
  for (const Tensor* part : parts) {
    Dims rest = part->dims;
    if (rest.size() == dims.size()) rest[*axis] = dims[*axis];
    if (rest != dims || (part->ints != nullptr) != (parts[0]->ints != nullptr))
      return Failure{"the constants that it joins do not suit"};
    dims[*axis] += part->dims[*axis];
  }
  if (count_of(dims) == 0) return Failure{"it joins nothing"};
  if (parts[0]->ints) {
    auto room = int_room(call.network.budget(), dims);
    if (!room) return room.error();
    join_parts(
        parts, *axis, [](const Tensor& t) -> const auto& { return *t.ints; }, **room);
    return Value{.constant = Tensor{std::move(dims), nullptr, std::move(*room)}};
  }
  auto room = float_room(call.network.budget(), dims);
  if (!room) return room.error();
  join_parts(
      parts, *axis, [](const Tensor& t) -> const auto& { return *t.floats; }, **room);
  return Value{.constant = Tensor{std::move(dims), std::move(*room), nullptr}};
}

Outcome<Value> fold_binary(const Call& call) {
  const auto a = constant_input(call, 0);
  if (!a) return a.error();
  const auto b = constant_input(call, 1);
  if (!b) return b.error();
  const auto dims = broadcast((*a)->dims, (*b)->dims);
  if (!dims) return dims.error();
  const auto spread_a = picked(call, **a, 0, broadcast_steps((*a)->dims, *dims), *dims);
  if (!spread_a) return spread_a.error();
  const auto spread_b = picked(call, **b, 0, broadcast_steps((*b)->dims, *dims), *dims);
  if (!spread_b) return spread_b.error();
  const Tensor &x = *spread_a->constant, &y = *spread_b->constant;
  if (x.ints && y.ints) return combine_integers(call, x, y, *dims);
  if (!x.floats || !y.floats) return Failure{"it combines integers and fractions"};
  auto room = float_room(call.network.budget(), *dims);
  if (!room) return room.error();
  for (std::size_t i = 0; i < (*room)->size(); ++i)
    (**room)[i] = combine(call.node.op()[0], (*x.floats)[i], (*y.floats)[i]);
  return Value{.constant = Tensor{*dims, std::move(*room), nullptr}};
}

}  // namespace lentil::formats::onnx
