// A base file and what was learnt beside it, as one complete model file.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "formats/host/aligned_bytes.h"
#include "formats/model_file.h"
#include "formats/slot_layout.h"
#include "kernels/device.h"

namespace lentil::formats {

struct SlotFile {
  std::string path;
  AlignedBytes bytes;
};

struct MergedSlot {
  ModelFile file;  // the base with the slot's weights and its golden outputs
  SlotHeader header;
  std::string path;                  // of the slot that was taken: the newest valid one
  std::string passed_over;           // why not the others; empty: they are older
  std::uint32_t golden_checked = 0;  // samples whose outputs here are those that the device recorded
};

// Takes the slot that a device would take. Fails if none is valid, or if this machine computes other outputs
// than the device did.
Outcome<MergedSlot> merge_newest_slot(const FileView& base, std::span<const SlotFile> slots,
                                      const kernels::KernelTable& kernels);

}  // namespace lentil::formats
