// The weights of a layer as pictures.
#pragma once
#include <span>
#include <string>

#include "formats/model_file.h"
#include "tools/plot/image_grid.h"

namespace lentil::tools {

struct Filters {
  std::string tensor;              // "conv1.weight"
  std::string what;                // "10 filters of 1x5x5"
  std::span<const float> weights;  // the model's
  plot::PictureGroup group;        // without title
  std::uint32_t columns = 0;       // pictures that belong beside each other; 0: it does not matter
};

// A convolution: a picture for each filter and channel that it reads. A linear layer that sees the network's
// input: pictures of the input's size for each output, captioned by the labels if it is the last layer with
// weights. Any other linear layer: one picture, a row for each output. An empty name means the first of
// them. Borrows the file. Stops if no layer has this name, or it has no such weights.
Filters filters_of(const formats::ModelFile& file, const std::string& layer);

}  // namespace lentil::tools
