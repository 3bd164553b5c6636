// The order of layers as pickled modules tell it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "formats/import/weight_file.h"

namespace lentil::formats {

struct ModuleChain {
  std::string line;    // as parse_chain() reads it
  bool exact = false;  // the modules stand in Sequentials alone: they run in this order
};

// Nothing if a module is of a kind that chains do not have, or if the order of registration cannot be that of
// running: a network's forward() that calls functions of its own registers fewer activations than it needs.
std::optional<ModuleChain> module_chain(const std::vector<ModuleNote>& modules);

// A number that the module called `name` tells of itself, such as "padding"; the first one of a pair.
std::optional<std::uint32_t> module_value(const std::vector<ModuleNote>& modules, const std::string& name,
                                          const std::string& value);

}  // namespace lentil::formats
