// The working state of device_program(): the program in the making and its notes, all in the caller's bytes.
#pragma once
#include <span>

#include "runtime/device_program.h"
#include "runtime/intervals.h"
#include "runtime/plan_data.h"

namespace lentil {

// Where a tensor's value and gradient lie in the image's memory, in floats.
struct DevicePlace {
  std::uint32_t value = cuda::kNone, gradient = cuda::kNone;
};

struct DeviceNotes {
  const Model& model;
  const Plan& plan;
  cuda::Program& program;
  std::span<cuda::Step> steps;  // the input first, then those of the plan but for its step of pixels
  std::span<DevicePlace> places;
  std::span<Interval> intervals;

  // The plan's step behind a step of the program but the first.
  const Step& planned(std::size_t step) const { return plan.steps()[step - 1 + plan_begin()]; }
  // The plan makes floats of pixels in a step of its own; the program does in any case.
  std::size_t plan_begin() const { return plan.input == InputType::uint8 ? 1 : 0; }
  std::uint16_t input_tensor() const { return static_cast<std::uint16_t>(plan_begin()); }
};

// Lifetimes of values and gradients, and where they lie: fills `places`, the steps' map_gradient and the
// sizes of the image's memory. Steps must know their kinds, flags and shapes.
Error place_tensors(DeviceNotes& notes);

}  // namespace lentil
