// The planner's working state: the plan in the making and its notes, all in the caller's bytes.
#pragma once
#include <span>

#include "runtime/intervals.h"
#include "runtime/op.h"

namespace lentil {

inline constexpr std::uint64_t kMostElements = (1u << 31) - 1;
inline constexpr std::uint32_t kLongestSide = 32767;  // backward events hold rows and columns in 16 bits

// Shape::count() is exact for shapes that fit only: where size_t has 32 bits, it wraps for others.
constexpr std::uint64_t elements(const Shape& s) { return std::uint64_t{s.channels} * s.height * s.width; }
constexpr bool fits(const Shape& s) {
  return s.height <= kLongestSide && s.width <= kLongestSide && elements(s) <= kMostElements;
}

// The most steps that a model can become: every time is twice a step's number, in 16 bits.
inline constexpr std::size_t kMostSteps = 16384;
std::size_t most_steps(const Model& model);

struct PlanNotes {
  // Bytes that the notes of a model need, the plan included.
  static std::size_t bytes(const Model& model);
  // A plan with the options' numbers and no step yet, at the front of `bytes`.
  PlanNotes(const Model& m, const PlanOptions& o, std::byte* bytes);

  const Model& model;
  const PlanOptions& options;
  std::byte* memory;
  Plan* plan;  // at the front of memory, its steps behind it
  Step* steps;
  TensorSlot* tensors;
  std::span<Shape> shapes;             // of every layer's output
  std::span<std::uint16_t> tensor_of;  // that holds the layer's output; kNoIndex: not yet emitted
  std::span<std::uint16_t> uses;       // readers of each layer
  Interval* intervals;
  std::size_t interval_count = 0;
  std::size_t tensor_intervals = 0;  // the first ones: of the tensors, before those of the steps
  bool by_image = false;             // the plan is to be such
  std::uint32_t rolling = 0;         // bit s: step s passes its rows on to the next one

  bool train() const { return options.mode == Mode::train; }
  Shape shape_of(std::int32_t layer) const {
    return layer == kNetworkInput ? model.input : shapes[static_cast<std::size_t>(layer)];
  }
  // Forward steps run at times 0, 1, ...; the loss at time step_count; backward in reverse after it.
  std::size_t loss_time() const { return plan->step_count; }
  std::size_t backward_time(std::size_t step) const { return 2u * plan->step_count - step; }
  Step* producer_of(std::uint16_t tensor) const;  // null: the caller's input
  std::uint32_t readers_of(std::uint16_t tensor) const;
  // The first and the last step of those that roll together with this one: as one step in time.
  std::size_t rolling_begin(std::size_t step) const;
  std::size_t rolling_end(std::size_t step) const;
  std::uint64_t stored_values(std::uint16_t tensor) const;  // of one image
  bool learns(std::uint32_t layer) const;                   // has parameters, and they are to be trained
};

// The stages of plan(), in order.
Error infer_shapes(PlanNotes& notes);       // of every layer; refuses what does not fit together
void emit_steps(PlanNotes& notes);          // layers to steps, fused or not
void mark_rolling(PlanNotes& notes);        // those of `notes.rolling`
Error choose_backward(PlanNotes& notes);    // what is trained, and which gradients overwrite values
Error collect_intervals(PlanNotes& notes);  // who needs how many bytes from when to when

// All of them, and the intervals placed: what plan() does before it drops the notes. The model and the
// options must be such that plan() takes them.
Error lay_out(PlanNotes& notes);
// The same with those steps rolling that save bytes.
Error lay_out_rolling(PlanNotes& notes);

}  // namespace lentil
