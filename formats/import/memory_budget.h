// What reading a file may cost, so that a few hostile bytes cannot ask for gigabytes.
#pragma once
#include <cstddef>
#include <cstdint>

#include "formats/host/outcome.h"

namespace lentil::formats {

// Three times the file's bytes and 14 MiB: with the file itself, and what the heap adds, within the
// importers' promise. Whoever allocates by what a file says takes the bytes first.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t file_bytes) : left_(3 * std::uint64_t{file_bytes} + kBase) {}

  // Whether there were as many; otherwise nothing is taken.
  bool take(std::uint64_t bytes) {
    if (bytes > left_) return false;
    left_ -= bytes;
    return true;
  }

  static Failure exceeded() { return {"it asks for more memory than a file of its size may"}; }

 private:
  static constexpr std::uint64_t kBase = std::uint64_t{14} << 20;
  std::uint64_t left_;
};

}  // namespace lentil::formats
