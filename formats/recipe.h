// The preparation of pictures that a model file asks for. Embedded-safe.
#pragma once
#include "formats/model_view.h"
#include "runtime/prepare.h"
#include "runtime/status.h"

namespace lentil::formats {

// Adds a file's step number `index`. Scaling and normalizing are the network's (Model::normalization), a
// resize to the input's size goes without saying. Error: unsupported_preparation for the step pool, for
// padding and resizing together, for other sizes and for values that make no sense.
Error add_step(std::uint32_t index, const StepView& step, const Shape& input, Recipe& recipe);

// Whether a step is about the picture, and not about its numbers alone.
bool is_about_picture(StepKind kind);

// What such steps begin with: the whole picture, its ink light already.
Recipe plain_recipe();

// A file without them means digits, as MNIST has them, if its network sees grey, and the whole picture else.
Recipe default_recipe(const Shape& input);

// The recipe that `count` steps make, of which step(i) is one.
template <class StepAt>
Result<Recipe> recipe_of_steps(std::uint32_t count, StepAt step, const Shape& network_input) {
  const Shape input = picture_shape(network_input);
  bool any = false;
  for (std::uint32_t i = 0; i < count; ++i) any |= is_about_picture(step(i).kind);
  Recipe recipe = any ? plain_recipe() : default_recipe(input);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Error error = add_step(i, step(i), input, recipe);
    if (error.status != Status::ok) return error;
  }
  return recipe;
}

Result<Recipe> recipe_of(const FileView& file);

}  // namespace lentil::formats
