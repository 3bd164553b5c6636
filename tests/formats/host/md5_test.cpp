#include "formats/host/md5.h"

#include <catch2/catch.hpp>
#include <string_view>

using lentil::formats::md5_hex;

namespace {

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

// The values are those of RFC 1321.
TEST_CASE("md5 gives the published digests") {
  CHECK(md5_hex({}) == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(md5_hex({bytes("abc")}) == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(
      md5_hex({bytes("12345678901234567890123456789012345678901234567890123456789012345678901234567890")}) ==
      "57edf4a22be3c955ac49da2e2107b67a");
}

TEST_CASE("md5 of parts is that of the whole") {
  CHECK(md5_hex({bytes("a"), bytes(""), bytes("bc")}) == md5_hex({bytes("abc")}));
}
