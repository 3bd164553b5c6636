#include "tools/text.h"

#include <catch2/catch.hpp>

using namespace lentil::tools;
using Words = std::vector<std::string>;

TEST_CASE("large numbers are grouped by thousands") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(21840) == "21,840");
  CHECK(grouped(1234567890) == "1,234,567,890");
}

TEST_CASE("one is no plural") {
  CHECK(counted(0, "step") == "0 steps");
  CHECK(counted(1, "epoch") == "1 epoch");
  CHECK(counted(2000, "step") == "2000 steps");
}

TEST_CASE("text is split at separators and joined again") {
  CHECK(split("conv1,conv2", ',') == Words{"conv1", "conv2"});
  CHECK(split(",a,,b,", ',') == Words{"a", "b"});
  CHECK(split("", ',').empty());
  CHECK(join(Words{"a", "b", "c"}, ", ") == "a, b, c");
  CHECK(join(Words{}, ", ").empty());
}

TEST_CASE("text is wrapped between words") {
  CHECK(wrap("one two three", 7) == "one two\nthree");
  CHECK(wrap("one two three", 8) == "one two\nthree");
  CHECK(wrap("incomprehensible one", 5) == "incomprehensible\none");
  CHECK(wrap("", 5).empty());
}

TEST_CASE("a slip of the finger finds the word that was meant") {
  const Words commands{"train", "eval", "inspect"};
  CHECK(did_you_mean("trian", commands) == " (did you mean 'train'?)");
  CHECK(did_you_mean("inspct", commands) == " (did you mean 'inspect'?)");
  CHECK(did_you_mean("--mem", Words{"--map", "--memory-of-all"}) == " (did you mean '--map'?)");
  CHECK(did_you_mean("--mem", Words{"--batch", "--memory-of-all"}) == " (did you mean '--memory-of-all'?)");
  CHECK(did_you_mean("elephant", commands).empty());
  CHECK(did_you_mean("xy", Words{"ab"}).empty());
}

TEST_CASE("quoted words come back as they were") {
  const Words words{"lentil", "train", "--arch", "conv 8 k5, relu", "", "it's", "a\\b", "'", "ünï", "$HOME"};
  const auto again = split_words(quote_words(words));
  REQUIRE(again);
  CHECK(*again == words);
  CHECK(quote_words(Words{"--lr", "0.005"}) == "--lr 0.005");
  CHECK(quote_words(Words{"it's"}) == "'it'\\''s'");
  CHECK_FALSE(split_words("an 'open quotation"));
}

TEST_CASE("nothing printed gives orders to the terminal") {
  CHECK(printable("\x1b[31mred\x07\n\ttab \x7f ünï") == "?[31mred?\n\ttab ? ünï");
}
