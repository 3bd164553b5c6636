// Keras files that hold weights and no network.
#pragma once
#include <string>

#include "formats/import/hdf5.h"
#include "formats/import/importer.h"

namespace lentil::formats {

// Tensors under PyTorch's names and in its order of axes where their rank tells it; notes say so.
Outcome<Imported> keras_weight_file(Hdf5File& file, const std::string& format);

}  // namespace lentil::formats
