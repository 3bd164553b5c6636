#include "formats/host/npz.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <string_view>
#include <zip.h>

#include "formats/host/file_io.h"
#include "formats/host/npy.h"
#include "tests/support/numpy.h"
#include "tests/support/temporary_folder.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;

namespace {

using Bytes = std::vector<std::byte>;
using Names = std::vector<std::string>;

const Bytes kOnes = write_npy(ones({40, 25}).view());
const Bytes kEye = write_npy(eye(3).view());
const std::vector<NpzMember> kMembers{{"ones", kOnes}, {"eye", kEye}};

Bytes contents(const std::string& path) {
  const auto bytes = read_file_aligned(path);
  REQUIRE(bytes);
  return {bytes->begin(), bytes->end()};
}

Outcome<NpzReader> opened(std::span<const std::byte> bytes) {
  return NpzReader::from_bytes(AlignedBytes(bytes), "changed.npz");
}

std::string refusal(const Outcome<NpzReader>& npz) {
  REQUIRE_FALSE(npz);
  CHECK_THAT(npz.error().message, Contains(".npz"));
  return npz.error().message;
}
std::string refusal(const std::string& path) { return refusal(NpzReader::open(path)); }

// Opens the archive and lets `change` use libzip on it.
template <class Change>
void with_libzip(const std::string& path, Change change) {
  zip_t* const zip = zip_open(path.c_str(), ZIP_CREATE, nullptr);
  REQUIRE(zip != nullptr);
  change(zip);
  REQUIRE(zip_close(zip) == 0);
}

// `text` must live until the archive is closed: libzip reads it then.
void add(zip_t* zip, const char* name, std::string_view text) {
  REQUIRE(zip_file_add(zip, name, zip_source_buffer(zip, text.data(), text.size(), 0), 0) >= 0);
}

// All places of the four bytes of a number.
std::vector<std::size_t> places_of(const Bytes& bytes, std::uint32_t number) {
  std::array<std::byte, 4> wanted;
  for (std::size_t i = 0; i < 4; ++i) wanted[i] = static_cast<std::byte>(number >> 8 * i);
  std::vector<std::size_t> places;
  for (auto at = bytes.begin();
       (at = std::search(at, bytes.end(), wanted.begin(), wanted.end())) != bytes.end(); ++at)
    places.push_back(static_cast<std::size_t>(at - bytes.begin()));
  return places;
}

}  // namespace

TEST_CASE("npz reads what it writes, stored or deflated") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("a.npz"), again = folder.path("b.npz");
  const Packing packing = GENERATE(Packing::stored, Packing::deflated);
  REQUIRE(save_npz(path, kMembers, packing));
  REQUIRE(save_npz(again, kMembers, packing));
  CHECK(contents(path) == contents(again));
  CHECK((contents(path).size() < 1000) == (packing == Packing::deflated));

  const auto npz = NpzReader::open(path);
  REQUIRE(npz);
  CHECK(npz->names() == Names{"ones", "eye"});
  CHECK(npz->holds("eye"));
  CHECK_FALSE(npz->holds("eye.npy"));
  const auto eye = npz->read("eye");
  REQUIRE(eye);
  CHECK(Bytes(eye->begin(), eye->end()) == kEye);
  const auto missing = npz->read("eyes");
  REQUIRE_FALSE(missing);
  CHECK_THAT(missing.error().message, Contains("a.npz") && Contains("'eyes.npy'"));
}

TEST_CASE("npz keeps the file that it cannot replace") {
  const test::TemporaryFolder folder;
  CHECK_FALSE(save_npz(folder.path("no/such/folder.npz"), kMembers));
  const std::string path = folder.path("a.npz");
  REQUIRE(save_npz(path, kMembers));
  const Bytes before = contents(path);
  const std::vector<NpzMember> twice{{"eye", kEye}, {"eye", kEye}};
  CHECK_FALSE(save_npz(path, twice));
  CHECK(contents(path) == before);
}

