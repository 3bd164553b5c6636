// Why two networks that should agree do not: the usual mistakes, tried one after the other.
#pragma once
#include <optional>
#include <string>

#include "formats/host/dataset.h"
#include "formats/model_file.h"
#include "tools/machine.h"
#include "tools/outputs.h"

namespace lentil::tools {

struct Explanation {
  std::string what;  // "(pixel / 255 - 0.5) / 0.5": with it the outputs agree
  std::string flag;  // what would convert it so; empty: no option does
  Comparison comparison;
};

// The change of `file` (scaling, ink, pictures mirrored at the diagonal, order of flattening, order of
// colours) with which it gives the outputs `wanted` for the images; nothing if there is none.
std::optional<Explanation> explain_difference(Machine& machine, const formats::ModelFile& file,
                                              const formats::Dataset& data, const Outputs& wanted,
                                              double limit);

}  // namespace lentil::tools
