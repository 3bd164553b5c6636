// The part of conv2d_forward that takes convolutions of whole rows.
#pragma once
#include "kernels/args.h"

namespace lentil::kernels::LENTIL_ISA {

// False if the rows are too short for this instruction set's vectors; nothing is done then.
bool conv2d_forward_rows(const Conv2dForward&);

}  // namespace lentil::kernels::LENTIL_ISA
