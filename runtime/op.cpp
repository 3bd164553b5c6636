#include "runtime/op.h"

namespace lentil {

std::uint64_t parameter_offset(const Layer& layer, Slot slot, std::uint32_t alignment) {
  std::uint64_t offset = 0;
  for (std::size_t s = 0; s < static_cast<std::size_t>(slot); ++s) {
    offset += round_up(layer.tensors[s].size_bytes(), alignment);
  }
  return offset;
}

std::uint64_t parameter_bytes(const Layer& layer, std::uint32_t alignment) {
  constexpr auto kLast = static_cast<Slot>(kSlots - 1);
  return parameter_offset(layer, kLast, alignment) + round_up(layer.tensor(kLast).size_bytes(), alignment);
}

std::span<float> trained_tensor(const Plan& plan, std::byte* arena, std::uint32_t block, const Layer& layer,
                                Slot slot) {
  if (block == kNoOffset) return {};
  auto* data = reinterpret_cast<float*>(arena + block + parameter_offset(layer, slot, plan.alignment));
  return {data, layer.tensor(slot).size()};
}

std::span<const float> OpContext::tensor(Slot slot) const {
  if (!step.has(kTrained)) return layer.tensor(slot);
  return trained_tensor(plan, arena, step.parameters, layer, slot);
}

void OpContext::update(Slot slot, std::size_t first, std::size_t count, const float* gradient) const {
  const auto weight = trained_tensor(plan, arena, step.parameters, layer, slot);
  const auto velocity = trained_tensor(plan, arena, step.velocity, layer, slot);
  kernels.sgd_update({.weight = weight.data() + first,
                      .velocity = velocity.empty() ? nullptr : velocity.data() + first,
                      .gradient = gradient,
                      .count = static_cast<std::int64_t>(count),
                      .rate = sgd.rate,
                      .momentum = sgd.momentum,
                      .weight_decay = sgd.weight_decay,
                      .nesterov = sgd.nesterov});
}

OpContext make_context(const Plan& plan, const Model& model, const kernels::KernelTable& kernels,
                       std::byte* arena, const Step& step, const void* input, std::uint32_t images) {
  const TensorSlot& in = plan.tensors()[step.input];
  const TensorSlot& out = plan.tensors()[step.output];
  const auto at = [arena](std::uint32_t offset) {
    return offset == kNoOffset ? nullptr : reinterpret_cast<float*>(arena + offset);
  };
  const Step* producer = nullptr;
  for (const Step& s : plan.steps()) {
    if (s.output == step.input) producer = &s;
  }
  const float* x = producer == nullptr ? static_cast<const float*>(input) : at(in.value);
  return {.step = step,
          .producer = producer,
          .plan = plan,
          .model = model,
          .kernels = kernels,
          .arena = arena,
          .layer = step.layer == kNoIndex ? Layer{} : model.layer(step.layer),
          .pool = step.pool == kNoIndex ? Layer{} : model.layer(step.pool),
          .in = in.shape,
          .out = out.shape,
          .images = images,
          .x = x,
          .y = at(out.value),
          .dx = producer == nullptr ? nullptr : at(in.gradient),
          .dy = at(out.gradient)};
}

}  // namespace lentil
