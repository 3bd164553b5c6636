// Kernels that a program has left out of its table.
#pragma once
#include "kernels/device.h"
#include "runtime/plan_data.h"

namespace lentil {

// Whether the table has all that a step of the plan calls, forward and, when training, backward.
bool has_kernels(const kernels::KernelTable& kernels, const Plan& plan, const Step& step);

}  // namespace lentil
