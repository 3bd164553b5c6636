#include "runtime/session.h"

#include <algorithm>
#include <cstring>

#include "runtime/hash.h"
#include "runtime/kernel_check.h"
#include "runtime/op.h"
#include "runtime/session_tasks.h"

namespace lentil {
namespace {

// Products of subnormal numbers must not vanish, or results would depend on the caller's settings.
bool flushes_to_zero() {
  volatile float least = 0x1p-126f;
  const volatile float half = least * 0.5f;
  return half == 0.0f;
}

Error check_arena(const Plan& plan, std::span<std::byte> arena) {
  const auto misaligned = reinterpret_cast<std::uintptr_t>(arena.data()) % kArenaAlignment;
  if (misaligned != 0) return {Status::arena_misaligned, 0, kArenaAlignment, misaligned};
  if (arena.size() < plan.bytes) return {Status::arena_too_small, 0, plan.bytes, arena.size()};
  if (flushes_to_zero()) return {Status::flush_to_zero};
  return {};
}

Error check_kernels(const Plan& plan, const kernels::KernelTable& kernels) {
  for (const Step& step : plan.steps()) {
    if (has_kernels(kernels, plan, step)) continue;
    return {Status::unsupported_layer, step.layer, 0, static_cast<std::uint64_t>(step.type)};
  }
  return {};
}

}  // namespace

Result<Session> Session::create(const Model& model, const Plan& plan, const kernels::KernelTable& kernels,
                                std::span<std::byte> arena, ParallelFor parallel) {
  Error error = check_arena(plan, arena);
  if (error.status == Status::ok) error = check_kernels(plan, kernels);
  if (error.status != Status::ok) return error;
  Session session;
  session.model_ = model;
  session.kernels_ = &kernels;
  session.arena_ = arena.data();
  session.parallel_ = parallel;
  std::memmove(arena.data(), &plan, plan.own_bytes());  // the plan may lie in the arena
  for (const Step& step : session.plan().steps()) {
    if (step.layer != kNoIndex) session.load_weights(step);
  }
  return session;
}

// Trained weights start as the model's; prepared copies are made of those in force.
void Session::load_weights(const Step& step) {
  const Layer layer = model_.layer(step.layer);
  for (std::size_t s = 0; s < kSlots && step.parameters != kNoOffset; ++s) {
    const auto slot = static_cast<Slot>(s);
    const auto copy = trained_tensor(plan(), arena_, step, Block::parameters, layer, slot);
    std::copy_n(layer.tensor(slot).begin(), copy.size(), copy.begin());
    const auto velocity = trained_tensor(plan(), arena_, step, Block::velocity, layer, slot);
    std::fill(velocity.begin(), velocity.end(), 0.0f);
  }
  prepare(step);
}

void Session::prepare(const Step& step) {
  if (step.prepared == kNoOffset) return;
  op_of(step).prepare(make_context(plan(), model_, *kernels_, arena_, step, nullptr, 0));
}

const Plan& Session::plan() const { return *reinterpret_cast<const Plan*>(arena_); }

std::size_t Session::output_size() const { return plan().tensors()[plan().output].shape.count(); }

Status Session::run(std::span<const float> input, std::span<float> output) {
  if (plan().input != InputType::float32) return Status::wrong_input_type;
  return run_checked(reinterpret_cast<const std::byte*>(input.data()), input.size(), output);
}

Status Session::run(std::span<const std::uint8_t> pixels, std::span<float> output) {
  if (plan().input != InputType::uint8) return Status::wrong_input_type;
  return run_checked(reinterpret_cast<const std::byte*>(pixels.data()), pixels.size(), output);
}

Status Session::run_checked(const std::byte* input, std::size_t values, std::span<float> output) {
  const std::size_t per_image = plan().tensors()[0].shape.count();
  const std::size_t images = values / per_image;
  if (values % per_image != 0 || output.size() != images * output_size()) return Status::wrong_size;
  if (images > plan().batch) return Status::bad_batch;
  if (plan().mode == Mode::infer) {
    run_by_image(input, per_image, output);
  } else {
    run_steps(input, output);
  }
  return Status::ok;
}

// Every worker has tensors of its own and takes a few images through all layers.
void Session::run_by_image(const std::byte* input, std::size_t per_image, std::span<float> output) const {
  const std::size_t bytes = per_image * (plan().input == InputType::uint8 ? 1 : sizeof(float));
  const std::size_t outputs = output_size();
  const auto images = static_cast<std::uint32_t>(output.size() / outputs);
  for_each_few(images, [&](std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
    const std::byte* first = input + begin * bytes;
    for (const Step& step : plan().steps()) {
      if (step.has(kRollsInput)) continue;  // done with the first of them
      if (step.has(kRollsOutput)) {
        roll(step, first, end - begin, worker);
        continue;
      }
      const OpContext ctx = make_context(plan(), model_, *kernels_, arena_, step, first, end - begin, worker);
      op_of(step).forward(ctx, 0, end - begin, worker);
    }
    copy_output(first, output.subspan(begin * outputs, (end - begin) * outputs), worker);
  });
}

// In the tensors of a training, which hold the whole batch and may follow one another in the same memory.
void Session::run_steps(const std::byte* input, std::span<float> output) const {
  const auto images = static_cast<std::uint32_t>(output.size() / output_size());
  for (const Step& step : plan().steps())
    forward_step(make_context(plan(), model_, *kernels_, arena_, step, input, images));
  copy_output(input, output, 0);
}

void Session::copy_output(const std::byte* input, std::span<float> output, std::uint32_t worker) const {
  const std::uint32_t at = plan().tensors()[plan().output].value;  // kNoOffset: no layer has anything to do
  const std::byte* tensors = arena_ + std::size_t{worker} * plan().worker_bytes;
  const auto* result = reinterpret_cast<const float*>(at == kNoOffset ? input : tensors + at);
  std::copy_n(result, output.size(), output.begin());
}

std::uint32_t Session::block_count(std::uint32_t count) const {
  return parallel_.run == nullptr ? 1 : std::min<std::uint32_t>(count, plan().threads);
}

void Session::forward_step(const OpContext& ctx) const {
  const OpDef& op = op_of(ctx.step);
  if (ctx.training && ctx.step.has(kTrained) && op.forward_reduce != nullptr) {
    for_each_block(ctx.layer.out_features, [&](std::uint32_t begin, std::uint32_t end, std::uint32_t) {
      op.forward_reduce(ctx, begin, end);
    });
  }
  for_each_block(ctx.images, [&](std::uint32_t begin, std::uint32_t end, std::uint32_t worker) {
    op.forward(ctx, begin, end, worker);
  });
}

const Step* Session::trained_step(std::uint32_t layer) const {
  for (const Step& step : plan().steps()) {
    if (step.layer == layer && step.has(kTrained)) return &step;
  }
  return nullptr;
}

std::span<const float> Session::tensor(std::uint32_t layer, Slot slot) const {
  const Step* step = trained_step(layer);
  if (step == nullptr) return model_.layer(layer).tensor(slot);
  return trained_tensor(plan(), arena_, *step, Block::parameters, model_.layer(layer), slot);
}

std::uint64_t weights_hash(const Session& session) {
  std::uint64_t hash = kHashStart;
  for (std::uint32_t i = 0; i < session.model().layer_count; ++i) {
    for (std::size_t s = 0; s < kSlots; ++s)
      hash = hash_floats(hash, session.tensor(i, static_cast<Slot>(s)));
  }
  return hash;
}

}  // namespace lentil
