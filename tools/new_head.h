// Another set of classes for a network that has learnt to see.
#pragma once
#include <cstdint>
#include <string>

#include "formats/model_file.h"

namespace lentil::tools {

// Replaces the last linear layer by a new one, with weights drawn from the seed. `classes` is their number,
// or their names with commas between them. What belonged to the old classes goes: labels, golden samples,
// replay. Stops if the network has no such layer at its end.
void replace_head(formats::ModelFile& file, const std::string& classes, std::uint64_t seed);

}  // namespace lentil::tools
