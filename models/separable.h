#pragma once
#include "formats/model_file.h"

namespace lentil::models {

// Depthwise-separable convolutions with batch-norm, as MobileNet stacks them: small in bytes and
// multiplications; 11,466 parameters. Weights are zeros.
formats::ModelFile separable();

}  // namespace lentil::models
