// Central differences through a whole network.
#pragma once
#include <algorithm>
#include <span>
#include <vector>

#include "tests/reference/differences.h"
#include "tests/reference/network.h"

namespace lentil::reference {

// The largest error over all parameters that have a gradient, a few elements of each.
inline double network_error(Network<double>& network, std::span<const double> images,
                            const Targets<double>& targets) {
  const Gradients<double> gradients = network.gradients(images, targets);
  double error = 0;
  for (std::size_t layer = 0; layer < gradients.parameters.size(); ++layer)
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      const std::vector<double>& g = gradients.parameters[layer][slot];
      if (g.empty()) continue;
      const auto loss = [&] { return network.loss(images, targets).mean; };
      error = std::max(error, gradient_error(network.parameters()[layer][slot], g, loss, g.size() / 6 + 1));
    }
  return error;
}

}  // namespace lentil::reference
