#include "runtime/model.h"

#include "runtime/hash.h"

namespace lentil {

std::string_view slot_name(Slot slot) {
  switch (slot) {
    case Slot::weight:
      return "weight";
    case Slot::bias:
      return "bias";
    case Slot::running_mean:
      return "running_mean";
    case Slot::running_var:
      return "running_var";
  }
  return {};
}

std::uint64_t weights_hash(const Model& model) {
  std::uint64_t hash = kHashStart;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    for (const auto& tensor : model.layer(i).tensors) hash = hash_floats(hash, tensor);
  }
  return hash;
}

}  // namespace lentil
