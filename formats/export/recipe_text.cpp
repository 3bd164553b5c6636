#include "formats/export/recipe_text.h"

#include <array>
#include <fmt/format.h>

namespace lentil::formats {

std::string recipe_text(std::span<const PreparationStep> steps) {
  constexpr std::array<const char*, kStepKinds> kNames{
      "invert", "crop", "box20", "center_of_mass", "scale", "normalize", "pad", "resize", "binarize", "pool"};
  std::string text;
  for (const PreparationStep& step : steps) {
    if (!text.empty()) text += ", ";
    text += kNames[static_cast<std::size_t>(step.kind)];
    for (const float value : step.values) text += fmt::format(" {}", value);
  }
  return text;
}

}  // namespace lentil::formats
