// Gradients of a whole network by the definition of a derivative.
#pragma once
#include <string>
#include <vector>

#include "tests/reference/network.h"
#include "tests/stress/random_network.h"

namespace lentil::stress {

// Empty if the oracle's gradients in double agree with central differences at a few elements of every trained
// tensor, else which does not.
std::string gradient_failure(const Model& model, const RandomRun& run, const std::vector<float>& images,
                             const reference::Targets<double>& targets);

}  // namespace lentil::stress
