#include "formats/crc32.h"

#include <catch2/catch.hpp>
#include <string_view>

namespace lentil::formats {
namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST_CASE("crc32 gives the check value of its definition") {
  CHECK(crc32(bytes("123456789")) == 0xCBF43926u);
}

TEST_CASE("crc32 of nothing is zero") { CHECK(crc32({}) == 0); }

TEST_CASE("crc32 in pieces equals crc32 at once") {
  const std::string_view text = "The quick brown fox jumps over the lazy dog";
  REQUIRE(crc32(bytes(text)) == 0x414FA339u);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CHECK(crc32(bytes(text.substr(cut)), crc32(bytes(text.substr(0, cut)))) == 0x414FA339u);
  }
}

}  // namespace
}  // namespace lentil::formats
