#include "formats/slots.h"

#include <algorithm>

#include "tests/formats/slot_device.h"
#include "tests/support/fake_flash.h"

using namespace lentil;
using namespace lentil::formats;
using test::Device;
using test::DeviceOptions;
using test::FakeFlash;

namespace {

FakeFlash flash_for(const Device& device, std::uint32_t unit = 1) {
  return {static_cast<std::uint32_t>(device.slot_bytes(unit)), unit};
}

Saved save(FakeFlash& flash, Device& device) {
  const auto saved = save_learnt(flash.storage(), device.learnt());
  REQUIRE(saved);
  return *saved;
}

SlotsState load(FakeFlash& flash, Device& device) {
  const auto state = load_learnt(flash.storage(), device.learnt());
  REQUIRE(state);
  return *state;
}

template <class T>
void check_error(const Result<T>& result, const Error& expected) {
  REQUIRE_FALSE(result);
  CHECK(status_name(result.error().status) == std::string(status_name(expected.status)));
  CHECK(result.error().where == expected.where);
  CHECK(result.error().needed == expected.needed);
  CHECK(result.error().given == expected.given);
}

void correct(Device& device, std::uint32_t count, std::uint64_t seed) {
  for (std::uint32_t i = 0; i < count; ++i)
    REQUIRE(device.learner().correct(test::random_bytes(36, seed + i), i % 4) == Status::ok);
}

constexpr std::uint32_t kWeights = 2 * 9 + 2 + 5 * 32 + 5 + 4 * 5 + 4;

}  // namespace

TEST_CASE("training goes on to the same bits after a reset, dropout and momentum included") {
  Device whole({.seed = 5}), first({.seed = 5}), second({.seed = 99});
  FakeFlash flash = flash_for(first);
  whole.train(7);
  first.train(3);
  save(flash, first);
  load(flash, second);
  CHECK(second.trainer().steps_done() == 3);
  second.train(4);
  CHECK(second.state() == whole.state());
  CHECK(weights_hash(second.trainer().session()) == weights_hash(whole.trainer().session()));
}

TEST_CASE("a learner goes on to the same bits after a reset, its ring included") {
  const std::uint32_t before = GENERATE(3u, 8u, 11u);
  const DeviceOptions options{.corrections = 8, .velocities = false, .seed = 3};
  Device whole(options), first(options), second({.corrections = 8, .velocities = false, .seed = 4});
  FakeFlash flash = flash_for(first);
  for (Device* device : {&whole, &first}) {
    correct(*device, before, 50);
    REQUIRE(device->learner().learn({}, {.passes = 3}).status == Status::ok);
  }
  save(flash, first);
  load(flash, second);
  CHECK(second.learner().corrections() == std::min(before, 8u));
  for (Device* device : {&whole, &second}) {
    correct(*device, 2, 90);
    REQUIRE(device->learner().learn({}, {.passes = 3}).status == Status::ok);
  }
  CHECK(second.state() == whole.state());
}

TEST_CASE("a ring with other places takes the newest corrections") {
  Device many({.corrections = 8}), few({.corrections = 3}), more({.corrections = 12}), none;
  FakeFlash flash = flash_for(many);
  correct(many, 11, 50);
  save(flash, many);
  load(flash, few);
  load(flash, more);
  load(flash, none);
  REQUIRE(few.learner().corrections() == 3);
  REQUIRE(more.learner().corrections() == 8);
  for (std::uint32_t age = 0; age < 3; ++age) {
    CHECK(std::ranges::equal(few.learner().correction_pixels(age), test::random_bytes(36, 58 + age)));
    CHECK(few.learner().correction_label(age) == (8 + age) % 4);
  }
  CHECK(std::ranges::equal(more.learner().correction_pixels(0), test::random_bytes(36, 53)));
}

TEST_CASE("the slots are written in turn and the newest is loaded, over the last sequence number, too") {
  Device device, reader;
  FakeFlash flash = flash_for(device);
  for (std::uint32_t i = 0; i < 5; ++i) {
    device.train();
    const Saved saved = save(flash, device);
    CHECK(saved.slot == i % 2);
    CHECK(saved.sequence == i + 1);
    CHECK(saved.bytes == device.slot_bytes());
    const SlotsState state = load(flash, reader);
    CHECK(state.newest == static_cast<std::int32_t>(i % 2));
    CHECK(state.headers[i % 2].parent == i);
    CHECK(reader.state() == device.state());
  }
  CHECK(is_later(1, 0xffffffffu));
  CHECK_FALSE(is_later(0xffffffffu, 1));
  CHECK(after(0xffffffffu) == 1);
}

