// The oracle in the shape of a device: every kernel's arguments are handed to tests/reference.
#pragma once
#include "kernels/device.h"

namespace lentil::contract {

const kernels::KernelTable& oracle_kernels();

}  // namespace lentil::contract
