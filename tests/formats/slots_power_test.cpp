// The power fails at every erase and every write, in every way: afterwards there is the old or the new.
#include "tests/formats/slot_device.h"
#include "tests/support/fake_flash.h"

using namespace lentil;
using namespace lentil::formats;
using test::Device;
using test::FakeFlash;
using test::Tear;

namespace {

enum class Action { save, undo, forget };

// False: it did not get to its end.
bool act(Action action, FakeFlash& flash, Device& device) {
  switch (action) {
    case Action::save:
      return static_cast<bool>(save_learnt(flash.storage(), device.learnt()));
    case Action::undo:
      return static_cast<bool>(undo_learnt(flash.storage(), device.learnt()));
    case Action::forget:
      return static_cast<bool>(forget_learnt(flash.storage(), device.learnt()));
  }
  return false;
}

// Every prefix of the operation and, after some of them, noise.
std::vector<Tear> tears(std::uint32_t bytes, std::uint32_t unit) {
  std::vector<Tear> all;
  for (std::uint32_t count = 0; count <= bytes; ++count) all.push_back({Tear::Kind::prefix, count});
  for (std::uint32_t count = 0; count < bytes; count += unit)
    for (std::uint32_t seed = 1; seed <= 3; ++seed) all.push_back({Tear::Kind::noise, count, seed});
  return all;
}

class PowerCuts {
 public:
  PowerCuts(const test::DeviceOptions& options, std::uint32_t unit, std::uint32_t saves, Action action)
      : action_(action),
        unit_(unit),
        writer_(options),
        reader_(options),
        before_(static_cast<std::uint32_t>(writer_.slot_bytes(unit)) + 24, unit) {
    for (std::uint32_t i = 0; i < saves; ++i) {
      learn();
      REQUIRE(save_learnt(before_.storage(), writer_.learnt()));
    }
    old_ = loaded(before_);
    if (action == Action::save) learn();
    before_.clear_log();
  }

  std::size_t cut_everywhere() {
    FakeFlash whole = before_;
    REQUIRE(act(action_, whole, action_ == Action::save ? writer_ : reader_));
    new_ = loaded(whole);
    REQUIRE(new_ != old_);
    const std::vector<std::uint32_t> operations = whole.log();
    std::size_t cuts = 0;
    for (std::uint32_t number = 0; number < operations.size(); ++number) {
      for (const Tear& tear : tears(operations[number], unit_)) {
        INFO("operation " << number << ", " << tear.count << " bytes, seed " << tear.seed);
        if (!cut(number, tear)) FAIL("neither the old nor the new");
        ++cuts;
      }
    }
    return cuts;
  }

 private:
  void learn() {
    writer_.train();
    if (writer_.learnt().learner == nullptr) return;
    const std::uint64_t seed = writer_.trainer().steps_done();
    REQUIRE(writer_.learner().correct(test::random_bytes(36, seed), seed % 4) == Status::ok);
  }

  std::uint64_t loaded(FakeFlash& flash) {
    REQUIRE(load_learnt(flash.storage(), reader_.learnt()));
    return reader_.state();
  }

  bool cut(std::uint32_t number, const Tear& tear) {
    FakeFlash flash = before_;
    flash.cut_after(number, tear);
    Device& device = action_ == Action::save ? writer_ : reader_;
    if (act(action_, flash, device)) return false;
    flash.power_on();
    const std::uint64_t found = loaded(flash);
    if (found != old_ && found != new_) return false;
    // Life goes on, from what was found.
    const std::uint64_t expected = writer_.state();
    if (!save_learnt(flash.storage(), writer_.learnt()) || loaded(flash) != expected) return false;
    return !flash.broke_a_rule();
  }

  Action action_;
  std::uint32_t unit_;
  Device writer_, reader_;
  FakeFlash before_;
  std::uint64_t old_ = 0, new_ = 0;
};

std::size_t cuts(const test::DeviceOptions& options, std::uint32_t unit, std::uint32_t saves, Action action) {
  return PowerCuts(options, unit, saves, action).cut_everywhere();
}

}  // namespace

TEST_CASE("power fails while saving, at every write and erase: the old or the new, and the next save works") {
  const std::uint32_t unit = GENERATE(1u, 8u, 16u, 32u, 64u), saves = GENERATE(0u, 1u, 2u, 3u);
  CHECK(cuts({}, unit, saves, Action::save) > 2000);
}

TEST_CASE("power fails while corrections are saved, too: the old or the new") {
  CHECK(cuts({.corrections = 3}, GENERATE(1u, 16u), GENERATE(0u, 1u, 5u), Action::save) > 2000);
}

TEST_CASE("power fails while a save is undone: the newest or what was there before it") {
  CHECK(cuts({.corrections = 3}, 8, GENERATE(1u, 2u, 5u), Action::undo) > 1000);
}

TEST_CASE("power fails while all is forgotten: the newest or the base") {
  CHECK(cuts({.corrections = 3}, 8, GENERATE(1u, 2u, 5u), Action::forget) > 1000);
}

TEST_CASE("power fails twenty times in a row while saving: the last that was whole is there") {
  Device writer, reader;
  FakeFlash flash(static_cast<std::uint32_t>(writer.slot_bytes()), 1);
  test::Dice dice(7);
  std::uint64_t last = reader.state();
  for (int round = 0; round < 20; ++round) {
    writer.train();
    flash.cut_after(dice.below(6), {Tear::Kind::noise, dice.below(256), dice.below(1000)});
    const bool saved = static_cast<bool>(save_learnt(flash.storage(), writer.learnt()));
    flash.power_on();
    REQUIRE(load_learnt(flash.storage(), reader.learnt()));
    if (saved) last = writer.state();
    CHECK((reader.state() == last || reader.state() == writer.state()));
    last = reader.state();
  }
}

TEST_CASE("power fails at every write of LeNet's 87 KB") {
  const ModelFile lenet = test::network(std::string("input 1x28x28, ") + std::string(test::kLenetSpec));
  test::DeviceOptions options{.velocities = false};
  Device writer(lenet, options), reader(lenet, options);
  FakeFlash first(static_cast<std::uint32_t>(writer.slot_bytes(32)), 32);
  writer.train();
  REQUIRE(save_learnt(first.storage(), writer.learnt()));
  const std::uint64_t old = weights_hash(writer.trainer().session());
  writer.train();
  first.clear_log();
  FakeFlash whole = first;
  REQUIRE(save_learnt(whole.storage(), writer.learnt()));
  const auto operations = static_cast<std::uint32_t>(whole.log().size());
  CHECK(operations == 1 + (kSlotHeaderBytes + 8 + 4 * 21840 + 255) / 256 + 1);
  for (std::uint32_t number = 0; number < operations; ++number) {
    FakeFlash flash = first;
    flash.cut_after(number, {Tear::Kind::noise, 8 * (number % 32), number});
    CHECK_FALSE(save_learnt(flash.storage(), writer.learnt()));
    flash.power_on();
    REQUIRE(load_learnt(flash.storage(), reader.learnt()));
    const std::uint64_t found = weights_hash(reader.trainer().session());
    if (found != old && found != weights_hash(writer.trainer().session())) FAIL("write " << number);
  }
}
