#include "formats/recipe.h"

namespace lentil::formats {
namespace {

bool is_place(float value, std::uint32_t side) { return value >= 0 && value < static_cast<float>(side); }

}  // namespace

Error add_step(std::uint32_t index, const StepView& step, const Shape& input, Recipe& recipe) {
  const std::span<const float> v = step.values;
  const Error unsupported{Status::unsupported_preparation, index, 0, static_cast<std::uint64_t>(step.kind)};
  switch (step.kind) {
    case StepKind::invert:
      recipe.ink = Ink::dark;
      return {};
    case StepKind::crop:
      recipe.crop = true;
      if (recipe.ink == Ink::light) recipe.ink = Ink::find;
      return {};
    case StepKind::box20:
      if (v.size() != 1 || !(v[0] >= 1) || !is_place(v[0], input.width + input.height)) return unsupported;
      recipe.box = static_cast<std::uint32_t>(v[0]);
      return {};
    case StepKind::center_of_mass:
      if (v.size() != 2 || !is_place(v[0], input.height) || !is_place(v[1], input.width)) return unsupported;
      recipe.row = v[0];
      recipe.column = v[1];
      return {};
    case StepKind::resize:
      if (v.size() != 2 || v[0] != static_cast<float>(input.height) ||
          v[1] != static_cast<float>(input.width))
        return unsupported;
      return {};
    case StepKind::scale:
    case StepKind::normalize:
      return {};
    case StepKind::pad:
    case StepKind::binarize:
    case StepKind::pool:
      break;
  }
  return unsupported;
}

bool is_about_picture(StepKind kind) { return kind != StepKind::scale && kind != StepKind::normalize; }

Recipe plain_recipe() { return {.ink = Ink::light, .crop = false}; }

Recipe default_recipe(const Shape& input) {
  return input.channels == 1 ? digit_recipe(input) : plain_recipe();
}

Result<Recipe> recipe_of(const FileView& file) {
  return recipe_of_steps(
      file.step_count(), [&](std::uint32_t i) { return file.step(i); }, file.model().input);
}

}  // namespace lentil::formats
