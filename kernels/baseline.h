// The kernels that run everywhere, by name: for a program that makes a KernelTable of some of them.
#pragma once
#define LENTIL_ISA baseline
#include "kernels/cpu/table.h"
#undef LENTIL_ISA
