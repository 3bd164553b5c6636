#include <cstring>

#include "formats/model_reader.h"
#include "runtime/plan_data.h"
#include "tests/formats/device/model.h"
#include "tests/support/guarded_pages.h"

using namespace lentil;
using namespace lentil::test;

namespace {

lentil_error open_in(std::span<const std::byte> model, std::span<std::byte> arena,
                     const lentil_options& options = {}) {
  auto* network = reinterpret_cast<lentil_network*>(arena.data());
  const lentil_error error =
      lentil_open(&network, model.data(), model.size(), &options, arena.data(), arena.size());
  CHECK((network == nullptr) == (error.status != LENTIL_OK));
  return error;
}

std::uint64_t needed(std::span<const std::byte> model, const lentil_options& options) {
  formats::AlignedBytes scratch(1 << 16);
  std::uint64_t bytes = 0;
  OpenNetwork::check(
      lentil_needed(model.data(), model.size(), &options, scratch.data(), scratch.size(), &bytes));
  return bytes;
}

std::vector<lentil_options> all_modes() {
  std::vector<lentil_options> all;
  for (const std::uint32_t mode : {LENTIL_INFER, LENTIL_LEARN, LENTIL_TRAIN}) {
    for (const std::uint32_t goal : {LENTIL_SMALL, LENTIL_FAST}) {
      all.push_back({.mode = mode, .goal = goal, .batch = 3, .train_last = 1, .corrections = 5});
      all.push_back({.mode = mode, .goal = goal, .pictures = LENTIL_PREPARED_PICTURE, .velocity = 1});
      if (mode != LENTIL_LEARN) all.push_back({.mode = mode, .goal = goal, .input = LENTIL_FLOATS});
    }
  }
  return all;
}

}  // namespace

TEST_CASE("the arena may be of the stated size, not of one byte less, and nothing beside it is written") {
  const auto model = formats::write_model(small_file());
  for (const lentil_options& options : all_modes()) {
    CAPTURE(options.mode, options.goal, options.input, options.pictures);
    const auto bytes = static_cast<std::size_t>(needed(model, options));
    for (const bool front : {true, false}) {
      GuardedPages pages(bytes);
      const auto arena = front ? pages.at_front(bytes) : pages.at_back(bytes);
      check_error(open_in(model, arena.first(bytes - 1), options), LENTIL_ARENA_TOO_SMALL, 0, bytes,
                  bytes - 1);
      OpenNetwork::check(open_in(model, arena, options));
      CHECK(pages.untouched_outside(arena));
    }
  }
}

TEST_CASE("the size does not depend on the memory that it is found in, which may be small") {
  const auto model = formats::write_model(small_file());
  const lentil_options options{.mode = LENTIL_LEARN, .train_last = 1};
  std::uint64_t bytes = 0;
  const lentil_error none = lentil_needed(model.data(), model.size(), &options, nullptr, 0, &bytes);
  CHECK(none.status == LENTIL_ARENA_TOO_SMALL);
  CHECK(none.needed < 4096);
  const auto least = static_cast<std::size_t>(none.needed);
  GuardedPages pages(least);
  const auto memory = pages.at_back(least);
  check_error(lentil_needed(model.data(), model.size(), &options, memory.data(), least - 1, &bytes),
              LENTIL_ARENA_TOO_SMALL, 0, least, least - 1);
  CHECK(bytes == 0);
  OpenNetwork::check(lentil_needed(model.data(), model.size(), &options, memory.data(), least, &bytes));
  CHECK(bytes == needed(model, options));
  CHECK(pages.untouched_outside(memory));
}

TEST_CASE("an arena that is too small for its planner alone is enough for no network") {
  const auto model = formats::write_model(network("input 4, linear 2"));
  const lentil_options options{.input = LENTIL_FLOATS};
  const auto bytes = static_cast<std::size_t>(needed(model, options));
  GuardedPages pages(bytes);
  for (std::size_t size = 0; size < bytes; ++size) {
    const lentil_error error = open_in(model, pages.at_front(size), options);
    CHECK(error.status == LENTIL_ARENA_TOO_SMALL);
    CHECK(error.given == size);
    CHECK(pages.untouched_outside(pages.at_front(size)));
  }
  OpenNetwork::check(open_in(model, pages.at_front(bytes), options));
}

