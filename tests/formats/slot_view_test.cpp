#include "formats/slot_view.h"

#include "tests/formats/slot_device.h"
#include "tests/support/fake_flash.h"

using namespace lentil;
using namespace lentil::formats;
using test::Device;
using test::FakeFlash;

TEST_CASE("a slot in memory is a network with the slot's weights where they lie") {
  const std::vector<std::uint16_t> frozen{3};
  Device device({.velocities = false, .frozen = frozen});
  FakeFlash flash(static_cast<std::uint32_t>(device.slot_bytes()), 1);
  device.train(2);
  REQUIRE(save_learnt(flash.storage(), device.learnt()));
  const AlignedBytes bytes(std::as_bytes(std::span(flash.cells(0))));
  const auto view = open_slot(device.base(), {bytes.data(), bytes.size()});
  REQUIRE(view);
  const Model model = view->model();
  CHECK(weights_hash(model) == weights_hash(device.trainer().session()));
  CHECK(weights_hash(model) != weights_hash(device.base().model()));
  const auto* first = reinterpret_cast<const std::byte*>(model.layer(0).tensor(Slot::weight).data());
  CHECK(first == bytes.data() + kSlotHeaderBytes + 4);
  CHECK(model.layer(3).tensor(Slot::weight).data() ==
        device.base().model().layer(3).tensor(Slot::weight).data());
  CHECK(view->header().step == 2);
}

TEST_CASE("a slot at an odd address or of another base is refused") {
  Device device, other(test::small_network(2));
  FakeFlash flash(static_cast<std::uint32_t>(device.slot_bytes()), 1);
  REQUIRE(save_learnt(flash.storage(), device.learnt()));
  AlignedBytes bytes(flash.cells(0).size() + 2);
  const auto odd = std::span(bytes.data() + 2, flash.cells(0).size());
  std::copy_n(reinterpret_cast<const std::byte*>(flash.cells(0).data()), odd.size(), odd.begin());
  const auto misaligned = open_slot(device.base(), odd);
  REQUIRE_FALSE(misaligned);
  CHECK(misaligned.error().status == Status::misaligned_file);
  CHECK(misaligned.error().given == 2);
  const AlignedBytes copy{std::span<const std::byte>(odd)};
  const auto refused = open_slot(other.base(), {copy.data(), copy.size()});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == Status::slot_of_other_base);
}
