#include "runtime/op.h"

#include <utility>

#include "runtime/epilogue.h"

namespace lentil {
namespace {

// Offset of a slot inside a step's block.
std::uint64_t parameter_offset(const Layer& layer, Slot slot, std::uint32_t alignment) {
  std::uint64_t offset = 0;
  for (std::size_t s = 0; s < static_cast<std::size_t>(slot); ++s) {
    offset += round_up(layer.tensors[s].size_bytes(), alignment);
  }
  return offset;
}

float* float_at(std::byte* arena, std::uint32_t offset) {
  return offset == kNoOffset ? nullptr : reinterpret_cast<float*>(arena + offset);
}

// Values before those of this step in a tensor that several steps write, part by part.
std::size_t first_value(const Plan& plan, const Step& step) {
  std::size_t first = 0;
  for (const Step& s : plan.steps().first(static_cast<std::size_t>(&step - plan.steps().data()))) {
    if (s.output == step.output) first += plan.tensors()[s.input].shape.count();
  }
  return first;
}

const Step* find_producer(const Plan& plan, std::uint16_t tensor) {
  for (const Step& step : plan.steps()) {
    if (step.output == tensor) return &step;
  }
  return nullptr;
}

// dx of one image aside, at the end of the worker's memory, then added.
void add_input_gradients(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
  const std::size_t count = ctx.in.count();
  const auto bytes = round_up(count * sizeof(float), ctx.plan.alignment);
  OpContext aside = ctx;
  aside.dx = reinterpret_cast<float*>(ctx.backward_workspace(worker) + ctx.step.backward_stride - bytes);
  aside.dx_stride = 0;
  for (std::uint32_t b = begin; b < end; ++b) {
    op_of(ctx.step).backward_input(aside, b, b + 1, worker);
    ctx.kernels.binary_forward({.y = ctx.dx_of(b),
                                .a = ctx.dx_of(b),
                                .b = aside.dx,
                                .count = static_cast<std::int64_t>(count),
                                .operation = kernels::Binary::add});
  }
}

// Of steps with two inputs, or whose inputs have other readers. Apart, for its copies of the context take
// much of a small stack.
[[gnu::noinline]] void joined_gradients(const OpContext& ctx, std::uint32_t begin, std::uint32_t end,
                                        std::uint32_t worker) {
  OpContext side = ctx;
  for (const StepFlag adds : {kAddsSecondGradient, kAddsGradient}) {  // the last input comes first
    std::swap(side.x, side.second);
    std::swap(side.dx, side.second_dx);
    side.second_side = !side.second_side;
    if (side.dx != nullptr && ctx.step.has(adds)) add_input_gradients(side, begin, end, worker);
    if (side.dx != nullptr && !ctx.step.has(adds)) op_of(ctx.step).backward_input(side, begin, end, worker);
  }
}

}  // namespace

std::uint64_t parameter_bytes(const Layer& layer, std::uint32_t alignment) {
  constexpr auto kLast = static_cast<Slot>(kSlots - 1);
  return parameter_offset(layer, kLast, alignment) + round_up(layer.tensor(kLast).size_bytes(), alignment);
}

std::uint64_t learnt_bytes(const Layer& layer, std::uint32_t alignment) {
  return parameter_offset(layer, Slot::running_mean, alignment);
}

std::span<float> trained_tensor(const Plan& plan, std::byte* arena, const Step& step, Block block,
                                const Layer& layer, Slot slot) {
  std::uint64_t at = block == Block::velocity ? step.velocity : step.parameters;
  if (at == kNoOffset || (block != Block::parameters && slot > Slot::bias)) return {};
  if (block == Block::gradient) at += parameter_bytes(layer, plan.alignment);
  at += parameter_offset(layer, slot, plan.alignment);
  return {reinterpret_cast<float*>(arena + at), layer.tensor(slot).size()};
}

std::span<const float> OpContext::tensor(Slot slot) const {
  if (!step.has(kTrained)) return layer.tensor(slot);
  return trained_tensor(plan, arena, step, Block::parameters, layer, slot);
}

float* OpContext::gradient(Slot slot, std::size_t first, float* workspace) const {
  if (!plan.accumulate) return workspace;
  return trained_tensor(plan, arena, step, Block::gradient, layer, slot).data() + first;
}

void OpContext::update(Slot slot, std::size_t first, std::size_t count, const float* gradient) const {
  if (!updates) return;
  const auto weight = trained_tensor(plan, arena, step, Block::parameters, layer, slot);
  const auto velocity = trained_tensor(plan, arena, step, Block::velocity, layer, slot);
  kernels.sgd_update({.weight = weight.data() + first,
                      .velocity = velocity.empty() ? nullptr : velocity.data() + first,
                      .gradient = gradient,
                      .count = static_cast<std::int64_t>(count),
                      .rate = sgd.rate,
                      .momentum = sgd.momentum,
                      .weight_decay = sgd.weight_decay,
                      .nesterov = sgd.nesterov});
}

void output_gradients(const OpContext& ctx, std::uint32_t begin, std::uint32_t end) {
  for (std::uint32_t b = begin; b < end && !ctx.step.has(kEpilogueDone); ++b)
    apply_epilogue_gradient(ctx, ctx.step, ctx.y_of(b), ctx.dy_of(b), b, 0, ctx.out.count());
}

void input_gradients(const OpContext& ctx, std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
  if (ctx.step.has(kInPlace)) return;
  if (ctx.second_dx != nullptr || ctx.step.has(kAddsGradient))
    return joined_gradients(ctx, begin, end, worker);
  if (ctx.dx != nullptr) op_of(ctx.step).backward_input(ctx, begin, end, worker);
}

OpContext make_context(const Plan& plan, const Model& model, const kernels::KernelTable& kernels,
                       std::byte* arena, const Step& step, const void* input, std::uint32_t images,
                       std::uint32_t worker) {
  std::byte* const tensors = arena + static_cast<std::size_t>(worker) * plan.worker_bytes;
  const TensorSlot& in = plan.tensors()[step.input];
  const TensorSlot& out = plan.tensors()[step.output];
  const std::size_t part = step.type == LayerType::concat ? first_value(plan, step) : 0;
  OpContext ctx{.step = step,
                .producer = find_producer(plan, step.input),
                .plan = plan,
                .model = model,
                .kernels = kernels,
                .arena = arena,
                .layer = step.layer == kNoIndex ? Layer{} : model.layer(step.layer),
                .pool = step.pool == kNoIndex ? Layer{} : model.layer(step.pool),
                .in = in.shape,
                .out = out.shape,
                .images = images,
                .x = in.value == kNoOffset ? static_cast<const float*>(input) : float_at(tensors, in.value),
                .y = float_at(tensors, out.value),
                .dx = float_at(tensors, in.gradient),
                .dy = float_at(tensors, out.gradient),
                .dx_stride = in.shape.count()};
  ctx.y += part;
  if (ctx.dy != nullptr) ctx.dy += part;
  if (step.second_input == kNoIndex) return ctx;
  const TensorSlot& second = plan.tensors()[step.second_input];
  ctx.second = second.value == kNoOffset ? static_cast<const float*>(input) : float_at(tensors, second.value);
  ctx.second_dx = float_at(tensors, second.gradient);
  return ctx;
}

}  // namespace lentil
