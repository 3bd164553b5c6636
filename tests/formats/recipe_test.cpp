#include "formats/recipe.h"

#include <array>
#include <catch2/catch.hpp>
#include <limits>

#include "formats/model_reader.h"
#include "tests/formats/sample_models.h"

namespace lentil::formats {
namespace {

constexpr Shape kInput{1, 28, 28};

Status status_of(StepKind kind, std::vector<float> values) {
  Recipe recipe = plain_recipe();
  return add_step(3, {kind, values}, kInput, recipe).status;
}

TEST_CASE("a recipe survives the way into a file and back") {
  ModelFile file = first_model();
  Recipe recipe{.ink = Ink::find, .crop = true, .box = 4, .row = 3, .column = 2.5f};
  file.recipe = recipe_steps(recipe, file.input, file.normalization);
  const AlignedBytes bytes = write_model(file);
  const auto view = open_model(bytes);
  REQUIRE(view);
  for (const auto& read : {recipe_of(*view), recipe_of(file)}) {
    REQUIRE(read);
    CHECK(read->ink == recipe.ink);
    CHECK(read->crop == recipe.crop);
    CHECK(read->box == recipe.box);
    CHECK(read->row == recipe.row);
    CHECK(read->column == recipe.column);
  }
}

TEST_CASE("padding, resizing and a threshold survive the way into a file and back") {
  ModelFile file = first_model();
  file.normalization.mean = {0.5f, 0.5f, 0.5f, 0.5f};
  const auto survives = [&](const Fit& fit) {
    Recipe recipe = default_recipe(file.input);
    recipe.fit = fit;
    file.recipe = recipe_steps(recipe, file.input, file.normalization);
    const AlignedBytes bytes = write_model(file);
    const auto view = open_model(bytes);
    REQUIRE(view);
    const auto read = recipe_of(*view);
    REQUIRE(read);
    CHECK(read->fit.padding == fit.padding);
    CHECK(read->fit.threshold == fit.threshold);
    CHECK(prepared_shape(*read, file.input) == prepared_shape(recipe, file.input));
  };
  const std::uint32_t height = file.input.height, width = file.input.width;
  survives({.height = height - 2, .width = width - 1, .padding = {1, 0, 1, 1}});
  survives({.height = height + 5, .width = 1});
  for (const int threshold : {0, 1, 76, 128, 254})
    survives({.threshold = static_cast<std::uint8_t>(threshold)});
}

TEST_CASE("a file that only inverts wants the whole picture") {
  const auto recipe = recipe_of(first_model());
  REQUIRE(recipe);
  CHECK(recipe->ink == Ink::dark);
  CHECK_FALSE(recipe->crop);
}

TEST_CASE("a file without steps means MNIST's digits if its network sees grey, and the whole picture else") {
  ModelFile file = first_model();
  file.recipe = {{StepKind::scale, {255}}, {StepKind::normalize, {0.25f, 0.5f}}};  // not about the picture
  CHECK(recipe_of(file)->crop);
  file.recipe.clear();
  CHECK(recipe_of(file)->crop);
  CHECK(recipe_of(file)->row == 3);
  CHECK_FALSE(default_recipe({3, 32, 32}).crop);
}

TEST_CASE("steps that cannot be done are named by their number") {
  CHECK(status_of(StepKind::box20, {20}) == Status::ok);
  CHECK(status_of(StepKind::box20, {}) == Status::unsupported_preparation);
  CHECK(status_of(StepKind::box20, {0.5f}) == Status::unsupported_preparation);
  CHECK(status_of(StepKind::box20, {std::numeric_limits<float>::quiet_NaN()}) ==
        Status::unsupported_preparation);
  CHECK(status_of(StepKind::box20, {1e9f}) == Status::unsupported_preparation);
  CHECK(status_of(StepKind::center_of_mass, {14, 14}) == Status::ok);
  CHECK(status_of(StepKind::center_of_mass, {14, 28}) == Status::unsupported_preparation);
  CHECK(status_of(StepKind::resize, {28, 28}) == Status::ok);
  CHECK(status_of(StepKind::resize, {28, 32}) == Status::unsupported_preparation);
  CHECK(status_of(StepKind::resize, {28, 28, 20, 30}) == Status::ok);
  CHECK(status_of(StepKind::resize, {28, 28, 0, 30}) == Status::unsupported_preparation);
  CHECK(status_of(StepKind::resize, {28, 28, 20, 1e9f}) == Status::unsupported_preparation);
  CHECK(status_of(StepKind::pad, {2, 2, 2, 2}) == Status::ok);
  CHECK(status_of(StepKind::pad, {14, 0, 14, 0}) == Status::unsupported_preparation);
  CHECK(status_of(StepKind::pad, {0.5f, 0, 0, 0}) == Status::unsupported_preparation);
  CHECK(status_of(StepKind::binarize, {0.3f, -0.5f}) == Status::ok);
  CHECK(status_of(StepKind::binarize, {1, 0}) == Status::unsupported_preparation);
  for (const StepKind kind : {StepKind::binarize, StepKind::pool, StepKind::pad})
    CHECK(status_of(kind, {1}) == Status::unsupported_preparation);
  Recipe recipe = plain_recipe();
  CHECK(add_step(3, {StepKind::pool, {}}, kInput, recipe).where == 3);
}

}  // namespace
}  // namespace lentil::formats
