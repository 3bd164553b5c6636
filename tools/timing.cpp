#include "tools/timing.h"

#include <algorithm>
#include <cmath>

namespace lentil::tools {

double quantile(std::vector<float> values, double rank) {
  const auto at = static_cast<std::ptrdiff_t>(std::ceil(rank * static_cast<double>(values.size())));
  const auto place = values.begin() + std::max<std::ptrdiff_t>(at, 1) - 1;
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

}  // namespace lentil::tools
