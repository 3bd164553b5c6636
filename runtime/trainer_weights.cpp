// The trained values as one piece of memory.
#include <algorithm>

#include "runtime/trainer.h"

namespace lentil {

template <class Visit>
void Trainer::for_each_trained(Visit visit) const {
  for (std::uint32_t layer = 0; layer < session_.model().layer_count; ++layer) {
    for (std::size_t s = 0; s < kSlots; ++s) visit(trained(layer, static_cast<Slot>(s), false));
  }
}

std::size_t Trainer::trained_values() const {
  std::size_t count = 0;
  for_each_trained([&](std::span<float> tensor) { count += tensor.size(); });
  return count;
}

Status Trainer::save_weights(std::span<float> to) const {
  if (to.size() != trained_values()) return Status::wrong_size;
  auto next = to.begin();
  for_each_trained([&](std::span<float> tensor) { next = std::copy(tensor.begin(), tensor.end(), next); });
  return Status::ok;
}

Status Trainer::load_weights(std::span<const float> from) {
  if (from.size() != trained_values()) return Status::wrong_size;
  for_each_trained([&](std::span<float> tensor) {
    std::copy_n(from.begin(), tensor.size(), tensor.begin());
    from = from.subspan(tensor.size());
  });
  weights_changed();
  return Status::ok;
}

}  // namespace lentil
