// How large a difference is.
#pragma once
#include <cmath>
#include <limits>

namespace lentil::tools {

// Infinite if it is no number: what cannot be compared differs.
inline double magnitude(double value) {
  return std::isnan(value) ? std::numeric_limits<double>::infinity() : std::abs(value);
}

}  // namespace lentil::tools
