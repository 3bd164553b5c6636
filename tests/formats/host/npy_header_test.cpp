#include "formats/host/npy_header.h"

#include <catch2/catch.hpp>

using namespace lentil::formats;
using Shape = std::vector<std::int64_t>;

TEST_CASE("a npy header is read in any order and spacing that Python writes") {
  const auto dict = parse_npy_dict("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }   \n");
  REQUIRE(dict);
  CHECK(dict->descr == "<f4");
  CHECK_FALSE(dict->fortran_order);
  CHECK(dict->shape == Shape{3, 4});
  const auto other = parse_npy_dict(R"({"shape":(7,),"fortran_order":True,"descr":"|u1"})");
  REQUIRE(other);
  CHECK(other->descr == "|u1");
  CHECK(other->fortran_order);
  CHECK(other->shape == Shape{7});
  CHECK(parse_npy_dict("{'descr': '<f4', 'fortran_order': False, 'shape': (), }")->shape.empty());
}

TEST_CASE("a npy header that is none is refused") {
  const std::string front = "{'descr': '<f4', 'fortran_order': False, 'shape': ";
  for (const std::string& text :
       std::vector<std::string>{"",
                                "{}",
                                "{",
                                "x",
                                front,
                                front + "(3",
                                front + "(3)}",
                                front + "(3 4)}",
                                front + "(,)}",
                                front + "(-1,)}",
                                front + "(99999999999999999999,)}",
                                front + "(3,), 'more': 1}",
                                front + "(3,), 'shape': (3,)}",
                                front + "(3,)} x",
                                front + "(3,)",
                                front + "3}",
                                front + "(3.0,)}",
                                "{'descr': '<f4', 'shape': (3,)}",
                                "{'descr': <f4, 'fortran_order': False, 'shape': (3,)}",
                                "{'descr': '<f4', 'fortran_order': 0, 'shape': (3,)}",
                                "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (3,)}",
                                "{'descr': '<f4' 'fortran_order': False, 'shape': (3,)}"}) {
    INFO(text);
    const auto dict = parse_npy_dict(text);
    REQUIRE_FALSE(dict);
    CHECK_THAT(dict.error().message, Catch::Contains("none of NumPy's"));
  }
  const auto records = parse_npy_dict("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }");
  REQUIRE_FALSE(records);
  CHECK_THAT(records.error().message, Catch::Contains("records"));
}
