#include "formats/model_state_checks.h"

#include <array>

#include "formats/finite.h"

namespace lentil::formats {
namespace {

Error check_velocity(const VelocityView& velocity, const Model& model) {
  const std::uint32_t index = velocity.layer;
  const auto slot = static_cast<std::size_t>(velocity.slot);
  if (index >= model.layer_count || slot >= kSlots) {
    return {Status::missing_tensor, index, velocity.data.size(), slot};
  }
  const std::size_t elements = model.layer(index).tensors[slot].size();
  if (velocity.data.size() != elements)
    return {Status::bad_tensor_size, index, elements, velocity.data.size()};
  const std::size_t bad = first_non_finite(velocity.data);
  return bad == elements ? Error{} : Error{Status::non_finite_weight, index, 0, bad};
}

// What belongs to no layer has `where` one past the last. Which layers are trained is the planner's business:
// the Trainer asks for the exact number of values.
Error check_best(const StateView& state, const Model& model) {
  const StateNumbers& n = state.numbers;
  const std::uint32_t where = model.layer_count;
  if (n.best_epoch > n.epoch || !all_finite(std::array{n.best_loss})) {
    return {Status::bad_hyperparameter, where, n.epoch, n.best_epoch};
  }
  std::uint64_t most = 0;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    for (const auto& tensor : model.layer(i).tensors) most += tensor.size();
  }
  const std::size_t given = state.best_weights.size();
  if (given > most || (given == 0) != (n.best_epoch == 0))
    return {Status::bad_tensor_size, where, most, given};
  const std::size_t bad = first_non_finite(state.best_weights);
  return bad == given ? Error{} : Error{Status::non_finite_weight, where, 0, bad};
}

}  // namespace

// The settings of an interrupted training belong to no layer: `where` is one past the last.
Error check_state(const FileView& file, const Model& model) {
  const auto state = file.state();
  if (!state) return {};
  const StateNumbers& n = state->numbers;
  if (!all_finite(std::array{n.rate, n.momentum, n.weight_decay})) {
    return {Status::bad_hyperparameter, model.layer_count};
  }
  for (const std::uint16_t layer : state->frozen) {
    if (layer >= model.layer_count) return {Status::bad_frozen_layer, 0, model.layer_count - 1, layer};
  }
  for (std::uint32_t i = 0; i < state->velocity_count; ++i) {
    if (const Error e = check_velocity(file.velocity(i), model); e.status != Status::ok) return e;
  }
  return check_best(*state, model);
}

}  // namespace lentil::formats
