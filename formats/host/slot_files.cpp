#include "formats/host/slot_files.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "formats/host/file_io.h"

namespace lentil::formats {
namespace {

std::string sentence(const char* what, const std::string& path, const std::string& why) {
  return std::string("cannot ") + what + " '" + path + "': " + why;
}

std::string reason() { return std::generic_category().message(errno); }

bool write_all(int file, std::uint32_t offset, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t done = ::pwrite(file, bytes, count, offset);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes += done;
    offset += static_cast<std::uint32_t>(done);
    count -= static_cast<std::size_t>(done);
  }
  return true;
}

bool read_all(int file, std::uint32_t offset, char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t done = ::pread(file, bytes, count, offset);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    if (done == 0) break;
    bytes += done;
    offset += static_cast<std::uint32_t>(done);
    count -= static_cast<std::size_t>(done);
  }
  std::fill_n(bytes, count, '\xff');
  return true;
}

}  // namespace

SlotFiles::Files::~Files() {
  for (const int file : descriptors)
    if (file >= 0) ::close(file);
}

bool SlotFiles::report(Files& files, std::uint32_t slot, bool done, const char* what) {
  if (!done) files.failure = sentence(what, files.paths[slot], reason());
  return done;
}

Outcome<std::monostate> SlotFiles::open_file(Files& files, std::uint32_t slot) {
  const std::string& path = files.paths[slot];
  const auto fail = [&](const std::string& why) {
    return Failure{sentence("keep what is learnt in", path, why)};
  };
  struct stat before {};
  const bool there = ::stat(path.c_str(), &before) == 0;
  if (there && S_ISDIR(before.st_mode)) return fail("it is a folder");
  if (there && !S_ISREG(before.st_mode)) return fail("it is not a regular file");
  // What was learnt may hold people's pictures.
  int& file = files.descriptors[slot];
  file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return fail(reason());
  // One file under two names would be refused here, too: the lock belongs to the opening.
  if (::flock(file, LOCK_EX | LOCK_NB) != 0)
    return fail(errno == EWOULDBLOCK ? "it is in use, as the other slot or by another program" : reason());
  if (!there) sync_folder_of(path);
  return std::monostate{};
}

Outcome<SlotFiles> SlotFiles::open(const std::string& first, const std::string& second,
                                   std::uint32_t slot_bytes) {
  SlotFiles result;
  result.files_ = std::make_unique<Files>();
  result.files_->paths = {first, second};
  result.slot_bytes_ = slot_bytes;
  for (std::uint32_t slot = 0; slot < kStorageSlots; ++slot) {
    if (const auto opened = open_file(*result.files_, slot); !opened) return opened.error();
  }
  return result;
}

Storage SlotFiles::storage() const {
  Storage storage;
  storage.context = files_.get();
  storage.slot_bytes = slot_bytes_;
  storage.erase = [](void* context, std::uint32_t slot) {
    auto& files = *static_cast<Files*>(context);
    return report(files, slot, ::ftruncate(files.descriptors[slot], 0) == 0, "erase");
  };
  storage.write = [](void* context, std::uint32_t slot, std::uint32_t offset, const void* bytes,
                     std::uint32_t count) {
    auto& files = *static_cast<Files*>(context);
    const bool done = write_all(files.descriptors[slot], offset, static_cast<const char*>(bytes), count);
    return report(files, slot, done, "write");
  };
  storage.read = [](void* context, std::uint32_t slot, std::uint32_t offset, void* bytes,
                    std::uint32_t count) {
    auto& files = *static_cast<Files*>(context);
    return report(files, slot, read_all(files.descriptors[slot], offset, static_cast<char*>(bytes), count),
                  "read");
  };
  storage.sync = [](void* context, std::uint32_t slot) {
    auto& files = *static_cast<Files*>(context);
    return report(files, slot, ::fsync(files.descriptors[slot]) == 0, "sync");
  };
  return storage;
}

}  // namespace lentil::formats
