// From layers to steps: shapes, fusion, and which tensor holds whose output.
#include <algorithm>

#include "runtime/graph.h"
#include "runtime/plan_notes.h"

namespace lentil {
namespace {

Error infer_layer(PlanNotes& n, std::uint32_t index) {
  const Layer layer = n.model.layer(index);
  for (std::size_t i = 0; i < input_count(layer); ++i) {
    const std::int32_t from = layer_input(layer, index, i);
    if (from >= 0) ++n.uses[static_cast<std::size_t>(from)];
  }
  const Result<Shape> shape =
      infer_shape(layer, [&](std::size_t i) { return n.shape_of(layer_input(layer, index, i)); });
  if (!shape) return {shape.error().status, index, shape.error().needed, shape.error().given};
  if (!fits(*shape)) return {Status::tensor_too_large, index, kMostElements, elements(*shape)};
  n.shapes[index] = *shape;
  return {};
}

// Folding moves the normalisation into a first convolution. Padding would have to hold the value of a black
// pixel then, so a padded one gets normalised floats.
bool folds_normalization(const PlanNotes& n) {
  std::uint32_t readers = 0;
  bool foldable = false;
  for (std::uint32_t i = 0; i < n.model.layer_count; ++i) {
    const Layer layer = n.model.layer(i);
    for (std::size_t k = 0; k < input_count(layer); ++k) {
      readers += layer_input(layer, i, k) == kNetworkInput ? 1 : 0;
    }
    if (layer_input(layer, i) != kNetworkInput) continue;
    foldable = layer.type == LayerType::conv2d && layer.padding == Padding{} && layer.in_features <= 4;
  }
  return readers == 1 && foldable;
}

std::uint16_t add_tensor(PlanNotes& n, const Shape& shape) {
  new (&n.tensors[n.plan->tensor_count]) TensorSlot{.shape = shape};
  return n.plan->tensor_count++;
}

// Appends the step; gives it a tensor for its output unless it has one.
std::uint16_t add_step(PlanNotes& n, Step step, const Shape& out) {
  if (step.output == kNoIndex) step.output = add_tensor(n, out);
  new (&n.steps[n.plan->step_count++]) Step(step);
  return step.output;
}

// The tensor that holds the i-th input of a layer, in whatever shape.
std::uint16_t stored_input(const PlanNotes& n, const Layer& layer, std::uint32_t index, std::size_t i = 0) {
  const std::int32_t from = layer_input(layer, index, i);
  if (from != kNetworkInput) return n.tensor_of[static_cast<std::size_t>(from)];
  return n.options.input == InputType::uint8 ? n.steps[0].output : std::uint16_t{0};
}

// The same as the layer wants it. Flatten, Reshape and the like give a tensor a new shape for free; where
// rows and columns matter again, a copy gets the shape that the layer is to see.
std::uint16_t input_tensor(PlanNotes& n, const Layer& layer, std::uint32_t index, std::size_t i = 0) {
  const std::int32_t from = layer_input(layer, index, i);
  const std::uint16_t tensor = stored_input(n, layer, index, i);
  const Shape shape = n.shape_of(from);
  if (!find_op(layer.type)->reads_planes || n.tensors[tensor].shape == shape) return tensor;
  const Step copy{.type = LayerType::reshape, .layer = static_cast<std::uint16_t>(from), .input = tensor};
  return add_step(n, copy, shape);
}

// A layer as a step of its own.
Step single_step(const PlanNotes& n, std::uint16_t index, std::uint16_t input) {
  const Layer layer = n.model.layer(index);
  Step step{.type = layer.type, .activation = activation_of(layer.type), .layer = index, .input = input};
  if (step.activation != kernels::Activation::none) step.activation_layer = index;
  if (is_dropout(layer.type)) step.dropout = index;
  return step;
}

// The layers of a group one by one, in the group's canonical order: the same bits as in one step.
std::uint16_t emit_separately(PlanNotes& n, const Step& head, const Group& group, std::uint16_t last) {
  std::uint16_t tensor = add_step(n, head, n.shapes[head.layer]);
  const Shape& out = n.shapes[last];  // only the pool changes it, and it comes first
  const bool conv = head.type == LayerType::conv2d;
  for (const std::uint16_t layer : {group.pool, conv ? group.dropout : kNoIndex, group.activation_layer,
                                    conv ? kNoIndex : group.dropout}) {
    if (layer != kNoIndex) tensor = add_step(n, single_step(n, layer, tensor), out);
  }
  return tensor;
}

std::uint16_t emit_fused(PlanNotes& n, Step step, const Group& group, std::uint16_t last) {
  step.pool = group.pool;
  step.dropout = group.dropout;
  step.activation = group.activation;
  step.activation_layer = group.activation_layer;
  return add_step(n, step, n.shapes[last]);
}

void emit_group(PlanNotes& n, std::uint16_t index) {
  const Layer head = n.model.layer(index);
  std::uint16_t last = index;
  const Group group =
      gather_group(n.model, n.options, n.uses, index, [&](std::uint16_t taken) { last = taken; });
  Step step = single_step(n, index, input_tensor(n, head, index));
  step.batch_norm = group.batch_norm;
  if (input_count(head) > 1) step.second_input = input_tensor(n, head, index, 1);
  const bool from_pixels = head.type == LayerType::conv2d && n.options.input == InputType::uint8 &&
                           step.input == n.steps[0].output;
  if (from_pixels && !n.steps[0].has(kNormalizes)) step.flags |= kFolded;
  const std::uint16_t output =
      n.options.fuse ? emit_fused(n, step, group, last) : emit_separately(n, step, group, last);
  n.tensor_of[index] = output;
  while (index != last) n.tensor_of[index = only_reader(n.model, n.uses, index)] = output;
}

// A step for each input, that puts it in its place.
void emit_concat(PlanNotes& n, const Layer& layer, std::uint16_t index) {
  const std::uint16_t output = add_tensor(n, n.shapes[index]);
  for (std::size_t i = 0; i < input_count(layer); ++i) {
    Step step = single_step(n, index, input_tensor(n, layer, index, i));
    step.output = output;
    add_step(n, step, n.shapes[index]);
  }
  n.tensor_of[index] = output;
}

// Whether the layer's output is its input, byte by byte.
bool changes_nothing(const PlanNotes& n, const Layer& layer, std::uint32_t index) {
  switch (layer.type) {
    case LayerType::dropout:
    case LayerType::dropout2d:
      return !n.train();
    case LayerType::flatten: {
      const Shape in = n.shape_of(layer_input(layer, index));
      return layer.order == FlattenOrder::chw || in.channels == 1 || in.plane() == 1;
    }
    case LayerType::reshape:
      return true;
    default:
      return false;
  }
}

void emit_layer(PlanNotes& n, std::uint16_t index) {
  const Layer layer = n.model.layer(index);
  if (layer.type == LayerType::concat) return emit_concat(n, layer, index);
  if (find_op(layer.type)->takes_epilogue) return emit_group(n, index);
  n.tensor_of[index] =
      changes_nothing(n, layer, index)
          ? stored_input(n, layer, index)
          : add_step(n, single_step(n, index, input_tensor(n, layer, index)), n.shapes[index]);
}

}  // namespace

Error infer_shapes(PlanNotes& n) {
  std::fill(n.uses.begin(), n.uses.end(), std::uint16_t{0});
  std::fill(n.tensor_of.begin(), n.tensor_of.end(), kNoIndex);
  for (std::uint32_t i = 0; i < n.model.layer_count; ++i) {
    const Error error = infer_layer(n, i);
    if (error.status != Status::ok) return error;
  }
  return {};
}

void emit_steps(PlanNotes& n) {
  add_tensor(n, n.model.input);
  if (n.options.input == InputType::uint8) {
    const std::uint8_t flags = folds_normalization(n) ? 0 : kNormalizes;
    add_step(n, {.type = LayerType::flatten, .flags = flags, .input = 0}, n.model.input);
  }
  for (std::uint32_t i = 0; i < n.model.layer_count; ++i) {
    if (n.tensor_of[i] == kNoIndex) emit_layer(n, static_cast<std::uint16_t>(i));
  }
  n.plan->output = n.tensor_of[n.model.layer_count - 1];
  n.plan->loss_input = n.plan->output;
}

}  // namespace lentil
