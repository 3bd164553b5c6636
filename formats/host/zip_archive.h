// Zip archives: what PyTorch, NumPy and Keras put their files into. Members are stored or deflated.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/host/aligned_bytes.h"
#include "formats/host/file_io.h"
#include "formats/host/outcome.h"

namespace lentil::formats {

// An open archive in memory. Members are read one at a time, so that only those are unpacked that are asked
// for; their names are looked at as keys and never used as paths.
class ZipReader {
 public:
  // Borrows `bytes`; Failures call them `path`. Looks at the whole directory, but only at members whose names
  // end with `ending`: those that are encrypted, packed by another method, named twice, larger than deflate
  // can make them, or larger than `most_bytes` together are a Failure.
  static Outcome<ZipReader> open(std::span<const std::byte> bytes, const std::string& path,
                                 std::uint64_t most_bytes = kMaxReadBytes, std::string_view ending = {});

  // In the order of the directory.
  const std::vector<std::string>& names() const { return names_; }
  bool holds(std::string_view name) const;

  // The member's bytes; its checksum is compared.
  Outcome<AlignedBytes> read(const std::string& name) const;

 private:
  struct Archive;
  ZipReader(std::shared_ptr<const Archive> archive, std::vector<std::string> names)
      : archive_(std::move(archive)), names_(std::move(names)) {}

  std::shared_ptr<const Archive> archive_;
  std::vector<std::string> names_;
};

// Whether the bytes begin as a zip archive does.
bool is_zip(std::span<const std::byte> bytes);

struct ZipMember {
  std::string name;
  std::span<const std::byte> bytes;
};

// aligned: stored, and the bytes of each member begin at a multiple of 64 in the archive, as PyTorch likes
// them.
enum class Packing { stored, aligned, deflated };

// An archive of these members, whose names must differ. The same members give the same bytes.
Outcome<std::vector<std::byte>> zip_bytes(std::span<const ZipMember> members, Packing packing);

}  // namespace lentil::formats