TEST_CASE("with empty slots the base is loaded, whatever was learnt before") {
  Device device({.corrections = 4});
  const std::uint64_t base = device.state();
  FakeFlash flash = flash_for(device);
  device.train(2);
  correct(device, 3, 1);
  const SlotsState state = load(flash, device);
  CHECK(state.newest == kNoSlot);
  CHECK(state.slots[0].status == Status::slot_empty);
  CHECK(state.slots[1].where == 1);
  CHECK(device.state() == base);
}

TEST_CASE("undo goes back one save and the next save keeps what was gone back to") {
  Device device, reader;
  FakeFlash flash = flash_for(device);
  std::vector<std::uint64_t> states{device.state()};
  for (int i = 0; i < 3; ++i) {
    device.train();
    save(flash, device);
    states.push_back(device.state());
  }
  REQUIRE(undo_learnt(flash.storage(), device.learnt()));
  CHECK(device.state() == states[2]);
  // The save before that one is overwritten: going back to the base instead would lose more than asked.
  check_error(undo_learnt(flash.storage(), device.learnt()), {Status::nothing_to_undo, 1, 1, 2});
  CHECK(device.state() == states[2]);
  device.train(2);
  CHECK(save(flash, device).slot == 0);
  REQUIRE(undo_learnt(flash.storage(), device.learnt()));
  CHECK(device.state() == states[2]);
  CHECK(load(flash, reader).newest == 1);
  CHECK(reader.state() == states[2]);
}

TEST_CASE("undo of the only save goes back to the base") {
  Device device;
  const std::uint64_t base = device.state();
  FakeFlash flash = flash_for(device);
  check_error(undo_learnt(flash.storage(), device.learnt()), {Status::nothing_to_undo});
  device.train();
  save(flash, device);
  const auto state = undo_learnt(flash.storage(), device.learnt());
  REQUIRE(state);
  CHECK(state->newest == kNoSlot);
  CHECK(device.state() == base);
}

TEST_CASE("forgetting leaves the base and nothing of the pictures in storage") {
  Device device({.corrections = 4});
  const std::uint64_t base = device.state();
  FakeFlash flash = flash_for(device);
  for (int i = 0; i < 2; ++i) {
    correct(device, 2, 1);
    save(flash, device);
  }
  REQUIRE(forget_learnt(flash.storage(), device.learnt()));
  CHECK(device.state() == base);
  for (const std::uint32_t slot : {0u, 1u})
    CHECK(std::ranges::count(flash.cells(slot), 0xff) == static_cast<std::ptrdiff_t>(device.slot_bytes()));
}

TEST_CASE("a slot of another base is passed over, named, and written over") {
  Device old(test::small_network(1)), now(test::small_network(2));
  FakeFlash flash = flash_for(old);
  old.train();
  save(flash, old);
  const std::uint64_t base = now.state();
  const SlotsState state = load(flash, now);
  CHECK(state.newest == kNoSlot);
  CHECK(state.slots[0].status == Status::slot_of_other_base);
  CHECK(state.slots[0].needed == now.base().checksum());
  CHECK(state.slots[0].given == old.base().checksum());
  CHECK(now.state() == base);
  CHECK(save(flash, now).slot == 0);
  CHECK(load(flash, now).newest == 0);
}

TEST_CASE("frozen layers stay in the base and a plan that does not train the slot's layers is refused") {
  const std::vector<std::uint16_t> frozen{0, 3};
  Device last({.velocities = false, .frozen = frozen}), all;
  FakeFlash flash = flash_for(all);
  CHECK(last.slot_bytes() == kSlotHeaderBytes + 4 + 4 * 24 + 4 * 2 * 4 + kCommitBytes);
  CHECK(all.slot_bytes() == kSlotHeaderBytes + 8 + 2 * 4 * kWeights + 4 * 2 * 4 + kCommitBytes);
  last.train();
  save(flash, last);
  load(flash, all);
  CHECK(weights_hash(all.trainer().session()) == weights_hash(last.trainer().session()));
  all.train();
  save(flash, all);
  const std::uint64_t base = Device({.velocities = false, .frozen = frozen}).state();
  check_error(load_learnt(flash.storage(), last.learnt()), {Status::other_layers, 0});
  CHECK(last.state() == base);
}

TEST_CASE("statistics of a batch-norm are saved with its layer") {
  const ModelFile file = first_model();
  Device device(file), reader(file);
  FakeFlash flash = flash_for(device);
  device.train(3);
  save(flash, device);
  load(flash, reader);
  CHECK(reader.state() == device.state());
}

TEST_CASE("the device checks itself by the golden outputs that a save recorded") {
  const InputType input = GENERATE(InputType::uint8, InputType::float32);
  Device device({.input = input});
  FakeFlash flash = flash_for(device, 16);
  CHECK(*check_golden(flash.storage(), device.base(), device.trainer().session()) == 0);
  device.train(2);
  save(flash, device);
  const auto checked = check_golden(flash.storage(), device.base(), device.trainer().session());
  REQUIRE(checked);
  CHECK(*checked == (input == InputType::uint8 ? 2 : 0));  // the golden samples are pixels
  if (input == InputType::float32) return;
  device.train();  // the weights in force are others now
  const auto other = check_golden(flash.storage(), device.base(), device.trainer().session());
  REQUIRE_FALSE(other);
  CHECK(other.error().status == Status::golden_mismatch);
  CHECK(other.error().needed != other.error().given);
}

