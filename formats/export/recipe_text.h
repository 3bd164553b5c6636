// The preparation of pictures in words.
#pragma once
#include <span>
#include <string>

#include "formats/model_file.h"

namespace lentil::formats {

// "invert, scale 255, normalize 0.1307 0.3081"; empty if there are no steps.
std::string recipe_text(std::span<const PreparationStep> steps);

}  // namespace lentil::formats
