#include "formats/host/file_io.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace lentil::formats {
namespace {

// Closes on every way out.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  // Some file systems report a failed write only here.
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

// Removes the temporary file unless it has become the real one.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  bool rename_to(const std::string& target) {
    if (std::rename(path_.c_str(), target.c_str()) != 0) return false;
    path_.clear();
    return true;
  }

 private:
  std::string path_;
};

std::string reason() { return std::generic_category().message(errno); }

Failure failure(const char* what, const std::string& path, const std::string& why) {
  return {std::string("cannot ") + what + " '" + path + "': " + why};
}

// True when all of it went through; else errno says why not, 0 for an early end.
template <class Transfer, class Byte>
bool transfer_all(Transfer transfer, int fd, Byte* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t moved = transfer(fd, bytes, size);
    if (moved < 0 && errno == EINTR) continue;
    if (moved == 0) errno = 0;
    if (moved <= 0) return false;
    bytes += moved;
    size -= static_cast<std::size_t>(moved);
  }
  return true;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Where a rename has to go so that a link stays a link.
std::string link_target(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return path;
  char* const resolved = ::realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return path;
  std::string target(resolved);
  std::free(resolved);
  return target;
}

constexpr std::string_view kTemporaryEnding = ".tmp";

std::string temporary_name(const std::string& target) {
  static std::atomic<unsigned> counter{0};
  return target + "." + std::to_string(::getpid()) + "-" + std::to_string(counter++) +
         std::string(kTemporaryEnding);
}

// As temporary_name() makes them: "NAME.123-4.tmp" of "NAME".
bool is_temporary_of(std::string_view name, std::string_view entry) {
  if (!entry.starts_with(name) || !entry.ends_with(kTemporaryEnding)) return false;
  entry.remove_prefix(name.size());
  if (!entry.starts_with('.') || entry.size() <= 1 + kTemporaryEnding.size()) return false;
  entry = entry.substr(1, entry.size() - 1 - kTemporaryEnding.size());
  return entry.find_first_not_of("0123456789-") == std::string_view::npos;
}

// Whoever writes a temporary file holds a lock on it, which ends with the process.
bool lock(int file) { return ::flock(file, LOCK_EX | LOCK_NB) == 0; }

// Temporary files whose writers were killed, for this target.
void remove_leftovers(const std::string& target) {
  const std::string name = target.substr(target.rfind('/') + 1);
  std::error_code ignored;
  std::filesystem::directory_iterator entry(folder_of(target), ignored);
  for (; !ignored && entry != std::filesystem::directory_iterator{}; entry.increment(ignored)) {
    if (!is_temporary_of(name, entry->path().filename().native())) continue;
    const Descriptor file(::open(entry->path().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    if (file.get() >= 0 && lock(file.get())) ::unlink(entry->path().c_str());
  }
}

// Made anew and locked. Between the two, another program may take it for a leftover and remove it.
int open_temporary(std::string& name, const std::string& target) {
  while (true) {
    name = temporary_name(target);
    const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) return file;
    const bool locked = lock(file);
    // Where there are no locks, nobody takes it for a leftover either.
    if (!locked && errno != EWOULDBLOCK) return file;
    struct stat info {};
    if (locked && ::fstat(file, &info) == 0 && info.st_nlink > 0) return file;
    ::close(file);
  }
}

}  // namespace

Outcome<AlignedBytes> read_file_aligned(const std::string& path) {
  const auto fail = [&](const std::string& why) { return failure("read", path, why); };
  // Without O_NONBLOCK the opening of a pipe would wait for its writer.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return fail(reason());
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return fail(reason());
  if (S_ISDIR(info.st_mode)) return fail("it is a folder");
  if (!S_ISREG(info.st_mode)) return fail("it is not a regular file");
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size > kMaxReadBytes) {
    return fail("it has " + std::to_string(size) + " bytes, more than the limit of " +
                std::to_string(kMaxReadBytes));
  }
  AlignedBytes bytes(size);
  if (!transfer_all(::read, file.get(), bytes.data(), size)) {
    return fail(errno == 0 ? "it became shorter while it was read" : reason());
  }
  return bytes;
}

Outcome<std::monostate> write_file_atomically(const std::string& path, std::span<const std::byte> bytes) {
  const auto fail = [&](const std::string& why) { return failure("write", path, why); };
  const std::string target = link_target(path);
  struct stat old {};
  const bool replaces = ::stat(target.c_str(), &old) == 0;
  if (replaces && S_ISDIR(old.st_mode)) return fail("it is a folder");
  if (replaces && !S_ISREG(old.st_mode)) return fail("it is not a regular file");

  remove_leftovers(target);
  std::string name;
  Descriptor file(open_temporary(name, target));
  if (file.get() < 0) return fail(reason());
  Temporary temporary(name);
  const Descriptor keeps_lock(::dup(file.get()));  // beyond the closing, until the file has its name
  if (replaces && ::fchmod(file.get(), old.st_mode & 07777) != 0) return fail(reason());
  if (!transfer_all(::write, file.get(), bytes.data(), bytes.size())) return fail(reason());
  if (::fsync(file.get()) != 0 || !file.close()) return fail(reason());
  if (!temporary.rename_to(target)) return fail(reason());

  sync_folder_of(target);
  return std::monostate{};
}

void sync_folder_of(const std::string& path) {
  const Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() >= 0) ::fsync(folder.get());
}

}  // namespace lentil::formats
