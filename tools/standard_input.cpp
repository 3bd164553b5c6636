#include "tools/standard_input.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <unistd.h>
#include <vector>

#include "formats/host/file_io.h"
#include "tools/stop.h"
#include "tools/terminal.h"

namespace lentil::tools {

formats::AlignedBytes read_standard_input() {
  if (is_terminal(STDIN_FILENO))
    reject("- is standard input, and that is the terminal: give a file, or say '- < FILE'");
  constexpr std::size_t kPiece = std::size_t{1} << 16;
  std::vector<std::byte> bytes;
  while (true) {
    const std::size_t size = bytes.size();
    bytes.resize(size + kPiece);
    const ssize_t n = read(STDIN_FILENO, bytes.data() + size, kPiece);
    bytes.resize(size + (n > 0 ? static_cast<std::size_t>(n) : 0));
    if (n == 0) return formats::AlignedBytes(bytes);
    if (n < 0 && errno != EINTR) fail(fmt::format("cannot read standard input: {}", std::strerror(errno)));
    if (bytes.size() > formats::kMaxReadBytes) fail("standard input is larger than 1 GiB");
  }
}

}  // namespace lentil::tools
