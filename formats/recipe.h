// The preparation of pictures that a model file asks for. Embedded-safe.
#pragma once
#include "formats/model_view.h"
#include "runtime/prepare.h"
#include "runtime/status.h"

namespace lentil::formats {

// Adds a file's step number `index`. Scaling and normalizing are the network's (Model::normalization), a
// resize to the input's size goes without saying. Error: unsupported_preparation for the steps binarize, pad
// and pool, for other sizes and for values that make no sense.
Error add_step(std::uint32_t index, const StepView& step, const Shape& input, Recipe& recipe);

// What steps begin with: the whole picture, its ink light already.
Recipe plain_recipe();

// A file without steps means digits, as MNIST has them, if its network sees grey, and the whole picture else.
Recipe default_recipe(const Shape& input);

Result<Recipe> recipe_of(const FileView& file);

}  // namespace lentil::formats
