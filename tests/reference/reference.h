// The oracle: every operation of docs/numerics.md in its slowest and plainest form. Kernels are compared with
// it bit by bit; it shares with them only the elementary functions and the random numbers.
#pragma once
#include "tests/reference/channels.h"
#include "tests/reference/conv2d.h"
#include "tests/reference/joins.h"
#include "tests/reference/linear.h"
#include "tests/reference/loss.h"
#include "tests/reference/normalization.h"
#include "tests/reference/pointwise.h"
#include "tests/reference/pool.h"
#include "tests/reference/sgd.h"
