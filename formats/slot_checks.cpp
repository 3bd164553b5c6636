#include "formats/slot_checks.h"

#include <algorithm>

#include "formats/finite.h"
#include "formats/slot_io.h"

namespace lentil::formats {
namespace {

constexpr std::size_t kPieceFloats = kReadBytes / sizeof(float);

// The reader's next `count` values must be numbers and, those of a variance, positive with `epsilon`.
Error check_floats(SlotReader& reader, std::size_t count, std::uint32_t layer, bool variance, float epsilon) {
  std::array<float, kPieceFloats> piece;
  for (std::size_t done = 0; done < count;) {
    const auto part = std::span(piece).first(std::min<std::size_t>(count - done, kPieceFloats));
    if (!reader.read(part)) return reader.error();
    if (const std::size_t bad = first_non_finite(part); bad < part.size())
      return {Status::non_finite_weight, layer, 0, done + bad};
    const auto bad =
        std::find_if(part.begin(), part.end(), [&](float v) { return !(v >= 0 && v + epsilon > 0); });
    if (variance && bad != part.end())
      return {Status::bad_variance, layer, 0, done + static_cast<std::size_t>(bad - part.begin())};
    done += part.size();
  }
  return {};
}

// Each an earlier one's successor, with parameters.
[[gnu::noinline]] bool layers_suit(const Storage& storage, std::uint32_t slot, const Model& model,
                                   std::uint32_t count) {
  SlotReader table(storage, slot, kSlotHeaderBytes);
  std::int32_t before = -1;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint16_t layer = table.read_layer();
    if (!table.ok() || layer <= before || layer >= model.layer_count || !model.layer(layer).has_parameters())
      return false;
    before = layer;
  }
  return count > 0;
}

template <class Visit>
Error for_each_layer(const Storage& storage, std::uint32_t slot, std::uint32_t count, Visit visit) {
  SlotReader table(storage, slot, kSlotHeaderBytes);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (const Error e = visit(table.read_layer()); wrong(e)) return e;
  }
  return table.error();
}

[[gnu::noinline]] Error check_weights(SlotReader& weights, const Layer& layer, std::uint32_t index) {
  for (std::size_t s = 0; s < kSlots; ++s) {
    const bool variance = static_cast<Slot>(s) == Slot::running_var;
    const Error e = check_floats(weights, layer.tensors[s].size(), index, variance, layer.epsilon);
    if (wrong(e)) return e;
  }
  return {};
}

// The weights of all layers, or the velocities.
[[gnu::noinline]] Error check_values(const Storage& storage, std::uint32_t slot, const Model& model,
                                     std::uint32_t layers, SlotReader values, bool velocities) {
  return for_each_layer(storage, slot, layers, [&](std::uint16_t index) {
    const Layer layer = model.layer(index);
    return velocities ? check_floats(values, velocity_count(layer), index, false, 0)
                      : check_weights(values, layer, index);
  });
}

bool labels_suit(const Storage& storage, std::uint32_t slot, const SlotHeader& header, std::uint64_t place) {
  SlotReader labels(storage, slot, place);
  for (std::uint32_t i = 0; i < header.corrections; ++i) {
    std::uint8_t label = 0;
    if (!labels.read(&label, 1) || label >= header.outputs) return false;
  }
  return true;
}

}  // namespace

SlotParts parts_of(const Storage& storage, std::uint32_t slot, const Model& model, const SlotHeader& header) {
  std::uint64_t weights = 0, velocities = 0;
  for_each_layer(storage, slot, header.layers, [&](std::uint16_t index) {
    const Layer layer = model.layer(index);
    weights += weight_count(layer);
    velocities += header.velocities ? velocity_count(layer) : 0;
    return Error{};
  });
  return {header, weights, velocities, model.input};
}

Error check_slot(const Storage& storage, std::uint32_t slot, SlotHeader& header) {
  SlotReader reader(storage, slot);
  SlotHeaderBytes bytes;
  if (!reader.read(bytes.data(), bytes.size())) return reader.error();
  if (!decode(bytes, header)) return {Status::slot_empty, slot};
  if (header.version > kSlotVersion) return {Status::slot_too_new, slot, kSlotVersion, header.version};
  const bool fits = header.commit >= kSlotHeaderBytes && storage.slot_bytes >= kCommitBytes &&
                    header.commit <= storage.slot_bytes - kCommitBytes;
  if (!fits || header.sequence == 0) return {Status::slot_damaged, slot};
  CommitMark mark;
  SlotReader end(storage, slot, header.commit);
  if (!end.read(mark.data(), mark.size())) return end.error();
  std::uint32_t stored = 0;
  if (!decode(mark, stored)) return {Status::slot_damaged, slot};
  const auto computed = slot_crc(storage, slot, header.commit);
  if (!computed) return computed.error();
  return *computed == stored ? Error{} : Error{Status::slot_damaged, slot, stored, *computed};
}

Error check_slot_contents(const Storage& storage, std::uint32_t slot, const FileView& base,
                          const SlotHeader& header) {
  if (header.base_checksum != base.checksum() || header.base_bytes != base.bytes().size())
    return {Status::slot_of_other_base, slot, base.checksum(), header.base_checksum};
  const Model model = base.model();
  const Error impossible{Status::slot_damaged, slot};
  if (!layers_suit(storage, slot, model, header.layers)) return impossible;
  if (header.golden > 0 && header.outputs > kMostGoldenOutputs) return impossible;
  const SlotParts parts = parts_of(storage, slot, model, header);
  if (parts.end > header.commit) return impossible;
  for (const bool velocities : {false, true}) {
    if (velocities && !header.velocities) continue;
    const SlotReader values(storage, slot, velocities ? parts.velocities : parts.weights);
    const Error e = check_values(storage, slot, model, header.layers, values, velocities);
    if (wrong(e)) return e;
  }
  return labels_suit(storage, slot, header, parts.labels) ? Error{} : impossible;
}

}  // namespace lentil::formats
