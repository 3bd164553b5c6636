// Finding, loading and going back; formats/slots_save.cpp saves.
#include "formats/slots.h"

#include <algorithm>

#include "formats/slot_checks.h"
#include "formats/slot_io.h"

namespace lentil::formats {
namespace {

// Functions of their own here and below, so that their frames lie on the stack in turn, not together.
[[gnu::noinline]] void go_to_base(const Learnt& to) {
  const Model& model = to.trainer.session().model();
  for (std::uint32_t layer = 0; layer < model.layer_count; ++layer) {
    for (std::size_t s = 0; s < kSlots; ++s) {
      const auto weights = to.trainer.weights(layer, static_cast<Slot>(s));
      std::copy_n(model.layer(layer).tensors[s].begin(), weights.size(), weights.begin());
      const auto velocity = to.trainer.velocity(layer, static_cast<Slot>(s));
      std::fill(velocity.begin(), velocity.end(), 0.0f);
    }
  }
  to.trainer.weights_changed();
  to.trainer.restore_step(0);
  if (to.learner != nullptr) to.learner->forget_corrections();
}

// Layer after layer, the values that the slot has of it.
struct Loading {
  const Storage& storage;
  std::uint32_t slot;
  const SlotHeader& header;
  const SlotParts parts;
  const Learnt& to;

  Error check_layers() const {
    SlotReader table(storage, slot, parts.layers);
    for (std::uint32_t i = 0; i < header.layers; ++i) {
      const std::uint16_t layer = table.read_layer();
      if (table.ok() && to.trainer.weights(layer, Slot::weight).empty()) return {Status::other_layers, layer};
    }
    return table.error();
  }

  Error load_values() const {
    SlotReader table(storage, slot, parts.layers);
    SlotReader weights(storage, slot, parts.weights);
    SlotReader velocities(storage, slot, parts.velocities);
    for (std::uint32_t i = 0; i < header.layers; ++i) {
      const std::uint16_t layer = table.read_layer();
      for (std::size_t s = 0; s < kSlots && table.ok(); ++s) {
        weights.read(to.trainer.weights(layer, static_cast<Slot>(s)));
        if (header.velocities) velocities.read(to.trainer.velocity(layer, static_cast<Slot>(s)));
      }
    }
    return wrong(table.error())     ? table.error()
           : wrong(weights.error()) ? weights.error()
                                    : velocities.error();
  }

  // A ring with more or fewer places takes them as if they were corrected anew.
  Error load_corrections() const {
    Learner& learner = *to.learner;
    SlotReader labels(storage, slot, parts.labels);
    SlotReader pictures(storage, slot, parts.pictures);
    const bool full = header.corrections == learner.places();
    learner.forget_corrections(full ? header.next_place % learner.places() : 0);
    for (std::uint32_t i = 0; i < header.corrections; ++i) {
      std::uint8_t label = 0;
      if (!labels.read(&label, 1)) return labels.error();
      const auto picture = learner.add_correction(label);
      if (!pictures.read(picture.data(), picture.size())) return pictures.error();
    }
    return {};
  }

  Error load() const {
    if (header.outputs != to.trainer.session().output_size()) return {Status::slot_damaged, slot};
    if (const Error e = check_layers(); wrong(e)) return e;
    if (const Error e = load_values(); wrong(e)) return e;
    if (to.learner != nullptr) {
      if (const Error e = load_corrections(); wrong(e)) return e;
    }
    to.trainer.weights_changed();
    to.trainer.restore_step(header.step);
    to.trainer.restore_seed(header.seed);
    return {};
  }
};

Error erase(const Storage& storage, std::uint32_t slot) {
  const bool done = storage.erase != nullptr && storage.erase(storage.context, slot) && sync(storage, slot);
  return done ? Error{} : Error{Status::storage_failed, slot, 0, storage.slot_bytes};
}

// What the newest slot was learnt on is there: the other slot, or the base.
bool can_undo(const SlotsState& state, std::uint32_t newest) {
  const std::uint32_t parent = state.headers[newest].parent;
  if (parent == 0) return !state.valid(other_slot(newest));
  return state.valid(other_slot(newest)) && state.headers[other_slot(newest)].sequence == parent;
}

[[gnu::noinline]] Error load_slot(const Storage& storage, std::uint32_t slot, const SlotHeader& header,
                                  const Learnt& to) {
  return Loading{storage, slot, header, parts_of(storage, slot, to.base.model(), header), to}.load();
}

[[gnu::noinline]] Error load_newest(const Storage& storage, const SlotsState& state, const Learnt& to) {
  go_to_base(to);
  if (state.newest == kNoSlot) return {};
  const auto slot = static_cast<std::uint32_t>(state.newest);
  const Error error = load_slot(storage, slot, state.headers[slot], to);
  if (wrong(error)) go_to_base(to);
  return error;
}

[[gnu::noinline]] Error erase_newest(const Storage& storage, const FileView& base) {
  const SlotsState state = find_learnt(storage, base);
  if (state.newest == kNoSlot) return {Status::nothing_to_undo};
  const auto newest = static_cast<std::uint32_t>(state.newest);
  const SlotHeader& header = state.headers[newest];
  if (!can_undo(state, newest)) return {Status::nothing_to_undo, newest, header.parent, header.sequence};
  return erase(storage, newest);
}

[[gnu::noinline]] Error erase_both(const Storage& storage, const FileView& base) {
  const std::int32_t newest = find_learnt(storage, base).newest;
  const std::uint32_t last = newest == kNoSlot ? 1 : static_cast<std::uint32_t>(newest);
  for (const std::uint32_t slot : {other_slot(last), last}) {
    if (const Error e = erase(storage, slot); wrong(e)) return e;
  }
  return {};
}

}  // namespace

SlotsState find_learnt(const Storage& storage, const FileView& base) {
  SlotsState state;
  for (std::uint32_t slot = 0; slot < kStorageSlots; ++slot) {
    SlotHeader& header = state.headers[slot];
    Error& error = state.slots[slot];
    error = storage.read == nullptr ? Error{Status::storage_failed, slot} : check_slot(storage, slot, header);
    if (!wrong(error)) error = check_slot_contents(storage, slot, base, header);
  }
  for (std::uint32_t slot = 0; slot < kStorageSlots; ++slot) {
    const auto newest = static_cast<std::size_t>(state.newest);
    if (state.valid(slot) &&
        (state.newest == kNoSlot || is_later(state.headers[slot].sequence, state.headers[newest].sequence)))
      state.newest = static_cast<std::int32_t>(slot);
  }
  return state;
}

Result<SlotsState> load_learnt(const Storage& storage, const Learnt& to) {
  const SlotsState state = find_learnt(storage, to.base);
  if (const Error e = load_newest(storage, state, to); wrong(e)) return e;
  return state;
}

Result<SlotsState> undo_learnt(const Storage& storage, const Learnt& to) {
  if (const Error e = erase_newest(storage, to.base); wrong(e)) return e;
  return load_learnt(storage, to);
}

Result<SlotsState> forget_learnt(const Storage& storage, const Learnt& to) {
  if (const Error e = erase_both(storage, to.base); wrong(e)) return e;
  return load_learnt(storage, to);
}

}  // namespace lentil::formats
