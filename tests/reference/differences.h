// Central differences: the derivative as the definition has it, for comparison with an analytic gradient.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace lentil::reference {

// The largest error of `gradient`, relative to its largest element, at every `every`-th element of `x`.
// loss() must read x, which is changed and put back.
template <class Loss>
double gradient_error(std::vector<double>& x, const std::vector<double>& gradient, Loss&& loss,
                      std::size_t every = 1) {
  constexpr double kStep = 1e-5;  // balances the cubic term against rounding: both near 1e-10
  double largest = 0, error = 0;
  for (const double g : gradient) largest = std::max(largest, std::abs(g));
  for (std::size_t i = 0; i < x.size(); i += every) {
    const double value = x[i];
    x[i] = value + kStep;
    const double above = loss();
    x[i] = value - kStep;
    const double below = loss();
    x[i] = value;
    error = std::max(error, std::abs((above - below) / (2 * kStep) - gradient[i]));
  }
  return x.size() == gradient.size() && largest > 0 ? error / largest : 1.0;
}

// The loss whose gradient with respect to y is `g`.
inline double weighted_sum(const std::vector<double>& y, const std::vector<double>& g) {
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += y[i] * g[i];
  return sum;
}

}  // namespace lentil::reference
