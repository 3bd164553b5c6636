// What has to hold for every network, however it is run.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "formats/host/thread_pool.h"

namespace lentil::stress {

// One sentence for each thing that does not hold for the network of this seed; none is good. Checked are: the
// exact bytes of plan and arena (poisoned, between guards), outputs, losses and weights against the oracle to
// the bit for every instruction set, fused or not, small or fast, on one or three threads, gradients added up
// in parts, and the oracle's own gradients against central differences in double.
std::vector<std::string> check_network(std::uint32_t seed, formats::ThreadPool& three_threads);

}  // namespace lentil::stress
