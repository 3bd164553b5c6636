#include "formats/model_reader.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>
#include <random>

#include "formats/crc32.h"
#include "model_generated.h"
#include "models/lenet.h"
#include "tests/formats/sample_models.h"

namespace lentil::formats {
namespace {

AlignedBytes lenet_file() {
  ModelFile file = models::lenet();
  initialize(file, 1);
  return write_model(file);
}

// Copies all that the reader vouches for; a sanitizer then sees every bad bound.
double read_through(const FileView& file) {
  double sum = 0;
  for (const LayerData& layer : to_model_file(file).layers) {
    for (const auto& tensor : layer.tensors) sum = std::accumulate(tensor.begin(), tensor.end(), sum);
  }
  return sum;
}

// The status of what is read; a file that opens must hold together.
Status outcome(std::span<const std::byte> bytes, ReadOptions options) {
  const auto file = open_model(bytes, options);
  if (!file) return file.error().status;
  CHECK(std::isfinite(read_through(*file)));
  return Status::ok;
}

bool blames_the_file(Status status) {
  return status >= Status::file_truncated && status <= Status::bad_variance;
}

// Flips one bit, reads, and flips it back.
Status flipped(AlignedBytes& bytes, std::size_t bit, ReadOptions options) {
  const std::byte mask{static_cast<unsigned char>(1u << (bit % 8))};
  bytes[bit / 8] ^= mask;
  const Status status = outcome(bytes, options);
  bytes[bit / 8] ^= mask;
  return status;
}

// Writes a value into the root table as a damaged or newer file might hold it; the checksum fits.
template <class T>
AlignedBytes with_root_field(AlignedBytes bytes, flatbuffers::voffset_t field, T value) {
  auto& root = *flatbuffers::GetMutableRoot<flatbuffers::Table>(bytes.data());
  REQUIRE(root.SetField(field, value));
  root.SetField(fbs::ModelFile::VT_CHECKSUM, std::uint32_t{0});
  root.SetField(fbs::ModelFile::VT_CHECKSUM, crc32(bytes));
  return bytes;
}

AlignedBytes small_file() { return write_model(second_model()); }

TEST_CASE("the reader gives layers in place, without copying") {
  const AlignedBytes bytes = lenet_file();
  const auto model = read_model(bytes);
  REQUIRE(model);
  CHECK(model->layer_count == 13);
  CHECK(model->input == Shape{1, 28, 28});
  const Layer conv = model->layer(3);
  CHECK(conv.type == LayerType::conv2d);
  CHECK(conv.name == "conv2");
  CHECK(conv.in_features == 10);
  CHECK(conv.kernel == Extent{5, 5});
  CHECK(conv.tensor(Slot::weight).size() == 5000);
  const auto* weight = reinterpret_cast<const std::byte*>(conv.tensor(Slot::weight).data());
  CHECK(weight > bytes.begin());
  CHECK(weight < bytes.end());
  CHECK(reinterpret_cast<std::uintptr_t>(weight) % 64 == 0);
}

TEST_CASE("a file below its least size is truncated") {
  const AlignedBytes bytes = small_file();
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{63}}) {
    const auto model = read_model(std::span(bytes).first(size));
    REQUIRE(!model);
    CHECK(model.error().status == Status::file_truncated);
    CHECK(model.error().needed == 64);
    CHECK(model.error().given == size);
  }
}

TEST_CASE("a file cut anywhere says how long it was") {
  const AlignedBytes bytes = small_file();
  const auto model = read_model(std::span(bytes).first(bytes.size() - 1));
  REQUIRE(!model);
  CHECK(model.error().status == Status::file_truncated);
  CHECK(model.error().needed == bytes.size());
  CHECK(model.error().given == bytes.size() - 1);
}

TEST_CASE("a file with more bytes than it says is corrupt") {
  const AlignedBytes bytes = small_file();
  AlignedBytes longer(bytes.size() + 64);
  std::copy(bytes.begin(), bytes.end(), longer.begin());
  CHECK(outcome(longer, {}) == Status::file_corrupt);
}

TEST_CASE("a file whose size is no multiple of 64 is corrupt") {
  const AlignedBytes bytes = small_file();
  AlignedBytes longer(bytes.size() + 4);
  std::copy(bytes.begin(), bytes.end(), longer.begin());
  const auto size = static_cast<std::uint32_t>(longer.size());
  CHECK(outcome(with_root_field(std::move(longer), fbs::ModelFile::VT_FILE_BYTES, size), {}) ==
        Status::file_corrupt);
}

TEST_CASE("a file without the identifier is no Lentil file") {
  AlignedBytes bytes = small_file();
  bytes[4] = std::byte{'P'};
  CHECK(outcome(bytes, {}) == Status::not_a_lentil_file);
  CHECK(outcome(std::as_bytes(std::span<const char>("\x89PNG\r\n\x1a\n")), {}) == Status::not_a_lentil_file);
}

