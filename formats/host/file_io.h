// Whole files in and out. Failures name the path and the system's reason.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <variant>

#include "formats/host/aligned_bytes.h"
#include "formats/host/outcome.h"

namespace lentil::formats {

inline constexpr std::size_t kMaxReadBytes = std::size_t{1} << 30;

// Fails for what is missing, unreadable, no regular file, or larger than kMaxReadBytes.
Outcome<AlignedBytes> read_file_aligned(const std::string& path);

// After success the file holds `bytes`, on the disk; after a failure or a power cut it holds what it held
// before. Writes to a temporary file in the same folder and renames it. Keeps the permissions of the file
// that it replaces, writes through a symbolic link, and replaces regular files only. Removes temporary files
// that writers of this path left behind when they were killed.
Outcome<std::monostate> write_file_atomically(const std::string& path, std::span<const std::byte> bytes);

// A file's new name reaches the disk with its folder. The file is in place already, so that a folder which
// cannot be opened or synced (some network file systems) is no failure.
void sync_folder_of(const std::string& path);

}  // namespace lentil::formats
