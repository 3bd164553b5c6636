// NumPy's .npz files: several named .npy files in one zip archive, stored (np.savez) or deflated
// (np.savez_compressed).
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "formats/host/aligned_bytes.h"
#include "formats/host/outcome.h"
#include "formats/host/zip_archive.h"

namespace lentil::formats {

// An open archive. Members are read one at a time, so that only those are in memory that are asked for.
class NpzReader {
 public:
  // Checks the whole directory: members that are encrypted, packed by another method, named twice, larger
  // than deflate can make them, or larger than `most_bytes` together are a Failure.
  static Outcome<NpzReader> open(const std::string& path, std::uint64_t most_bytes = kMaxReadBytes);
  // The same of a file's contents; Failures call them `path`.
  static Outcome<NpzReader> from_bytes(AlignedBytes bytes, const std::string& path,
                                       std::uint64_t most_bytes = kMaxReadBytes);

  // Without ".npy", in the order of the file; what is no .npy file is left out.
  const std::vector<std::string>& names() const { return names_; }
  bool holds(std::string_view name) const;

  // The member's .npy file, for read_npy() or view_npy(); its checksum is compared.
  Outcome<AlignedBytes> read(const std::string& name) const;

 private:
  struct Archive;
  NpzReader(std::shared_ptr<const Archive> archive, std::vector<std::string> names)
      : archive_(std::move(archive)), names_(std::move(names)) {}

  std::shared_ptr<const Archive> archive_;
  std::vector<std::string> names_;
};

struct NpzMember {
  std::string name;                // without ".npy"
  std::span<const std::byte> npy;  // as write_npy() makes it
};

// An archive of these members, whose names must differ. The same members give the same bytes.
Outcome<std::vector<std::byte>> npz_bytes(std::span<const NpzMember> members,
                                          Packing packing = Packing::stored);

// Replaces the file in one piece, or leaves the old one.
Outcome<std::monostate> save_npz(const std::string& path, std::span<const NpzMember> members,
                                 Packing packing = Packing::stored);

}  // namespace lentil::formats
