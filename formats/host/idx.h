// IDX files, the form in which MNIST and its relatives come: a big-endian magic number (0x00000801 labels,
// 0x00000803 images), one 32-bit size per dimension, then one byte per label or pixel.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "formats/host/outcome.h"

namespace lentil::formats {

// No more than this is read into memory, whatever a header says.
inline constexpr std::uint64_t kMaxIdxBytes = std::uint64_t{1} << 31;

struct IdxImages {
  std::uint32_t count = 0, height = 0, width = 0;  // none is 0 after reading
  std::vector<std::uint8_t> pixels{};              // [count][height][width], 0 = black
  std::string md5{};                               // of the whole contents, unpacked; writing ignores it
};

struct IdxLabels {
  std::vector<std::uint8_t> labels{};  // never empty after reading
  std::string md5{};                   // as above
};

// Plain files and gzip files, told apart by their first bytes and not by their names. A Failure names the
// file, what is wrong with it, and what was expected and found; nothing large is allocated before that.
Outcome<IdxImages> read_idx_images(const std::string& path);
Outcome<IdxLabels> read_idx_labels(const std::string& path);

// Plain (not gzip) files, replaced if they exist. Returns the bytes written. The sizes must agree.
Outcome<std::uint64_t> write_idx_images(const std::string& path, const IdxImages& images);
Outcome<std::uint64_t> write_idx_labels(const std::string& path, const IdxLabels& labels);

}  // namespace lentil::formats
