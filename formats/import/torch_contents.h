// What in a pickle is the model: a state_dict somewhere in a checkpoint, a whole module, a script, or weights
// in nested dicts.
#pragma once
#include <string>
#include <vector>

#include "formats/import/torch_file.h"
#include "formats/import/weight_file.h"

namespace lentil::formats {

struct TorchContents {
  struct Place {
    std::string name;  // "features.0.weight"
    ValueId tensor;    // unwrapped
  };

  std::vector<Place> tensors;       // in the file's order
  std::vector<ModuleNote> modules;  // of a module or a script, in the order of registration
  std::vector<std::string> notes;   // what was left out
};

// Fails for what holds no model: an optimizer's state, metrics.
Outcome<TorchContents> find_model(const TorchFile& file, MemoryBudget& budget);

// The name of something inside something else: "features.0". Names of a thousand characters are refused,
// which would make many short references long texts.
Outcome<std::string> inner_name(const std::string& outer, std::string_view name);
Outcome<std::string> inner_name(const std::string& outer, const PickleValue& key);

// Empty: it succeeded.
std::string add_tensor(ValueId tensor, const std::string& name, MemoryBudget& budget,
                       TorchContents& contents);

// A whole module of torch.nn, or a script.
bool is_module(const Pickle& pickle, ValueId id);

// Adds the tensors and notes of the module of this name and of all inside it. Empty: it succeeded.
std::string walk_modules(const TorchFile& file, ValueId module, const std::string& name, MemoryBudget& budget,
                         TorchContents& contents);

}  // namespace lentil::formats
