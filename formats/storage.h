// Where a device keeps what it learns: the hook that its owner supplies. Plain C types only, so that
// the C API hands its own through.
#pragma once
#include <cstdint>

namespace lentil::formats {

inline constexpr std::uint32_t kStorageSlots = 2;
constexpr std::uint32_t other_slot(std::uint32_t slot) { return 1 - slot; }
inline constexpr std::uint32_t kPieceBytes = 256;  // the most bytes of one write

// Two slots of `slot_bytes` each, on flash sectors of their own, in an EEPROM, in files. Every function says
// whether it did all that was asked. Flash needs no cell to be written twice: between two erases of a slot,
// each offset is written once at most, in rising order, in whole write units.
struct Storage {
  void* context = nullptr;
  // The slot's old contents are gone; what it reads as does not matter, but it must not be the old contents.
  bool (*erase)(void* context, std::uint32_t slot) = nullptr;
  // `offset` and `count` are multiples of write_unit; count <= kPieceBytes.
  bool (*write)(void* context, std::uint32_t slot, std::uint32_t offset, const void* bytes,
                std::uint32_t count) = nullptr;
  // Of any bytes below slot_bytes, also of erased ones.
  bool (*read)(void* context, std::uint32_t slot, std::uint32_t offset, void* bytes,
               std::uint32_t count) = nullptr;
  // All that was written to the slot stays after a power cut. Null where every write does.
  bool (*sync)(void* context, std::uint32_t slot) = nullptr;
  std::uint32_t slot_bytes = 0;
  std::uint32_t write_unit = 1;  // bytes: a power of two, at most kPieceBytes / 4
};

}  // namespace lentil::formats
