// Is a slot what some save wrote, to its last byte?
#pragma once
#include "formats/model_view.h"
#include "formats/slot_layout.h"
#include "formats/storage.h"
#include "runtime/status.h"

namespace lentil::formats {

// Header, checksum and commit mark, whatever the base. slot_empty, slot_damaged, slot_too_new,
// storage_failed.
Error check_slot(const Storage& storage, std::uint32_t slot, SlotHeader& header);

// Then, of a slot that passed: is it of this base, and does every part suit the network? slot_of_other_base,
// slot_damaged, non_finite_weight, bad_variance.
Error check_slot_contents(const Storage& storage, std::uint32_t slot, const FileView& base,
                          const SlotHeader& header);

// Where the parts of a slot that passed both checks lie.
SlotParts parts_of(const Storage& storage, std::uint32_t slot, const Model& model, const SlotHeader& header);

}  // namespace lentil::formats
