// Slots that no save wrote: never taken for one, never read beyond their end.
#include <algorithm>

#include "formats/crc32.h"
#include "formats/slot_view.h"
#include "tests/formats/slot_device.h"
#include "tests/support/fake_flash.h"

using namespace lentil;
using namespace lentil::formats;
using test::Device;
using test::FakeFlash;

namespace {

struct Written {
  explicit Written(std::uint32_t corrections = 2)
      : device({.corrections = corrections}), flash(static_cast<std::uint32_t>(device.slot_bytes()), 1) {
    device.train(2);
    for (std::uint32_t i = 0; i < corrections; ++i)
      REQUIRE(device.learner().correct(test::random_bytes(36, i), i % 4) == Status::ok);
    REQUIRE(save_learnt(flash.storage(), device.learnt()));
  }
  std::vector<std::uint8_t>& slot() { return flash.cells(0); }
  Error error() { return find_learnt(flash.storage(), device.base()).slots[0]; }
  bool accepted() {
    const bool valid = error().status == Status::ok;
    REQUIRE_FALSE(flash.broke_a_rule());
    return valid;
  }

  // The mark that would make the bytes in front of it a slot.
  void sign() {
    SlotHeader header;
    SlotHeaderBytes bytes;
    std::copy_n(reinterpret_cast<const std::byte*>(slot().data()), bytes.size(), bytes.begin());
    REQUIRE(decode(bytes, header));
    if (header.commit < kSlotHeaderBytes || header.commit > slot().size() - kCommitBytes) return;
    const auto content = std::as_bytes(std::span(slot())).first(header.commit);
    const CommitMark mark = commit_mark(crc32(content));
    std::copy_n(reinterpret_cast<const std::uint8_t*>(mark.data()), mark.size(),
                slot().begin() + header.commit);
  }
  void put(std::size_t at, std::uint32_t value) {
    for (int i = 0; i < 4; ++i) slot()[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
  }

  Device device;
  FakeFlash flash;
};

}  // namespace

TEST_CASE("a slot with any one bit flipped is refused") {
  Written written;
  REQUIRE(written.accepted());
  for (std::size_t bit = 0; bit < 8 * written.slot().size(); ++bit) {
    const auto mask = static_cast<std::uint8_t>(1u << bit % 8);
    written.slot()[bit / 8] ^= mask;
    if (written.accepted()) FAIL("bit " << bit);
    written.slot()[bit / 8] ^= mask;
  }
  REQUIRE(written.accepted());
}

TEST_CASE("a slot cut short at any byte is refused, in storage and in memory") {
  Written written;
  const std::vector<std::uint8_t> whole = written.slot();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const AlignedBytes bytes(std::as_bytes(std::span(whole)).first(size));
    const auto view = open_slot(written.device.base(), {bytes.data(), bytes.size()});
    if (view) FAIL("size " << size);
    written.slot().resize(size);
    if (written.accepted()) FAIL("size " << size);
  }
}

TEST_CASE("sizes that cannot be are refused, though the checksum is right") {
  struct Lie {
    std::size_t at;
    std::uint32_t value;
  };
  const std::uint32_t value = GENERATE(0u, 1u, 63u, 65u, 0x7fffffffu, 0x80000000u, 0xfffffff8u, 0xffffffffu);
  for (const std::size_t at : {24u, 28u, 44u, 48u, 52u}) {  // commit, layers, outputs, golden, corrections
    INFO("value " << value << " at " << at);
    Written written;
    written.put(at, value);
    written.sign();
    const bool smaller = (at == 48 || at == 52) && value < 2;  // fewer parts than there is room for
    const Error error = written.error();
    CHECK_FALSE(written.flash.broke_a_rule());
    if (!smaller) CHECK(error.status == Status::slot_damaged);
  }
}

TEST_CASE("layers that the network lacks, or out of order, are refused") {
  const std::uint16_t layer =
      GENERATE(std::uint16_t{1}, std::uint16_t{3}, std::uint16_t{8}, std::uint16_t{0xffff});
  Written written;
  written.slot()[kSlotHeaderBytes] = static_cast<std::uint8_t>(layer & 0xff);
  written.slot()[kSlotHeaderBytes + 1] = static_cast<std::uint8_t>(layer >> 8);
  written.sign();
  CHECK(written.error().status == Status::slot_damaged);
}

TEST_CASE(
    "weights that are no numbers and labels that are no classes are refused, though the checksum is right") {
  Written infinite, label, newer;
  infinite.put(kSlotHeaderBytes + 8 + 4 * 5, 0x7f800000);
  infinite.sign();
  CHECK(infinite.error().status == Status::non_finite_weight);
  CHECK(infinite.error().given == 5);
  label.slot()[label.slot().size() - kCommitBytes - 2 * 36 - 2 - 2] = 4;
  label.slot()[label.slot().size() - kCommitBytes - 2 * 36 - 2] = 4;
  label.sign();
  CHECK(label.error().status == Status::slot_damaged);
  newer.slot()[4] = 2;
  newer.sign();
  CHECK(newer.error().status == Status::slot_too_new);
  CHECK(newer.error().given == 2);
}

TEST_CASE("a big slot with random bits flipped is refused") {
  Written written(40);
  test::Dice dice(3);
  for (int round = 0; round < 500; ++round) {
    const std::vector<std::uint8_t> before = written.slot();
    for (std::uint32_t flips = 1 + dice.below(20); flips > 0; --flips)
      written.slot()[dice.below(static_cast<std::uint32_t>(before.size()))] ^=
          static_cast<std::uint8_t>(1u << dice.below(8));
    if (written.slot() != before && written.accepted()) FAIL("round " << round);
    written.slot() = before;
  }
}

TEST_CASE("noise is refused") {
  Written written;
  test::Dice dice(5);
  for (int round = 0; round < 300; ++round) {
    for (auto& byte : written.slot()) byte = static_cast<std::uint8_t>(dice.below(256));
    if (round % 2 == 0) std::copy_n("LNTS\1\0", 6, written.slot().begin());
    CHECK_FALSE(written.accepted());
  }
}