TEST_CASE("npz refuses files that are no archives, or hold no arrays") {
  const test::TemporaryFolder folder;
  CHECK_THAT(refusal(folder.path("absent.npz")), Contains("cannot read"));
  CHECK_THAT(refusal(opened(Bytes(100))), Contains("no usable zip archive"));
  CHECK_THAT(refusal(opened({})), Contains("holds no .npy array"));
  const std::string path = folder.path("text.npz");
  with_libzip(path, [](zip_t* zip) { add(zip, "readme.txt", "hello"); });
  CHECK_THAT(refusal(path), Contains("no .npy array"));
}

TEST_CASE("npz refuses encrypted members") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("secret.npz");
  with_libzip(path, [](zip_t* zip) {
    add(zip, "a.npy", "hello");
    REQUIRE(zip_file_set_encryption(zip, 0, ZIP_EM_AES_256, "word") == 0);
  });
  CHECK_THAT(refusal(path), Contains("'a.npy' is encrypted"));
}

TEST_CASE("npz refuses members that promise more than they can hold") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("a.npz");
  REQUIRE(save_npz(path, std::span(kMembers).first(1), Packing::deflated));
  Bytes bomb = contents(path);
  const auto places = places_of(bomb, static_cast<std::uint32_t>(kOnes.size()));
  REQUIRE(places.size() == 2);  // in front of the member, and in the directory
  for (const std::size_t place : places) bomb[place + 3] = std::byte{0x3f};
  CHECK_THAT(refusal(opened(bomb)), Contains("more than the archive can hold"));
}

TEST_CASE("npz refuses arrays that are too large together") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("a.npz");
  REQUIRE(save_npz(path, kMembers, Packing::deflated));
  const std::uint64_t bytes = kOnes.size() + kEye.size();
  CHECK(NpzReader::open(path, bytes));
  const auto refused = NpzReader::open(path, bytes - 1);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("more bytes than the limit of " + std::to_string(bytes - 1)));
}

TEST_CASE("npz tells of damage, and no truncation or flipped bit does harm") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("a.npz");
  const Packing packing = GENERATE(Packing::stored, Packing::deflated);
  REQUIRE(save_npz(path, std::span(kMembers).subspan(1), packing));
  const Bytes whole = contents(path);
  for (std::size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(opened(std::span(whole).first(size)));
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Bytes flipped = whole;
    flipped[bit / 8] ^= std::byte{1} << bit % 8;
    const auto npz = opened(flipped);
    if (!npz || !npz->holds("eye")) continue;
    // Whatever can still be read is what was written.
    if (const auto eye = npz->read("eye")) CHECK(Bytes(eye->begin(), eye->end()) == kEye);
  }
}

TEST_CASE("NumPy reads Lentil's archives, and Lentil NumPy's") {
  if (!test::numpy_is_here()) return;
  const test::TemporaryFolder folder;
  const std::string ours = folder.path("ours.npz"), theirs = folder.path("theirs.npz");
  REQUIRE(save_npz(ours, kMembers, GENERATE(Packing::stored, Packing::deflated)));
  CHECK(test::run_numpy("z = np.load('" + ours + "')\nassert z.files == ['ones', 'eye']\n" +
                        "assert (z['ones'] == np.ones((40, 25))).all() and (z['eye'] == np.eye(3)).all()"));
  const std::string save = GENERATE("savez", "savez_compressed");
  REQUIRE(test::run_numpy("np." + save + "('" + theirs + "', a=np.arange(5), b=np.eye(2, dtype='f4'))"));
  const auto npz = NpzReader::open(theirs);
  REQUIRE(npz);
  CHECK(npz->names() == Names{"a", "b"});
  const auto a = npz->read("a");
  REQUIRE(a);
  CHECK(read_npy<std::int64_t>(*a)->values()[4] == 4);
}
