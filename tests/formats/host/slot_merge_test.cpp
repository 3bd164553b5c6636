#include "formats/host/slot_merge.h"

#include "formats/crc32.h"
#include "tests/formats/slot_device.h"
#include "tests/support/fake_flash.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;
using test::Device;
using test::FakeFlash;

namespace {

struct Saves {
  Device device;
  FakeFlash flash{static_cast<std::uint32_t>(device.slot_bytes()), 1};

  explicit Saves(int count) {
    for (int i = 0; i < count; ++i) {
      device.train();
      REQUIRE(save_learnt(flash.storage(), device.learnt()));
    }
  }
  std::vector<SlotFile> files() {
    std::vector<SlotFile> files;
    for (const std::uint32_t slot : {0u, 1u})
      files.push_back({slot == 0 ? "a" : "b", AlignedBytes(std::as_bytes(std::span(flash.cells(slot))))});
    return files;
  }
  Outcome<MergedSlot> merge() { return merge_newest_slot(device.base(), files(), *kernels::cpu().table); }
};

}  // namespace

TEST_CASE("base and newest slot make a complete file with the device's weights and outputs") {
  Saves saves(3);
  const auto merged = saves.merge();
  REQUIRE(merged);
  CHECK(merged->path == "a");
  CHECK(merged->passed_over.empty());
  CHECK(merged->golden_checked == 2);
  CHECK(weights_hash(merged->file.model()) == weights_hash(saves.device.trainer().session()));
  CHECK(merged->file.training->command == "save 3 of a");
  CHECK(merged->file.training->numbers.weights_hash == weights_hash(merged->file.model()));
}

TEST_CASE("a damaged slot is passed over and told") {
  Saves saves(2);
  saves.flash.cells(1)[200] ^= 1;
  const auto merged = saves.merge();
  REQUIRE(merged);
  CHECK(merged->header.sequence == 1);
  CHECK_THAT(merged->passed_over, Contains("'b': the slot is damaged"));
  saves.flash.cells(0)[200] ^= 1;
  const auto none = saves.merge();
  REQUIRE_FALSE(none);
  CHECK_THAT(none.error().message, Contains("nothing that was learnt can be used: 'a'"));
}

TEST_CASE("outputs that this machine does not compute are told") {
  Saves saves(1);
  auto& cells = saves.flash.cells(0);
  const std::size_t commit = cells.size() - kCommitBytes;
  cells[commit - 4] ^= 1;  // the last golden output
  const CommitMark mark = commit_mark(crc32(std::as_bytes(std::span(cells)).first(commit)));
  std::copy_n(reinterpret_cast<const std::uint8_t*>(mark.data()), mark.size(), cells.data() + commit);
  const auto merged = saves.merge();
  REQUIRE_FALSE(merged);
  CHECK_THAT(merged.error().message, Contains("golden sample 1"));
}
