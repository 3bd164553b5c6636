#include "formats/recipe.h"

namespace lentil::formats {
namespace {

bool is_place(float value, std::uint32_t side) { return value >= 0 && value < static_cast<float>(side); }

// A whole number below `limit`; nothing if it is none.
std::optional<std::uint32_t> whole(float value, std::uint32_t limit) {
  if (!is_place(value, limit) || value != static_cast<float>(static_cast<std::uint32_t>(value))) return {};
  return static_cast<std::uint32_t>(value);
}

bool add_padding(std::span<const float> v, const Shape& input, Fit& fit) {
  if (v.size() != 4 || fit.height != 0) return false;
  const auto top = whole(v[0], input.height), bottom = whole(v[2], input.height);
  const auto left = whole(v[1], input.width), right = whole(v[3], input.width);
  if (!top || !left || !bottom || !right || *top + *bottom >= input.height || *left + *right >= input.width)
    return false;
  fit.padding = {*top, *left, *bottom, *right};
  fit.height = input.height - *top - *bottom;
  fit.width = input.width - *left - *right;
  return true;
}

bool add_resizing(std::span<const float> v, const Shape& input, Fit& fit) {
  if (v.size() != 2 && v.size() != 4) return false;
  if (v[0] != static_cast<float>(input.height) || v[1] != static_cast<float>(input.width)) return false;
  if (v.size() == 2) return true;
  const auto height = whole(v[2], kMostBox + 1), width = whole(v[3], kMostBox + 1);
  if (!height || !width || *height == 0 || *width == 0 || fit.height != 0) return false;
  fit.height = *height;
  fit.width = *width;
  return true;
}

bool add_threshold(std::span<const float> v, Fit& fit) {
  if (v.size() != 2 || !(v[0] >= 0 && v[0] < 1)) return false;
  fit.threshold = static_cast<std::uint8_t>(v[0] * 255);  // an eight-bit value is above both or none
  return true;
}

}  // namespace

Error add_step(std::uint32_t index, const StepView& step, const Shape& input, Recipe& recipe) {
  const std::span<const float> v = step.values;
  const auto supported = [&](bool done) {
    if (done) return Error{};
    return Error{Status::unsupported_preparation, index, 0, static_cast<std::uint64_t>(step.kind)};
  };
  switch (step.kind) {
    case StepKind::invert:
      recipe.ink = Ink::dark;
      return {};
    case StepKind::crop:
      recipe.crop = true;
      if (recipe.ink == Ink::light) recipe.ink = Ink::find;
      return {};
    case StepKind::box20:
      if (v.size() != 1 || !(v[0] >= 1) || !is_place(v[0], input.width + input.height))
        return supported(false);
      recipe.box = static_cast<std::uint32_t>(v[0]);
      return {};
    case StepKind::center_of_mass:
      if (v.size() != 2 || !is_place(v[0], input.height) || !is_place(v[1], input.width))
        return supported(false);
      recipe.row = v[0];
      recipe.column = v[1];
      return {};
    case StepKind::resize:
      return supported(add_resizing(v, input, recipe.fit));
    case StepKind::pad:
      return supported(add_padding(v, input, recipe.fit));
    case StepKind::binarize:
      return supported(add_threshold(v, recipe.fit));
    case StepKind::scale:
    case StepKind::normalize:
      return {};
    case StepKind::pool:
      break;
  }
  return supported(false);
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
