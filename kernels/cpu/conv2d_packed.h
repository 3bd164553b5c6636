// The half of conv2d_forward that takes packed weights.
#pragma once
#include "kernels/args.h"

namespace lentil::kernels::LENTIL_ISA {

void conv2d_forward_packed(const Conv2dForward&);

}  // namespace lentil::kernels::LENTIL_ISA
