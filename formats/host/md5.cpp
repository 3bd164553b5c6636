#include "formats/host/md5.h"

#include <array>
#include <md5.h>

namespace lentil::formats {

std::string md5_hex(std::initializer_list<std::span<const std::uint8_t>> parts) {
  MD5_CTX state;
  MD5Init(&state);
  for (const auto part : parts) MD5Update(&state, part.data(), part.size());
  std::array<char, MD5_DIGEST_STRING_LENGTH> text{};
  MD5End(&state, text.data());
  return text.data();
}

}  // namespace lentil::formats
