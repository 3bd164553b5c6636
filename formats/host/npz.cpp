#include "formats/host/npz.h"

#include <algorithm>

namespace lentil::formats {
namespace {

constexpr std::string_view kEnding = ".npy";

}  // namespace

struct NpzReader::Archive {
  AlignedBytes bytes;  // borrowed by what follows
  ZipReader zip;
};

Outcome<NpzReader> NpzReader::open(const std::string& path, std::uint64_t most_bytes) {
  auto bytes = read_file_aligned(path);
  if (!bytes) return bytes.error();
  return from_bytes(std::move(*bytes), path, most_bytes);
}

Outcome<NpzReader> NpzReader::from_bytes(AlignedBytes bytes, const std::string& path,
                                         std::uint64_t most_bytes) {
  auto zip = ZipReader::open(bytes, path, most_bytes, kEnding);
  if (!zip) return zip.error();
  std::vector<std::string> names = zip->names();
  if (names.empty()) return Failure{path + ": it holds no .npy array"};
  for (std::string& name : names) name.resize(name.size() - kEnding.size());
  return NpzReader(std::make_shared<Archive>(Archive{std::move(bytes), std::move(*zip)}), std::move(names));
}

bool NpzReader::holds(std::string_view name) const { return std::ranges::count(names_, name) > 0; }

Outcome<AlignedBytes> NpzReader::read(const std::string& name) const {
  return archive_->zip.read(name + std::string(kEnding));
}

Outcome<std::vector<std::byte>> npz_bytes(std::span<const NpzMember> members, Packing packing) {
  std::vector<ZipMember> files;
  for (const NpzMember& member : members) files.push_back({member.name + std::string(kEnding), member.npy});
  return zip_bytes(files, packing);
}

Outcome<std::monostate> save_npz(const std::string& path, std::span<const NpzMember> members,
                                 Packing packing) {
  const auto bytes = npz_bytes(members, packing);
  if (!bytes) return Failure{path + ": " + bytes.error().message};
  return write_file_atomically(path, *bytes);
}

}  // namespace lentil::formats