TEST_CASE("a slot that is one byte too small is refused before anything is erased") {
  Device device({.corrections = 3});
  const auto bytes = static_cast<std::uint32_t>(device.slot_bytes(8));
  FakeFlash small(bytes - 1, 8), enough(bytes, 8);
  check_error(save_learnt(small.storage(), device.learnt()), {Status::slot_too_small, 0, bytes, bytes - 1});
  CHECK(small.log().empty());
  save(enough, device);  // an empty ring
  correct(device, 3, 1);
  CHECK(save(enough, device).bytes == bytes);
}

TEST_CASE("write units that do not fit and hooks that are missing are refused") {
  Device device;
  FakeFlash flash = flash_for(device);
  for (const std::uint32_t unit : {0u, 3u, 128u}) {
    Storage storage = flash.storage();
    storage.write_unit = unit;
    check_error(save_learnt(storage, device.learnt()), {Status::bad_write_unit, 0, 64, unit});
  }
  check_error(save_learnt({}, device.learnt()), {Status::storage_failed});
  const auto nothing = load_learnt({}, device.learnt());
  REQUIRE(nothing);
  CHECK(nothing->slots[1].status == Status::storage_failed);
}

TEST_CASE("weights that are no numbers are not saved") {
  Device device;
  FakeFlash flash = flash_for(device);
  device.train();
  save(flash, device);
  flash.clear_log();
  device.trainer().weights(3, Slot::bias)[2] = std::numeric_limits<float>::infinity();
  check_error(save_learnt(flash.storage(), device.learnt()), {Status::non_finite_weight, 3, 0, 2});
  CHECK(flash.log().empty());
}

TEST_CASE("storage that loses a bit is found out before the commit mark and the older slot stays") {
  Device device, reader;
  FakeFlash flash = flash_for(device);
  device.train();
  save(flash, device);
  const std::uint64_t old = device.state();
  device.train();
  struct Liar {
    Storage honest;
    std::uint32_t bytes;
  } liar{flash.storage(), 0};
  Storage storage = liar.honest;
  storage.context = &liar;
  storage.erase = [](void* self, std::uint32_t slot) {
    const auto& l = *static_cast<Liar*>(self);
    return l.honest.erase(l.honest.context, slot);
  };
  storage.read = [](void* self, std::uint32_t slot, std::uint32_t offset, void* bytes, std::uint32_t count) {
    const auto& l = *static_cast<Liar*>(self);
    return l.honest.read(l.honest.context, slot, offset, bytes, count);
  };
  storage.write = [](void* self, std::uint32_t slot, std::uint32_t offset, const void* bytes,
                     std::uint32_t count) {
    auto& l = *static_cast<Liar*>(self);
    std::vector<std::uint8_t> copy(static_cast<const std::uint8_t*>(bytes),
                                   static_cast<const std::uint8_t*>(bytes) + count);
    if (offset == kPieceBytes) copy[17] ^= 4;
    l.bytes += count;
    return l.honest.write(l.honest.context, slot, offset, copy.data(), count);
  };
  const auto saved = save_learnt(storage, device.learnt());
  REQUIRE_FALSE(saved);
  CHECK(saved.error().status == Status::slot_not_verified);
  CHECK(saved.error().needed != saved.error().given);
  CHECK(liar.bytes == device.slot_bytes() - kCommitBytes);
  load(flash, reader);
  CHECK(reader.state() == old);
}

TEST_CASE("a slot that cannot be read is passed over, and the next save takes it") {
  Device device, reader;
  FakeFlash flash = flash_for(device);
  device.train();
  save(flash, device);
  const std::uint64_t old = device.state();
  device.train();
  save(flash, device);
  struct Broken {
    Storage honest;
  } broken{flash.storage()};
  Storage storage = broken.honest;
  storage.context = &broken;
  storage.read = [](void* self, std::uint32_t slot, std::uint32_t offset, void* bytes, std::uint32_t count) {
    const auto& b = *static_cast<Broken*>(self);
    return slot == 0 && b.honest.read(b.honest.context, slot, offset, bytes, count);
  };
  const auto state = load_learnt(storage, reader.learnt());
  REQUIRE(state);
  CHECK(state->newest == 0);
  CHECK(state->slots[1].status == Status::storage_failed);
  CHECK(reader.state() == old);
  CHECK(save(flash, reader).slot == 0);  // readable again: slot 1 is the newest
}
