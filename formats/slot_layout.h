// A slot byte by byte: header, trained layers, weights, velocities, golden outputs, corrections, commit mark.
// docs/saving.md has it as a table.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/model.h"

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
  std::uint16_t version = kSlotVersion;
  bool velocities = false;
  std::uint32_t sequence = 0;       // of the save, from 1; after the last number comes 1 again
  std::uint32_t parent = 0;         // sequence of the slot that this was learnt on; 0: the base
  std::uint32_t base_checksum = 0;  // the model file's CRC-32
  std::uint32_t base_bytes = 0;     // its size
  std::uint32_t commit = 0;         // offset of the commit mark; the CRC-32 is of all bytes before it
  std::uint32_t layers = 0;         // trained ones
  std::uint32_t step = 0;           // steps done
  std::uint64_t seed = 0;           // keys every random number
  std::uint32_t outputs = 0;        // of the network
  std::uint32_t golden = 0;         // samples whose outputs are recorded
  std::uint32_t corrections = 0;    // stored, oldest first
  std::uint32_t next_place = 0;     // in the ring, for the next correction
  friend bool operator==(const SlotHeader&, const SlotHeader&) = default;
};

using SlotHeaderBytes = std::array<std::byte, kSlotHeaderBytes>;
SlotHeaderBytes encode(const SlotHeader& header);
// False: there is no slot. Of a version that is not known nothing else is read.
bool decode(const SlotHeaderBytes& bytes, SlotHeader& header);

using CommitMark = std::array<std::byte, kCommitBytes>;
CommitMark commit_mark(std::uint32_t crc);
// False: the slot was not finished.
bool decode(const CommitMark& mark, std::uint32_t& crc);

// Offsets of the parts, each where the one before ends.
struct SlotParts {
  std::uint64_t layers = kSlotHeaderBytes;  // [header.layers] uint16, padded to four bytes
  std::uint64_t weights, velocities;        // float, layer after layer
  std::uint64_t golden;                     // [header.golden][header.outputs] float
  std::uint64_t labels;                     // [header.corrections] uint8
  std::uint64_t pictures;                   // [header.corrections][the input's values] uint8
  std::uint64_t end;

  // `weight_count` and `velocity_count`: of all trained layers.
  SlotParts(const SlotHeader& header, std::uint64_t weight_count, std::uint64_t velocity_count,
            const Shape& input);
};

// A layer's values: weight, bias and statistics; or weight and bias, which alone have velocities.
std::size_t weight_count(const Layer& layer);
std::size_t velocity_count(const Layer& layer);

// Sequences count round in a circle; of two that stand side by side, is `a` the later one?
bool is_later(std::uint32_t a, std::uint32_t b);
std::uint32_t after(std::uint32_t sequence);

}  // namespace lentil::formats
