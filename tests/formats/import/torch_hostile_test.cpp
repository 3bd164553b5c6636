// Files made to harm: they end in a sentence, whatever they say.
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>

#include "formats/host/file_io.h"
#include "formats/host/zip_archive.h"
#include "formats/import/importer.h"
#include "tests/formats/import/pickle_text.h"
#include "tests/support/dice.h"

using namespace lentil;
using namespace lentil::formats;
using namespace lentil::test;
using Catch::Contains;

namespace {

std::string refusal(const std::string& body) {
  const auto imported = import_source({"x.pt", bytes_of(pickled(body))});
  return imported ? "it was read" : imported.error().message;
}

std::vector<std::string> torch_files() {
  std::vector<std::string> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(LENTIL_SOURCE_DIR "/tests/formats/import/data")) {
    if (entry.path().filename().string().starts_with("torch_")) paths.push_back(entry.path().string());
  }
  std::ranges::sort(paths);
  return paths;
}

AlignedBytes file_bytes(const std::string& path) {
  auto bytes = read_file_aligned(path);
  REQUIRE(bytes);
  return std::move(*bytes);
}

const std::string kOne("\0\0\x80\x3F", 4);

// torch.save's old container around one tensor with these numbers; the storage has four elements.
std::string legacy_tensor(std::int32_t offset, const std::string& sizes, const std::string& strides,
                          std::uint64_t count = 4) {
  const std::string magic("\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19", 12);
  const std::string storage =
      tuple({text("storage"), global("torch", "FloatStorage"), text("7"), text("cpu"), number(4)}) + "Q";
  const std::string tensor = call(global("torch._utils", "_rebuild_tensor_v2"),
                                  tuple({storage, number(offset), sizes, strides, "\x89", "}"}));
  return pickled(magic) + pickled("M\xE9\x03") + pickled("}") + pickled(dict({text("w"), tensor})) +
         pickled("]" + text("7") + "a") + little_endian(count, 8) + kOne + kOne + kOne + kOne;
}

std::string legacy_refusal(const std::string& file) {
  const auto imported = import_source({"x.pt", bytes_of(file)});
  return imported ? "it was read" : imported.error().message;
}

}  // namespace

TEST_CASE("torch files are refused wherever they are cut off") {
  for (const std::string& path : torch_files()) {
    INFO(path);
    const AlignedBytes whole = file_bytes(path);
    for (std::size_t size = 0; size < whole.size(); size += size < 600 ? 1 : 13) {
      const std::span<const std::byte> part(whole.data(), size);
      const auto imported = import_source({"part.pt", AlignedBytes(part)});
      if (imported) FAIL("read from " << size << " bytes");
      CHECK_THAT(imported.error().message, Contains("part.pt: "));
    }
  }
}

TEST_CASE("torch files with flipped bits are read or refused, and nothing else") {
  Dice dice(7);
  std::size_t refused = 0;
  for (const std::string& path : torch_files()) {
    const AlignedBytes whole = file_bytes(path);
    for (int i = 0; i < 300; ++i) {
      AlignedBytes flipped{std::span<const std::byte>(whole)};
      for (std::uint32_t flips = dice.between(1, 4); flips > 0; --flips) {
        const std::uint32_t bit = dice.below(static_cast<std::uint32_t>(whole.size() * 8));
        flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
      }
      refused += import_source({"flipped.pt", std::move(flipped)}) ? 0 : 1;
    }
  }
  CHECK(refused > 1000);
}

