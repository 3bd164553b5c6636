#include "tests/stress/gradient_check.h"

#include <algorithm>
#include <cmath>

namespace lentil::stress {
namespace {

constexpr double kTolerance = 1e-5;  // of the tensor's largest gradient, or of 1

// A step may cross a kink of ReLU or max-pool, or be too long for a curve: then a shorter one decides.
template <class Loss>
bool agrees(double& x, double gradient, double tolerance, const Loss& loss) {
  const double value = x;
  const auto difference = [&](double step) {
    x = value + step;
    const double above = loss();
    x = value - step;
    const double below = loss();
    x = value;
    return (above - below) / (2 * step);
  };
  const auto close = [&](double step) { return std::abs(difference(step) - gradient) <= tolerance; };
  return close(1e-5) || close(1e-6) || close(1e-7) || close(1e-8);
}

}  // namespace

std::string gradient_failure(const Model& model, const RandomRun& run, const std::vector<float>& images,
                             const reference::Targets<double>& targets) {
  reference::Network<double> net(model, run.input, 3);
  for (const std::uint16_t layer : run.frozen) net.freeze(layer);
  const std::vector<double> x(images.begin(), images.end());
  const auto g = net.gradients(x, targets);
  if (!std::isfinite(g.loss.mean)) return {};
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    for (std::size_t s = 0; s < kSlots; ++s) {
      const std::vector<double>& gradient = g.parameters[i][s];
      double largest = 1;
      for (const double d : gradient) largest = std::max(largest, std::abs(d));
      for (std::size_t e = 0; e < gradient.size(); e += gradient.size() / 2 + 1) {
        double& weight = net.tensor(i, static_cast<Slot>(s))[e];
        const auto loss = [&] { return net.loss(x, targets).mean; };
        if (!agrees(weight, gradient[e], kTolerance * largest, loss))
          return std::string(model.layer(i).name) + "." + std::string(slot_name(static_cast<Slot>(s))) +
                 " [" + std::to_string(e) + "] is not what central differences say";
      }
    }
  }
  return {};
}

}  // namespace lentil::stress
