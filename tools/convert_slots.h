// lentil convert BASE --slots: what a device learnt, as a complete model file.
#pragma once
#include <string>

#include "formats/import/model_import.h"
#include "tools/machine.h"

namespace lentil::tools {

// The base at `path` with the weights of the newest valid slot among `slots`, paths with commas between them.
// Stops if that cannot be done.
formats::ImportedModel import_slots(Machine& machine, const std::string& path, const std::string& slots);

}  // namespace lentil::tools
