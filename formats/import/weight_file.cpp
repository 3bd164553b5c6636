#include "formats/import/weight_file.h"

#include <algorithm>

namespace lentil::formats {

const NamedTensor* WeightFile::find(std::string_view name) const {
  const auto found = std::ranges::find(tensors, name, &NamedTensor::name);
  return found == tensors.end() ? nullptr : &*found;
}

}  // namespace lentil::formats