TEST_CASE("arenas that are missing, misaligned or share bytes with the model are refused") {
  const auto model = formats::write_model(small_file());
  formats::AlignedBytes memory(model.size() + (1 << 18));
  std::memcpy(memory.data(), model.data(), model.size());
  const std::span<const std::byte> inside(memory.data(), model.size());
  const std::span<std::byte> all(memory.data(), memory.size());
  check_error(open_in(inside, {}), LENTIL_MISSING_ARGUMENT, 4, 0, 0);
  check_error(open_in(inside, all.subspan(model.size() + 1)), LENTIL_ARENA_MISALIGNED, 0, 64, 1);
  check_error(open_in(inside, all.subspan(model.size() - 64)), LENTIL_ARENA_OVERLAPS, 0, model.size(), 64);
  check_error(open_in(inside, all), LENTIL_ARENA_OVERLAPS, 0, model.size(), model.size());
  check_error(open_in(inside, all.first(128)), LENTIL_ARENA_OVERLAPS, 0, model.size(), 128);
  CHECK(std::memcmp(memory.data(), model.data(), model.size()) == 0);
  OpenNetwork::check(open_in(inside, all.subspan(model.size())));
  lentil_network* network = nullptr;
  std::uint64_t bytes = 0;
  check_error(lentil_open(nullptr, model.data(), 64, nullptr, memory.data(), 64), LENTIL_MISSING_ARGUMENT, 0,
              0, 0);
  check_error(lentil_open(&network, nullptr, 64, nullptr, memory.data(), 64), LENTIL_MISSING_ARGUMENT, 1, 0,
              0);
  check_error(lentil_needed(nullptr, 64, nullptr, memory.data(), 64, &bytes), LENTIL_MISSING_ARGUMENT, 0, 0,
              0);
  check_error(lentil_needed(model.data(), 64, nullptr, nullptr, 64, &bytes), LENTIL_MISSING_ARGUMENT, 3, 0,
              0);
  check_error(lentil_needed(model.data(), 64, nullptr, memory.data(), 64, nullptr), LENTIL_MISSING_ARGUMENT,
              5, 0, 0);
}

TEST_CASE("a model file that is cut, changed or none at all is refused as in C++") {
  auto model = formats::write_model(small_file());
  formats::AlignedBytes arena(1 << 18);
  const std::span<std::byte> bytes(model.data(), model.size());
  const auto check_refused = [&](std::span<const std::byte> file) {
    const auto wanted = formats::open_model(file);
    REQUIRE_FALSE(wanted);
    check_error(open_in(file, {arena.data(), arena.size()}),
                static_cast<std::uint32_t>(wanted.error().status), wanted.error().where,
                wanted.error().needed, wanted.error().given);
  };
  for (std::size_t size = 0; size < bytes.size(); size += 61) check_refused(bytes.first(size));
  for (std::size_t i = 0; i < bytes.size(); i += 37) {
    bytes[i] ^= std::byte{4};
    check_refused(bytes);
    bytes[i] ^= std::byte{4};
  }
  const formats::AlignedBytes text(4096);
  check_refused({text.data(), text.size()});
  formats::AlignedBytes moved(bytes.size() + 4);
  std::memcpy(moved.data() + 4, bytes.data(), bytes.size());
  check_refused({moved.data() + 4, bytes.size()});
}

TEST_CASE("options that do not exist are named") {
  const auto model = formats::write_model(small_file());
  formats::AlignedBytes arena(1 << 18);
  const auto status = [&](const lentil_options& options) { return open_in(model, arena, options); };
  check_error(status({.mode = 3}), LENTIL_BAD_OPTION, 0, 2, 3);
  check_error(status({.goal = 2}), LENTIL_BAD_OPTION, 1, 1, 2);
  check_error(status({.input = 7}), LENTIL_BAD_OPTION, 2, 1, 7);
  check_error(status({.pictures = 2}), LENTIL_BAD_OPTION, 3, 1, 2);
  check_error(status({.velocity = 2}), LENTIL_BAD_OPTION, 4, 1, 2);
  check_error(status({.trusted = 2}), LENTIL_BAD_OPTION, 5, 1, 2);
  check_error(status({.mode = LENTIL_LEARN, .input = LENTIL_FLOATS}), LENTIL_WRONG_INPUT_TYPE, 0, 0, 1);
  check_error(status({.batch = 0x80000000u}), LENTIL_BAD_BATCH, 0, 0x7fffffff, 0x80000000u);
}

TEST_CASE("the checksum is left out where the storage is trusted, and nothing else is") {
  auto model = formats::write_model(small_file());
  const auto at = std::search(model.begin(), model.end(), "class 7", "class 7" + 7,
                              [](std::byte b, char c) { return b == static_cast<std::byte>(c); });
  REQUIRE(at != model.end());
  at[6] = std::byte{'8'};
  formats::AlignedBytes arena(1 << 18);
  CHECK(open_in(model, arena).status == LENTIL_CHECKSUM_MISMATCH);
  OpenNetwork::check(open_in(model, arena, {.trusted = 1}));
  check_error(open_in(std::span(model).first(model.size() - 64), arena, {.trusted = 1}),
              LENTIL_FILE_TRUNCATED, 0, model.size(), model.size() - 64);
}

TEST_CASE("only the last layers are copied to be trained where so asked") {
  const auto file = small_file();
  const auto bytes_with = [&](std::uint32_t last) {
    return needed(formats::write_model(file),
                  {.mode = LENTIL_TRAIN, .input = LENTIL_FLOATS, .train_last = last});
  };
  CHECK(bytes_with(1) < bytes_with(2));
  CHECK(bytes_with(2) == bytes_with(9));
  const std::array<std::uint16_t, 1> conv{0};
  const OwnedPlan plan(file.model(), {.mode = Mode::train, .goal = Goal::small, .frozen = conv});
  CHECK(bytes_with(1) == 320 + arena_bytes(*plan));
}
