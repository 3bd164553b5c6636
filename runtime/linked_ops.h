// Which ops a program links. The library's own list (ops/all_ops.cpp) has all of them; a program for a small
// device defines linked_ops() itself, with those that its models need, and the linker leaves out the rest:
//
//   const lentil::LinkedOps& lentil::linked_ops() {
//     static constexpr const OpDef* kOps[] = {&inference::kConv2d, &kRelu, &inference::kLinear};
//     static constexpr LinkedOps kLinked{.ops = kOps};
//     return kLinked;
//   }
//
// Its KernelTable is made likewise, of what kernels/baseline.h declares. A model that asks for more is
// refused with Status::unsupported_layer when it is planned, or when a Session is made.
#pragma once
#include <span>

#include "runtime/ops/ops.h"

namespace lentil {

struct PlanNotes;

struct LinkedOps {
  std::span<const OpDef* const> ops;  // in any order
  // choose_backward (runtime/plan_notes.h), for programs that train; null: they get Status::wrong_mode.
  Error (*plan_training)(PlanNotes&) = nullptr;
};

// Defined once: by the program, or else by the library.
const LinkedOps& linked_ops();

}  // namespace lentil