TEST_CASE("a file at an address that is no multiple of 64 is misaligned") {
  const AlignedBytes bytes = small_file();
  AlignedBytes shifted(bytes.size() + 16);
  std::copy(bytes.begin(), bytes.end(), shifted.begin() + 16);
  const auto model = read_model(std::span(shifted).subspan(16));
  REQUIRE(!model);
  CHECK(model.error().status == Status::misaligned_file);
  CHECK(model.error().needed == 64);
  CHECK(model.error().given == 16);
}

TEST_CASE("a required feature that the reader does not know refuses the file") {
  const auto model =
      read_model(with_root_field(small_file(), fbs::ModelFile::VT_REQUIRED_FEATURES, std::uint64_t{1} << 40));
  REQUIRE(!model);
  CHECK(model.error().status == Status::format_too_new);
  CHECK(model.error().given == std::uint64_t{1} << 40);
}

TEST_CASE("a newer format version without new required features is read") {
  const AlignedBytes newer =
      with_root_field(small_file(), fbs::ModelFile::VT_FORMAT_VERSION, std::uint16_t{77});
  CHECK(outcome(newer, {}) == Status::ok);
}

TEST_CASE("a changed weight is found by the checksum") {
  AlignedBytes bytes = small_file();
  const auto weight = read_model(bytes)->layer(0).tensor(Slot::weight);
  const auto offset = reinterpret_cast<const std::byte*>(weight.data()) - bytes.data();
  bytes[static_cast<std::size_t>(offset)] ^= std::byte{1};
  const auto model = read_model(bytes);
  REQUIRE(!model);
  CHECK(model.error().status == Status::checksum_mismatch);
  CHECK(model.error().needed != model.error().given);
  CHECK(outcome(bytes, {.checksum = false}) == Status::ok);
}

TEST_CASE("a root offset that points nowhere is corrupt") {
  AlignedBytes bytes = small_file();
  for (const std::uint32_t offset : {0u, 0x7FFFFFFFu, 0xFFFFFFFFu}) {
    std::memcpy(bytes.data(), &offset, sizeof(offset));
    CHECK(outcome(bytes, {}) == Status::file_corrupt);
  }
}

TEST_CASE("every truncation of a LeNet file gives a named status") {
  const AlignedBytes bytes = lenet_file();
  std::map<Status, std::size_t> seen;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // A copy of the exact size, so that a sanitizer sees a read behind the cut.
    const AlignedBytes cut{std::span(bytes).first(size)};
    const Status status = outcome(cut, {});
    ++seen[status];
    if (!blames_the_file(status)) FAIL("cut to " << size << " bytes: " << status_name(status));
  }
  CHECK(seen[Status::file_truncated] > bytes.size() * 9 / 10);
}

TEST_CASE("100,000 random single-bit flips of a LeNet file give a named status or a sound model") {
  AlignedBytes bytes = lenet_file();
  const bool checksum = GENERATE(true, false);
  const int flips = 100'000;
  std::mt19937_64 random(20240117);
  std::map<Status, int> seen;
  for (int i = 0; i < flips; ++i) {
    const std::size_t bit = random() % (bytes.size() * 8);
    const Status status = flipped(bytes, bit, {checksum});
    ++seen[status];
    const bool sound = status == Status::ok || blames_the_file(status);
    if (!sound) FAIL("bit " << bit << ": " << status_name(status));
  }
  // A checksum finds every single flip; without it most flips only change a weight.
  if (checksum) CHECK(seen.count(Status::ok) == 0);
  if (!checksum) CHECK(seen[Status::ok] > flips / 2);
  CHECK(outcome(bytes, {}) == Status::ok);
}

TEST_CASE("every single-bit flip of files that use all fields is refused or sound") {
  AlignedBytes bytes = write_model(GENERATE(first_model(), third_model()));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    CHECK(blames_the_file(flipped(bytes, bit, {})));
    const Status status = flipped(bytes, bit, {.checksum = false});
    const bool sound = status == Status::ok || status == Status::bad_frozen_layer || blames_the_file(status);
    if (!sound) FAIL("bit " << bit << ": " << status_name(status));
  }
}

// Takes minutes: run by tests/formats/model_flips_long.
TEST_CASE("every single-bit flip of a LeNet file gives a named status or a sound model", "[.long]") {
  AlignedBytes bytes = lenet_file();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    if (!blames_the_file(flipped(bytes, bit, {}))) FAIL("bit " << bit << " passes the checksum");
    const Status status = flipped(bytes, bit, {.checksum = false});
    if (status != Status::ok && !blames_the_file(status)) FAIL("bit " << bit << ": " << status_name(status));
  }
}

}  // namespace
}  // namespace lentil::formats
