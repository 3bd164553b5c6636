// The tensors of a weight file, layer by layer.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "formats/import/weight_file.h"

namespace lentil::formats {

// Tensors whose names differ in the last word only: "conv1.weight" and "conv1.bias". Null where there is
// none.
struct ParameterGroup {
  std::string name;  // "conv1"
  const NamedTensor *weight = nullptr, *bias = nullptr, *running_mean = nullptr, *running_var = nullptr;

  std::size_t rank() const { return weight == nullptr ? 0 : weight->shape.size(); }
};

struct ParameterGroups {
  std::vector<ParameterGroup> groups;  // each with a weight, or statistics; in the file's order
  std::vector<std::string> others;     // tensors that belong to none

  // Also under the names "WEIGHT+BIAS" and "WEIGHT" of whole tensors. Nothing to find has neither.
  ParameterGroup find(std::string_view name, const WeightFile& weights) const;
};

// Borrows the file's tensors.
ParameterGroups parameter_groups(const WeightFile& weights);

// The word that all names begin with, such as "module." or "model.net."; empty if there is none, or names
// would become empty.
std::string common_prefix(const WeightFile& weights);

}  // namespace lentil::formats
