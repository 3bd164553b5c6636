// What a file of weights says that tells no network: tensors by name, and what pickled modules say of
// themselves.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/host/named_tensor.h"

namespace lentil::formats {

// One module of a whole pickled network, or of a script.
struct ModuleNote {
  std::string name;                                   // its path: "features.0"; empty: the network itself
  std::string type;                                   // the class, without its package: "Conv2d"
  std::map<std::string, std::vector<double>> values;  // "stride" {2, 2}, "eps" {1e-5}, "p" {0.5}
};

struct WeightFile {
  std::vector<NamedTensor> tensors;  // in the file's order
  std::vector<ModuleNote> modules;   // in the order of registration; empty: a state_dict

  const NamedTensor* find(std::string_view name) const;  // null: none of this name
};

}  // namespace lentil::formats
