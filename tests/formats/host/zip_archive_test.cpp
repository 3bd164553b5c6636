#include "formats/host/zip_archive.h"

#include <catch2/catch.hpp>
#include <numeric>

using namespace lentil::formats;

namespace {

std::size_t half(std::span<const std::byte> bytes, std::size_t at) {
  return std::to_integer<std::size_t>(bytes[at]) + 256 * std::to_integer<std::size_t>(bytes[at + 1]);
}

}  // namespace

TEST_CASE("aligned members begin at multiples of 64, whatever their names and sizes") {
  std::vector<std::vector<std::byte>> contents;
  for (std::size_t size : {0, 1, 63, 64, 65, 1000, 24}) contents.emplace_back(size, std::byte{7});
  std::vector<ZipMember> members;
  for (const auto& bytes : contents)
    members.push_back({"folder/" + std::string(members.size() * 9, 'n') + "x", bytes});
  const auto archive = zip_bytes(members, Packing::aligned);
  REQUIRE(archive);
  std::size_t at = 0;
  for (const ZipMember& member : members) {
    const std::size_t start = at + 30 + half(*archive, at + 26) + half(*archive, at + 28);
    CHECK(start % 64 == 0);
    at = start + member.bytes.size();
  }
  const auto reader = ZipReader::open(*archive, "archive");
  REQUIRE(reader);
  for (const ZipMember& member : members) {
    const auto bytes = reader->read(member.name);
    REQUIRE(bytes);
    CHECK(std::ranges::equal(*bytes, member.bytes));
  }
  CHECK(*zip_bytes(members, Packing::aligned) == *archive);
}
