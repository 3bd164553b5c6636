#include "formats/slot_view.h"

#include <cstring>

#include "formats/slot_checks.h"

namespace lentil::formats {
namespace {

using Bytes = std::span<const std::byte>;

// One slot, the first, that can only be read.
Storage storage_in(const Bytes& slot) {
  Storage storage;
  storage.context = const_cast<Bytes*>(&slot);
  storage.read = [](void* context, std::uint32_t, std::uint32_t offset, void* to, std::uint32_t count) {
    std::memcpy(to, static_cast<const Bytes*>(context)->data() + offset, count);
    return true;
  };
  storage.slot_bytes = static_cast<std::uint32_t>(slot.size());
  return storage;
}

}  // namespace

Error check_slot(std::span<const std::byte> slot, SlotHeader& header) {
  return check_slot(storage_in(slot), 0, header);
}

SlotView::SlotView(const FileView& base, std::span<const std::byte> slot, const SlotHeader& header)
    : base_(base),
      slot_(slot),
      header_(header),
      parts_(parts_of(storage_in(slot), 0, base.model(), header)) {}

Result<SlotView> open_slot(const FileView& base, std::span<const std::byte> slot) {
  const std::uintptr_t beyond = reinterpret_cast<std::uintptr_t>(slot.data()) % alignof(float);
  if (beyond != 0) return Error{Status::misaligned_file, 0, alignof(float), beyond};
  SlotHeader header;
  const Storage storage = storage_in(slot);
  if (const Error e = check_slot(storage, 0, header); wrong(e)) return e;
  if (const Error e = check_slot_contents(storage, 0, base, header); wrong(e)) return e;
  return SlotView(base, slot, header);
}

std::uint32_t SlotView::layer(std::uint32_t position) const {
  std::uint16_t index = 0;
  std::memcpy(&index, slot_.data() + parts_.layers + position * sizeof(index), sizeof(index));
  return index;
}

Model SlotView::model() const {
  Model model = base_.model();
  model.source = this;
  model.read_layer = read_layer;
  return model;
}

std::span<const float> SlotView::golden(std::uint32_t sample) const {
  const auto* first = reinterpret_cast<const float*>(slot_.data() + parts_.golden);
  return {first + std::size_t{sample} * header_.outputs, header_.outputs};
}

Layer SlotView::read_layer(const void* view, std::uint32_t index) {
  const auto& self = *static_cast<const SlotView*>(view);
  const Model base = self.base_.model();
  const auto* weights = reinterpret_cast<const float*>(self.slot_.data() + self.parts_.weights);
  Layer layer = base.layer(index);
  for (std::uint32_t position = 0; position < self.header_.layers; ++position) {
    const std::uint32_t trained = self.layer(position);
    if (trained > index) break;
    if (trained < index) {
      weights += weight_count(base.layer(trained));
      continue;
    }
    for (auto& tensor : layer.tensors) {
      tensor = {weights, tensor.size()};
      weights += tensor.size();
    }
  }
  return layer;
}

}  // namespace lentil::formats