// A zip archive's checksums would find the flips first.
TEST_CASE("torch archives with flipped bits and right checksums are read or refused, and nothing else") {
  Dice dice(8);
  std::size_t refused = 0;
  for (const std::string& path : torch_files()) {
    const AlignedBytes whole = file_bytes(path);
    if (!is_zip(whole)) continue;
    const auto zip = ZipReader::open(whole, path);
    REQUIRE(zip);
    for (int i = 0; i < 200; ++i) {
      std::vector<AlignedBytes> contents;
      std::vector<ZipMember> members;
      for (const std::string& name : zip->names()) {
        contents.push_back(std::move(*zip->read(name)));
        if (name.find("/data/") == std::string::npos && contents.back().size() > 0) {
          const std::uint32_t bit = dice.below(static_cast<std::uint32_t>(contents.back().size() * 8));
          contents.back()[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
        }
      }
      for (std::size_t k = 0; k < contents.size(); ++k) members.push_back({zip->names()[k], contents[k]});
      const auto flipped = zip_bytes(members, Packing::stored);
      REQUIRE(flipped);
      refused += import_source({"flipped.pt", AlignedBytes(*flipped)}) ? 0 : 1;
    }
  }
  CHECK(refused > 500);
}

TEST_CASE("a torch file that would run a program is refused by the program's name") {
  CHECK_THAT(refusal(dict({text("w"), call(global("posix", "system"), tuple({text("id")}))})),
             Contains("x.pt: it would call posix.system") && Contains("nothing was executed"));
}

TEST_CASE("tensors that reach outside their storage are refused") {
  const std::string pair = tuple({number(2), number(2)});
  CHECK(legacy_refusal(legacy_tensor(0, pair, tuple({number(2), number(1)}))) == "it was read");
  CHECK_THAT(legacy_refusal(legacy_tensor(1, pair, tuple({number(2), number(1)}))),
             Contains("outside its storage of 4"));
  CHECK_THAT(legacy_refusal(legacy_tensor(0, pair, tuple({number(3), number(1)}))),
             Contains("outside its storage"));
  CHECK_THAT(legacy_refusal(legacy_tensor(4, tuple({number(1)}), tuple({number(1)}))),
             Contains("outside its storage"));
  CHECK_THAT(legacy_refusal(legacy_tensor(-1, pair, pair)), Contains("offset"));
  CHECK_THAT(legacy_refusal(legacy_tensor(0, pair, tuple({number(-1), number(1)}))),
             Contains("negative stride"));
  CHECK_THAT(legacy_refusal(legacy_tensor(0, tuple({number(-2)}), tuple({number(1)}))), Contains("size -2"));
  CHECK_THAT(legacy_refusal(legacy_tensor(0, pair, tuple({number(1)}))), Contains("do not belong together"));
  CHECK_THAT(legacy_refusal(legacy_tensor(0, pair, pair, 5)), Contains("cut off"));
  CHECK_THAT(legacy_refusal(legacy_tensor(0, pair, pair, ~0ull / 2)), Contains("cut off"));
}

TEST_CASE("tensors that repeat few elements without end are refused") {
  const std::string huge = number(0x7FFFFFFF);
  CHECK_THAT(legacy_refusal(legacy_tensor(0, tuple({huge}), tuple({number(0)}))), Contains("more memory"));
  CHECK_THAT(
      legacy_refusal(legacy_tensor(0, tuple({huge, huge, huge}), tuple({number(0), number(0), number(0)}))),
      Contains("more memory"));
  std::string nine = "(";
  for (int i = 0; i < 9; ++i) nine += number(1);
  CHECK_THAT(legacy_refusal(legacy_tensor(0, nine + "t", nine + "t")), Contains("9 dimensions"));
}

TEST_CASE("arrays whose sizes and bytes disagree are refused") {
  CHECK(refusal(dict({text("w"), array(1, "f4", kOne)})) == "it was read");
  CHECK_THAT(refusal(dict({text("w"), array(2, "f4", kOne)})), Contains("outside its storage"));
  CHECK_THAT(refusal(dict({text("w"), array(1, "O8", kOne)})), Contains("'O8'"));
  CHECK_THAT(refusal(dict({text("w"), array(1, "c8", kOne + kOne)})), Contains("complex64"));
}

TEST_CASE("dicts and modules that hold themselves, or each other many times, end") {
  const std::string tensor = text("w") + array(1, "f4", kOne) + "s";
  CHECK(refusal("}" + put(0) + text("self") + get(0) + "s" + tensor) == "it was read");
  std::string dicts = "}" + put(0) + tensor;
  for (std::uint32_t i = 1; i < 60; ++i) {
    dicts += "0}" + put(i) + "(" + text("a") + get(i - 1) + text("b") + get(i - 1) + "u";
  }
  CHECK_THAT(refusal(dicts), Contains("nested too deeply"));
  // Thirty layers of two are a thousand million modules.
  const auto layer = [](const std::string& inner) {
    return module("Sequential", {text("_modules"), dict({text("a"), inner, text("b"), inner})});
  };
  std::string modules = layer("N") + put(0);
  for (std::uint32_t i = 1; i < 30; ++i) modules += "0" + layer(get(i - 1)) + put(i);
  const auto start = std::chrono::steady_clock::now();
  CHECK_THAT(refusal(modules), Contains("more memory"));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("names that are long or unprintable are refused") {
  CHECK_THAT(refusal(dict({text(std::string(2000, 'x')), array(1, "f4", kOne)})), Contains("too long"));
  CHECK_THAT(refusal(dict({text("a\x1B[2J"), array(1, "f4", kOne)})), Contains("control characters"));
}
