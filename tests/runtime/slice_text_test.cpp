#include "runtime/slice_text.h"

#include <catch2/catch.hpp>

using namespace lentil;

TEST_CASE("a slice's text is read as Python reads it") {
  const auto list = parse_slices(" -1, 1:3 ,:, ::2,5:,...");
  REQUIRE(list);
  const auto items = list->items();
  REQUIRE(items.size() == 6);
  CHECK(items[0].kind() == Slice::Kind::index);
  CHECK(items[0].index() == -1);
  const auto check_range = [&](std::size_t i, const Range& expected) {
    CHECK(items[i].kind() == Slice::Kind::range);
    CHECK(items[i].range().first == expected.first);
    CHECK(items[i].range().last == expected.last);
    CHECK(items[i].range().step == expected.step);
  };
  check_range(1, range(1, 3));
  check_range(2, kAll);
  check_range(3, {.step = 2});
  check_range(4, {.first = 5});
  CHECK(items[5].kind() == Slice::Kind::rest);
}

TEST_CASE("a text that is no slice is refused with its place") {
  for (const char* part : {"", " ", "x", "1 2", "1:2:0", "1:2:-1", "1:2:3:4", "1:a", "..",
                           "99999999999999999999", "+1", "0x1", "1.", "::9223372036854775808"}) {
    INFO(part);
    const auto refused = parse_slices("0," + std::string(part));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().status == Status::bad_slice);
    CHECK(refused.error().where == 1);
  }
  CHECK(parse_slices("").error().status == Status::bad_slice);
}

TEST_CASE("more slices than any tensor has dimensions are refused") {
  CHECK(parse_slices("0,0,0,0,0,0,0,0,..."));
  const auto refused = parse_slices("0,0,0,0,0,0,0,0,0,0");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == Status::too_many_indices);
}
