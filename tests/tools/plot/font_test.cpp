#include "tools/plot/font.h"

#include <catch2/catch.hpp>
#include <set>

using namespace lentil::plot;

TEST_CASE("every character of ASCII has a glyph of its own") {
  std::set<std::array<std::uint8_t, kGlyphRows>> seen;
  for (char32_t c = '!'; c <= 0x7f; ++c) {
    const Glyph glyph = glyph_of(c);
    CAPTURE(static_cast<char>(c));
    CHECK(glyph.width >= 1);
    CHECK(glyph.width <= 5);
    if (c != 'O') CHECK(seen.insert(glyph.rows).second);  // which is a zero
  }
}

TEST_CASE("digits are equally wide, and what has no glyph is a box") {
  for (char32_t c = '0'; c <= '9'; ++c) CHECK(glyph_of(c).width == 5);
  CHECK(glyph_of(U'ü').rows == glyph_of(0x7f).rows);
  CHECK(glyph_of(U' ').width == 3);
}

TEST_CASE("a glyph has columns and rows as they are read") {
  const Glyph seven = glyph_of('7');
  for (int column = 0; column < 5; ++column) CHECK(seven.at(0, column));
  CHECK(seven.at(1, 4));
  CHECK_FALSE(seven.at(1, 0));
  CHECK_FALSE(seven.at(-1, 0));
  CHECK_FALSE(seven.at(0, 5));
  CHECK_FALSE(seven.at(9, 2));
}

TEST_CASE("texts become characters, and bytes that are none U+FFFD") {
  CHECK(characters("aü数😀") == U"aü数😀");
  CHECK(characters("a\xff"
                   "b") ==
        U"a\xfffd"
        U"b");
  CHECK(characters("\xc3") == U"\xfffd");
  CHECK(characters("\xed\xa0\x80")[0] == 0xfffd);                    // half of a pair
  CHECK(characters("\xc0\xaf").find(U'/') == std::u32string::npos);  // longer than it needs to be
  CHECK(characters("a\n\x1b") == U"a\xfffd\xfffd");
}
