#include "tools/config_text.h"

#include <catch2/catch.hpp>

using Catch::Contains;
using Catch::StartsWith;
using lentil::tools::config_value;
using lentil::tools::read_config;

namespace {

// The value of the only entry in a line.
std::string value_of(const std::string& line) {
  const auto entries = read_config(line, "f");
  INFO(line);
  REQUIRE(entries);
  REQUIRE(entries->size() == 1);
  return (*entries)[0].value;
}

std::string problem_of(const std::string& text) {
  const auto entries = read_config(text, "f");
  INFO(text);
  REQUIRE_FALSE(entries);
  return entries.error().message;
}

}  // namespace

TEST_CASE("entries know their section and line") {
  const auto entries =
      read_config("# all\r\n\nthreads=2\r\n[train] # one\n\t lr = 0.01 # small\nquiet = true", "f");
  REQUIRE(entries);
  REQUIRE(entries->size() == 4);
  const auto& [threads, section, lr, quiet] =
      std::tie((*entries)[0], (*entries)[1], (*entries)[2], (*entries)[3]);
  CHECK((threads.section.empty() && threads.key == "threads" && threads.value == "2" && threads.line == 3));
  CHECK((section.section == "train" && section.key.empty() && section.line == 4));
  CHECK((lr.section == "train" && lr.key == "lr" && lr.value == "0.01" && lr.line == 5));
  CHECK((quiet.section == "train" && quiet.key == "quiet" && quiet.value == "true" && quiet.line == 6));
  CHECK(read_config("", "f")->empty());
}

TEST_CASE("values are numbers, switches, texts and lists") {
  CHECK(value_of("a = -1e-3") == "-1e-3");
  CHECK(value_of("a = \"conv 8 k5, # relu\"  # text") == "conv 8 k5, # relu");
  CHECK(value_of(R"(a = "a \"b\" \\c")") == R"(a "b" \c)");
  CHECK(value_of(R"(a = 'C:\data "x"')") == R"(C:\data "x")");
  CHECK(value_of("a = \"\"").empty());
  CHECK(value_of("a = [1, 8,64 ]") == "1,8,64");
  CHECK(value_of("a = [\"x\", 'y',]") == "x,y");
}

TEST_CASE("what is no entry is refused with its line and what to write instead") {
  CHECK_THAT(problem_of("\n\na = lenet"), StartsWith("f:3: ") && Contains("\"lenet\""));
  for (const char* text : {"a",         "= 1",     "a =",     "a = 1 2",
                           "a = \"x",   "a = 'x",  "a = [1",  "a = [1 2]",
                           "a = [,]",   "[",       "[]",      "[a",
                           "[a] b",     "[[a]]",   "a.b = 1", "a = \"\"\"x\"\"\"",
                           "a = 1_000", "a = inf", "a = nan", "a = \"\\n\"",
                           "a = \"x\\", "a: 1"}) {
    CHECK_THAT(problem_of(text), StartsWith("f:1: "));
  }
  CHECK_THAT(problem_of(std::string("a\0 = 1", 6)), StartsWith("f:1: "));
  CHECK_THAT(problem_of("a = 1\na = 2"), Contains("line 1 already"));
  CHECK(read_config("a = 1\n[b]\na = 2", "f"));
}

TEST_CASE("a value that is written is read as it was") {
  for (const char* value :
       {"0.005", "true", "1,8,64", "lenet", "", "conv 8, relu", "a \"b\" c", "a\\b", "it's \"x\\\""})
    CHECK(value_of("a = " + config_value(value)) == value);
  CHECK(config_value("1,8") == "[1, 8]");
  CHECK(config_value("lenet") == "\"lenet\"");
}
