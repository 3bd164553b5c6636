#include "formats/host/file_io.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace lentil::formats {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, removed with all that is in it.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "lentil_file_io_XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::permissions(path_, fs::perms::owner_all, ignored);
    fs::remove_all(path_, ignored);
  }
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

 private:
  fs::path path_;
};

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text_of(const std::string& path) {
  const auto read = read_file_aligned(path);
  REQUIRE(read);
  return {reinterpret_cast<const char*>(read->data()), read->size()};
}

TEST_CASE("a written file is read back, at an aligned address") {
  const Folder folder;
  REQUIRE(write_file_atomically(folder / "a", bytes("contents")));
  const auto read = read_file_aligned(folder / "a");
  REQUIRE(read);
  CHECK(reinterpret_cast<std::uintptr_t>(read->data()) % 64 == 0);
  CHECK(text_of(folder / "a") == "contents");
}

TEST_CASE("writing replaces the old contents and leaves nothing else behind") {
  const Folder folder;
  REQUIRE(write_file_atomically(folder / "a", bytes("the old and longer contents")));
  REQUIRE(write_file_atomically(folder / "a", bytes("new")));
  CHECK(text_of(folder / "a") == "new");
  CHECK(folder.entries() == 1);
}

TEST_CASE("an empty file is written and read") {
  const Folder folder;
  REQUIRE(write_file_atomically(folder / "empty", {}));
  CHECK(text_of(folder / "empty").empty());
}

TEST_CASE("large contents come through whole") {
  const Folder folder;
  std::vector<std::byte> large(5'000'001);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::byte>(i * 31 >> 3);
  REQUIRE(write_file_atomically(folder / "large", large));
  const auto read = read_file_aligned(folder / "large");
  REQUIRE(read);
  CHECK(std::equal(read->begin(), read->end(), large.begin(), large.end()));
}

TEST_CASE("a missing file is told with its path and the reason") {
  const Folder folder;
  const auto read = read_file_aligned(folder / "absent");
  REQUIRE(!read);
  CHECK(read.error().message == "cannot read '" + folder / "absent" + "': No such file or directory");
}

TEST_CASE("a folder is no file") {
  const Folder folder;
  const auto read = read_file_aligned(folder / "");
  REQUIRE(!read);
  CHECK(read.error().message == "cannot read '" + folder / "" + "': it is a folder");
  const auto written = write_file_atomically(folder / ".", bytes("x"));
  REQUIRE(!written);
  CHECK(written.error().message == "cannot write '" + folder / "." + "': it is a folder");
}

TEST_CASE("devices and pipes are neither read nor replaced") {
  const Folder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  for (const std::string& path : {folder / "pipe", std::string("/dev/null")}) {
    const auto read = read_file_aligned(path);
    REQUIRE(!read);
    CHECK(read.error().message == "cannot read '" + path + "': it is not a regular file");
    const auto written = write_file_atomically(path, bytes("x"));
    REQUIRE(!written);
    CHECK(written.error().message == "cannot write '" + path + "': it is not a regular file");
  }
}

TEST_CASE("a file above the limit is refused before memory is asked for") {
  const Folder folder;
  REQUIRE(write_file_atomically(folder / "sparse", bytes("x")));
  fs::resize_file(folder / "sparse", kMaxReadBytes + 1);
  const auto read = read_file_aligned(folder / "sparse");
  REQUIRE(!read);
  CHECK(read.error().message == "cannot read '" + folder / "sparse" +
                                    "': it has 1073741825 bytes, more than the limit of 1073741824");
}

TEST_CASE("writing into a missing folder fails with path and reason") {
  const Folder folder;
  const auto written = write_file_atomically(folder / "no/such/file", bytes("x"));
  REQUIRE(!written);
  CHECK(written.error().message ==
        "cannot write '" + folder / "no/such/file" + "': No such file or directory");
}

TEST_CASE("a full disk leaves the old file and no temporary one") {
  const Folder folder;
  REQUIRE(write_file_atomically(folder / "a", bytes("old")));
  // A limit on the size of files stands in for the full disk: it lets the first bytes through, then fails.
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{4096, 4096};
    ::signal(SIGXFSZ, SIG_IGN);
    const bool limited = ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
    const bool written =
        static_cast<bool>(write_file_atomically(folder / "a", std::vector<std::byte>(10'000)));
    ::_exit(limited && !written ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(text_of(folder / "a") == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("what a killed writer left behind is removed, and nothing else") {
  const Folder folder;
  for (const char* name : {"a.123-0.tmp", "a.7-12.tmp", "a.tmp", "a.b-1.tmp", "b.1-1.tmp", "xa.1-1.tmp"})
    REQUIRE(write_file_atomically(folder / name, bytes("x")));
  const int writing = ::open((folder / "a.7-12.tmp").c_str(), O_WRONLY);
  REQUIRE(::flock(writing, LOCK_EX) == 0);
  REQUIRE(write_file_atomically(folder / "a", bytes("new")));
  CHECK_FALSE(fs::exists(folder / "a.123-0.tmp"));
  CHECK(fs::exists(folder / "a.7-12.tmp"));
  CHECK(folder.entries() == 6);
  ::close(writing);
  REQUIRE(write_file_atomically(folder / "a", bytes("newer")));
  CHECK(folder.entries() == 5);
}

TEST_CASE("permissions of the replaced file and links to it are kept") {
  const Folder folder;
  REQUIRE(write_file_atomically(folder / "real", bytes("old")));
  REQUIRE(::chmod((folder / "real").c_str(), 0640) == 0);
  fs::create_symlink("real", folder / "link");
  REQUIRE(write_file_atomically(folder / "link", bytes("new")));
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(text_of(folder / "real") == "new");
  CHECK(fs::status(folder / "real").permissions() == fs::perms(0640));
}

}  // namespace
}  // namespace lentil::formats
