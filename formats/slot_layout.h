// A slot byte by byte: header, trained layers, weights, velocities, golden outputs, corrections, commit mark.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/model.h"
#include "runtime/status.h"

namespace lentil::formats {

inline constexpr std::uint32_t kSlotHeaderBytes = 64;
inline constexpr std::uint32_t kCommitBytes = 8;
inline constexpr std::uint16_t kSlotVersion = 1;
inline constexpr std::uint32_t kMostGoldenOutputs = 48;  // of one sample: they wait in the scratch

// What a slot holds besides weights.
struct SlotContents {
  bool velocities = false;
  std::uint32_t corrections = 0;  // places in the learner's ring; 0: no learner
};

struct SlotHeader {
  bool velocities = false;
  std::uint32_t sequence = 0;       // of the save, from 1; after the last number comes 1 again
  std::uint32_t parent = 0;         // sequence of the slot that this was learnt on; 0: the base
  std::uint32_t base_checksum = 0;  // the model file's CRC-32
  std::uint32_t base_bytes = 0;     // its size
  std::uint32_t commit = 0;         // offset of the commit mark: bytes that the CRC-32 covers
  std::uint32_t layers = 0;         // trained ones
  std::uint64_t seed = 0;           // keys every random number
  std::uint32_t step = 0;           // steps done
  std::uint32_t outputs = 0;        // of the network
  std::uint32_t golden = 0;         // samples whose outputs are recorded
  std::uint32_t corrections = 0;    // stored, oldest first
  std::uint32_t next_place = 0;     // in the ring, for the next correction
};

}  // namespace lentil::formats
