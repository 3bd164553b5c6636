#include "formats/slot_layout.h"

#include "formats/host/file_io.h"
#include "formats/slot_view.h"
#include "tests/formats/slot_device.h"
#include "tests/support/fake_flash.h"

using namespace lentil;
using namespace lentil::formats;
using test::Device;
using test::FakeFlash;

TEST_CASE("a header's fields lie where docs/saving.md says") {
  const SlotHeader header{.velocities = true,
                          .sequence = 0x01020304,
                          .parent = 5,
                          .base_checksum = 6,
                          .base_bytes = 7,
                          .commit = 8,
                          .layers = 9,
                          .step = 10,
                          .seed = 0x1112131415161718,
                          .outputs = 11,
                          .golden = 12,
                          .corrections = 13,
                          .next_place = 14};
  const SlotHeaderBytes bytes = encode(header);
  std::vector<unsigned> values;
  for (const std::byte b : bytes) values.push_back(std::to_integer<unsigned>(b));
  const std::vector<unsigned> expected{
      'L', 'N', 'T', 'S', 1,  0, 1, 0, 4,  3, 2,    1,    5,    0,    0,    0,    6,    0,    0,  0, 7, 0,
      0,   0,   8,   0,   0,  0, 9, 0, 0,  0, 0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11, 10, 0, 0, 0,
      11,  0,   0,   0,   12, 0, 0, 0, 13, 0, 0,    0,    14,   0,    0,    0,    0,    0,    0,  0};
  CHECK(values == expected);
  SlotHeader read;
  REQUIRE(decode(bytes, read));
  CHECK(read == header);
}

// What the first version wrote after three steps from tests/formats/data/first.lentil. It must stay readable;
// never make it again.
TEST_CASE("a slot of the first version is read") {
  const std::string folder = LENTIL_SOURCE_DIR "/tests/formats/data/";
  auto base = read_file_aligned(folder + "first.lentil");
  REQUIRE(base);
  Device device(std::move(*base));
  const auto slot = read_file_aligned(folder + "first.slot");
  REQUIRE(slot);
  const auto view = open_slot(device.base(), {slot->data(), slot->size()});
  REQUIRE(view);
  const SlotHeader expected{.velocities = true,
                            .sequence = 1,
                            .base_checksum = 0x2293BD3A,
                            .base_bytes = 2560,
                            .commit = 508,
                            .layers = 3,
                            .step = 3,
                            .seed = 1,
                            .outputs = 3,
                            .golden = 1};
  CHECK(view->header() == expected);
  CHECK(weights_hash(view->model()) == 0x3D32A0D2CE982EED);
}
