#pragma once
#include "formats/host/aligned_bytes.h"
#include "formats/model_file.h"

namespace lentil::formats {

// The bytes of a model file; the same contents give the same bytes. Checks nothing: open_model() on the
// result does (save_model_file does both).
AlignedBytes write_model(const ModelFile& file);

}  // namespace lentil::formats
