// What comes out of each layer of a network.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/model.h"

namespace lentil::tools {

using Dimensions = std::vector<std::uint32_t>;

std::string dimensions_text(const Dimensions& dimensions);  // "10x24x24"; "?" if there are none

struct LayerOutput {
  Shape shape;
  bool flat = false, known = false;

  // [N] or [C][H][W]; empty if not known.
  Dimensions dimensions() const;
};

// Of the network's input and of each layer; not known behind one that does not fit.
std::vector<LayerOutput> layer_outputs(const Model& model);

}  // namespace lentil::tools
