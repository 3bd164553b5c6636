// Inference in memory that the caller owns.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/device.h"
#include "runtime/model.h"
#include "runtime/parallel.h"
#include "runtime/plan.h"
#include "runtime/status.h"

namespace lentil {

struct OpContext;
struct Step;

class Session {
 public:
  // Borrows the arena (64-aligned) and the model's bytes; both must outlive the session.
  static Result<Session> create(const Model& model, const Plan& plan, const kernels::KernelTable& kernels,
                                std::span<std::byte> arena, ParallelFor parallel = {});

  // `input` holds n images one after the other ([n][C][H][W], n <= the plan's batch), `output` room for
  // n * output_size() values. Nothing is allocated; the only errors are those of wrong sizes and types.
  Status run(std::span<const float> input, std::span<float> output);
  Status run(std::span<const std::uint8_t> pixels, std::span<float> output);

  std::size_t output_size() const;  // values per image
  const Plan& plan() const;
  const Model& model() const { return model_; }

  // The weights as they are now: in the arena if this layer is trained, else in the model. Empty: none.
  std::span<const float> tensor(std::uint32_t layer, Slot slot) const;

 private:
  friend class Trainer;
  Status run_checked(const std::byte* input, std::size_t values, std::span<float> output);
  void run_by_image(const std::byte* input, std::size_t per_image, std::span<float> output) const;
  void run_steps(const std::byte* input, std::span<float> output) const;
  void copy_output(const std::byte* input, std::span<float> output, std::uint32_t worker) const;
  void load_weights(const Step& step);
  const Step* trained_step(std::uint32_t layer) const;  // null: the layer keeps the model's weights
  void prepare(const Step& step);
  void forward_step(const OpContext& ctx) const;
  // The step and those behind it that roll (PlanOptions::rolling), image by image.
  void roll(const Step& first, const std::byte* input, std::uint32_t images, std::uint32_t worker) const;

  // body(begin, end, worker) over [0, count) in one contiguous block per worker: few dispatches, and what a
  // block computes does not depend on how many there are. A block's number is the worker's that picks its
  // workspace: there are no more blocks than the plan has threads, however many the pool has.
  template <class Body>
  void for_each_block(std::uint32_t count, Body body) const;
  std::uint32_t block_count(std::uint32_t count) const;
  // body(task, worker) for each of `count` tasks, in any order; whoever is free takes the next one.
  template <class Body>
  void for_each_task(std::uint32_t count, Body body) const;
  // The same for `count` images, a few at a time: body(begin, end, worker).
  template <class Body>
  void for_each_few(std::uint32_t count, Body body) const;

  Model model_;
  const kernels::KernelTable* kernels_ = nullptr;
  std::byte* arena_ = nullptr;
  ParallelFor parallel_;
};

}  // namespace lentil
