// What a network's layers make of one picture.
#pragma once
#include <string>
#include <vector>

#include "formats/host/dataset.h"
#include "formats/model_file.h"
#include "tools/machine.h"
#include "tools/plot/image_grid.h"

namespace lentil::tools {

// A data set of one image, as the network takes it. `image` is "synth" or "synth:N" (drawn digit N), the
// number of an image in the test half of the data set `data`, or a picture's file. Stops if there is none.
formats::Dataset one_image(const std::string& image, const std::string& data, const formats::ModelFile& file);

// The image, then the output of each layer: a picture for each channel, or a single one of flat outputs.
// Dropout and flatten are left out: they change no value. Titles are names, types and sizes:
// "conv1 (Conv2d): 10x24x24".
std::vector<plot::PictureGroup> feature_maps(Machine& machine, const formats::ModelFile& file,
                                             const formats::Dataset& image);

}  // namespace lentil::tools
