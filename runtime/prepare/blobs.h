// Which of the inked places are the digit.
#pragma once
#include "runtime/prepare/ink.h"
#include "runtime/prepare/plane.h"

namespace lentil::preparation {

inline constexpr std::size_t kMostLabels =
    kWorkPixels / 4 + 1;                        // of 8-connected blobs in a map, 0 not counted
inline constexpr std::size_t kMostBlobs = 128;  // that are looked at; smaller ones are dust

struct Blob {
  Box box;
  std::int32_t area = 0;  // pixels
  bool chosen = false;
};

// Working memory.
struct BlobMemory {
  std::array<std::uint16_t, kMostLabels> parents;
  std::array<std::int32_t, kMostLabels> areas;
  std::array<Blob, kMostBlobs + 1> blobs;  // [0] is not used
};

// Takes frames, ruled lines and dust off `mask` (255: ink), and all blobs but those that make up the digit.
// `labels` has room for one for each pixel. Returns the digit's box; empty if there is none.
Box choose_digit(const Plane& ink, const Thresholds& thresholds, const Plane& mask, std::uint16_t* labels,
                 BlobMemory& memory);

// The same where an earlier look has told the digit from all else: `allowed` is not 0 where it may be.
Box choose_within(const Plane& ink, const Thresholds& thresholds, const Plane& allowed, const Plane& mask,
                  std::uint16_t* labels, BlobMemory& memory);

}  // namespace lentil::preparation
