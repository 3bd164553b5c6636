#include <catch2/catch.hpp>
#include <functional>
#include <limits>

#include "tests/formats/sample_models.h"

namespace lentil::formats {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST_CASE("the state of an interrupted training fits the layers") {
  const auto state = [](const std::function<void(TrainingState&)>& spoil) {
    ModelFile file = first_model();
    spoil(*file.state);
    return error_of(file).status;
  };
  CHECK(state([](TrainingState& s) { s.velocities[0].data.pop_back(); }) == Status::bad_tensor_size);
  CHECK(state([](TrainingState& s) { s.velocities[0].data[2] = kNan; }) == Status::non_finite_weight);
  CHECK(state([](TrainingState& s) { s.velocities[0].layer = 8; }) == Status::missing_tensor);
  CHECK(state([](TrainingState& s) { s.velocities[0].slot = static_cast<Slot>(4); }) ==
        Status::missing_tensor);
  CHECK(state([](TrainingState& s) { s.frozen = {8}; }) == Status::bad_frozen_layer);
  CHECK(state([](TrainingState& s) { s.numbers.rate = kNan; }) == Status::bad_hyperparameter);
}

TEST_CASE("the best weights of an interrupted training fit its layers and its epochs") {
  const auto state = [](const std::function<void(TrainingState&)>& spoil) {
    ModelFile file = second_model();
    file.state->best_weights.resize(55);
    spoil(*file.state);
    return error_of(file);
  };
  CHECK(state([](TrainingState&) {}).status == Status::ok);
  CHECK(state([](TrainingState& s) { s.best_weights.resize(1); }).status == Status::ok);
  const Error too_many = state([](TrainingState& s) { s.best_weights.push_back(0); });
  CHECK(too_many.status == Status::bad_tensor_size);
  CHECK(too_many.where == 8);
  CHECK(too_many.needed == 55);
  CHECK(too_many.given == 56);
  const Error infinite = state([](TrainingState& s) { s.best_weights[9] = kInfinity; });
  CHECK(infinite.status == Status::non_finite_weight);
  CHECK(infinite.given == 9);
  CHECK(state([](TrainingState& s) { s.best_weights.clear(); }).status == Status::bad_tensor_size);
  CHECK(state([](TrainingState& s) { s.numbers.best_epoch = 0; }).status == Status::bad_tensor_size);
  CHECK(state([](TrainingState& s) { s.numbers.best_epoch = 3; }).status == Status::bad_hyperparameter);
  CHECK(state([](TrainingState& s) { s.numbers.best_loss = kNan; }).status == Status::bad_hyperparameter);
}

}  // namespace
}  // namespace lentil::formats
