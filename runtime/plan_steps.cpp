// From layers to steps: shapes, fusion, and which tensor holds whose output.
#include <algorithm>

#include "runtime/graph.h"
#include "runtime/plan_notes.h"

namespace lentil {
namespace {

Error infer_layer(PlanNotes& n, std::uint32_t index) {
  const Layer layer = n.model.layer(index);
  const OpDef* op = find_op(layer.type);
  if (op == nullptr || input_count(layer) != 1) {
    return {Status::unsupported_layer, index, 0, static_cast<std::uint64_t>(layer.type)};
  }
  const std::int32_t from = layer_input(layer, index);
  if (from >= 0) ++n.uses[static_cast<std::size_t>(from)];
  const Result<Shape> shape = op->infer(layer, n.shape_of(from));
  if (!shape) return {shape.error().status, index, shape.error().needed, shape.error().given};
  if (!fits(*shape)) return {Status::tensor_too_large, index, kMostElements, elements(*shape)};
  const std::uint64_t window = std::uint64_t{layer.kernel.height} * layer.kernel.width;
  if (layer.type == LayerType::max_pool2d && window > 256)
    return {Status::unsupported_window, index, 256, window};
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
    if (layer_input(layer, i) != kNetworkInput) continue;
    ++readers;
    foldable = layer.type == LayerType::conv2d && layer.padding == Padding{} && layer.in_features <= 4;
  }
  return readers == 1 && foldable;
}

// Gives the step a tensor for its output and appends it.
std::uint16_t add_step(PlanNotes& n, Step step, const Shape& out) {
  step.output = n.plan->tensor_count++;
  new (&n.tensors[step.output]) TensorSlot{.shape = out};
  new (&n.steps[n.plan->step_count++]) Step(step);
  return step.output;
}

// The tensor that a layer reads.
std::uint16_t input_tensor(const PlanNotes& n, const Layer& layer, std::uint32_t index) {
  const std::int32_t from = layer_input(layer, index);
  if (from != kNetworkInput) return n.tensor_of[static_cast<std::size_t>(from)];
  return n.options.input == InputType::uint8 ? n.steps[0].output : std::uint16_t{0};
}

std::uint8_t argmax_bits(const Model& model, std::uint16_t pool) {
  if (pool == kNoIndex) return 0;
  const Layer layer = model.layer(pool);
  const std::uint32_t window = layer.kernel.height * layer.kernel.width;
  return window <= 4 ? 2 : window <= 16 ? 4 : 8;
}

// A layer as a step of its own.
Step single_step(const PlanNotes& n, std::uint16_t index, std::uint16_t input) {
  const Layer layer = n.model.layer(index);
  Step step{.type = layer.type, .activation = activation_of(layer.type), .layer = index, .input = input};
  if (layer.type == LayerType::dropout || layer.type == LayerType::dropout2d) step.dropout = index;
  if (layer.type == LayerType::max_pool2d) step.argmax_bits = argmax_bits(n.model, index);
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
  step.argmax_bits = argmax_bits(n.model, group.pool);
  return add_step(n, step, n.shapes[last]);
}

void emit_group(PlanNotes& n, std::uint16_t index) {
  const Layer head = n.model.layer(index);
  std::uint16_t last = index;
  const Group group =
      gather_group(n.model, n.uses, index, n.options.mode, [&](std::uint16_t taken) { last = taken; });
  Step step{.type = head.type, .layer = index, .input = input_tensor(n, head, index)};
  const bool from_pixels = n.options.input == InputType::uint8 && step.input == n.steps[0].output;
  if (from_pixels && !n.steps[0].has(kNormalizes)) step.flags |= kFolded;
  const std::uint16_t output =
      n.options.fuse ? emit_fused(n, step, group, last) : emit_separately(n, step, group, last);
  n.tensor_of[index] = output;
  while (index != last) n.tensor_of[index = only_reader(n.model, n.uses, index)] = output;
}

void emit_layer(PlanNotes& n, std::uint16_t index) {
  const Layer layer = n.model.layer(index);
  if (layer.type == LayerType::conv2d || layer.type == LayerType::linear) return emit_group(n, index);
  const std::uint16_t input = input_tensor(n, layer, index);
  const bool dropout = layer.type == LayerType::dropout || layer.type == LayerType::dropout2d;
  const bool nothing_to_do = layer.type == LayerType::flatten || (dropout && !n.train());
  n.tensor_of[index] = nothing_to_do ? input : add_step(n, single_step(n, index, input), n.shapes[index]);
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
  new (&n.tensors[n.plan->tensor_count++]) TensorSlot{.shape = n.model.input};
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
