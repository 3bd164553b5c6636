// What is learnt on a device, kept so that a power cut at any moment leaves the old or the new. The model
// file stays as it was delivered; beside it storage has two slots, which are written in turn. docs/saving.md
// has the layout, byte by byte. Embedded-safe: no heap, no exceptions, no files; 256 bytes of scratch.
#pragma once
#include <array>
#include <cstdint>

#include "formats/model_view.h"
#include "formats/slot_layout.h"
#include "formats/storage.h"
#include "runtime/learner.h"

namespace lentil::formats {

// What is saved and comes back. Borrows everything.
struct Learnt {
  const FileView& base;        // the file that the trainer was made from
  Trainer& trainer;            // weights of the layers that its plan trains, seed, step
  Learner* learner = nullptr;  // the trainer's owner: its corrections, too
  bool velocities = false;     // of the momentum, too: learning then goes on to the same bits
};

inline constexpr std::int32_t kNoSlot = -1;  // the base file as it was delivered

// What the two slots hold of this base.
struct SlotsState {
  std::int32_t newest = kNoSlot;
  std::array<SlotHeader, kStorageSlots> headers{};  // of slots whose status is ok
  // ok; slot_empty; slot_damaged, as after a power cut; slot_of_other_base; slot_too_new; storage_failed;
  // non_finite_weight. All but ok are passed over, and are what the next save writes over.
  std::array<Error, kStorageSlots> slots{};

  bool valid(std::uint32_t slot) const { return slots[slot].status == Status::ok; }
};

// The exact bytes that a slot needs for a save of such contents; with corrections, those of a full ring.
std::uint64_t slot_bytes(const FileView& base, const Plan& plan, const SlotContents& contents,
                         std::uint32_t write_unit = 1);

// Looks at both slots, checks every byte, changes nothing.
SlotsState find_learnt(const Storage& storage, const FileView& base);

// The weights become those of the newest valid slot, else those of the other one, else the base's own; what
// else the slot has comes back, too: seed, step, velocities and corrections as far as `to` has room for them.
// Velocities and corrections that the slot lacks are empty afterwards.
// other_layers: the slot has weights of a layer that this plan does not train; storage_failed: reading failed
// after all. Both leave the base's weights.
Result<SlotsState> load_learnt(const Storage& storage, const Learnt& to);

struct Saved {
  std::uint32_t slot, sequence;
  std::uint64_t bytes;  // in use
};

// Call between steps. Writes the slot that is not the newest, reads it back, and only then marks it as valid.
// storage_failed, slot_too_small, bad_write_unit, slot_not_verified: the newest slot is what it was, and the
// next save starts over.
Result<Saved> save_learnt(const Storage& storage, const Learnt& from);

// One save back: erases the newest slot and loads what it was learnt on, the other slot or the base. The next
// save writes the erased slot, so what was gone back to is not lost. A power cut leaves the newest, or what
// was gone back to. nothing_to_undo: no slot is valid, or what the newest was learnt on is no longer there.
Result<SlotsState> undo_learnt(const Storage& storage, const Learnt& to);

// Back to the base: erases the older slot, then the newest. A power cut leaves the newest, or the base.
Result<SlotsState> forget_learnt(const Storage& storage, const Learnt& to);

// Runs the base's golden samples and compares with the outputs that the newest slot recorded, bit for bit:
// does this device compute what the one that saved computed? The number of samples compared; 0: none were
// recorded (the plan's input is of another kind, or there are more than kMostGoldenOutputs). golden_mismatch:
// where = sample, needed and given = the output's bits.
Result<std::uint32_t> check_golden(const Storage& storage, const FileView& base, Session& session);

}  // namespace lentil::formats
