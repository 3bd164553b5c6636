// The part of conv2d_forward that takes convolutions of whole rows.
#pragma once
#include "kernels/args.h"

namespace lentil::kernels::LENTIL_ISA {

// False if the rows are too short for this instruction set's vectors, or too few; nothing is done then.
bool conv2d_forward_rows(const Conv2dForward&);

// A channel whose dropout factor is zero: its values are zero whatever the weights say.
void clear_channel(const Conv2dForward&, std::int32_t channel);

}  // namespace lentil::kernels::LENTIL_ISA
