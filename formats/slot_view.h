// A slot that lies in memory (flash that the processor reads directly, a file that was read): the network
// with the slot's weights, where they lie.
#pragma once
#include <cstddef>
#include <span>

#include "formats/model_view.h"
#include "formats/slot_layout.h"
#include "runtime/status.h"

namespace lentil::formats {

// Made by open_slot alone. Borrows the base's and the slot's bytes.
class SlotView {
 public:
  const SlotHeader& header() const { return header_; }
  // Layers that the slot has are its own, the others the base's. Borrows this object, too.
  Model model() const;
  // What the device that saved made of a golden sample: < header().golden, header().outputs values.
  std::span<const float> golden(std::uint32_t sample) const;

 private:
  friend Result<SlotView> open_slot(const FileView& base, std::span<const std::byte> slot);
  SlotView(const FileView& base, std::span<const std::byte> slot, const SlotHeader& header);
  std::uint32_t layer(std::uint32_t position) const;  // of the slot's
  static Layer read_layer(const void* view, std::uint32_t index);

  FileView base_;
  std::span<const std::byte> slot_;
  SlotHeader header_;
  SlotParts parts_;
};

// What check_slot() of formats/slot_checks.h says of a slot in memory.
Error check_slot(std::span<const std::byte> slot, SlotHeader& header);

// `slot` starts at a multiple of four bytes and is the whole slot, or its used part. Errors: those that
// SlotsState names, where = 0; misaligned_file.
Result<SlotView> open_slot(const FileView& base, std::span<const std::byte> slot);

}  // namespace lentil::formats
