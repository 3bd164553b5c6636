#include "formats/host/outcome.h"

#include <catch2/catch.hpp>
#include <set>

namespace lentil::formats {
namespace {

TEST_CASE("an error is explained with its numbers") {
  CHECK(explain({Status::arena_too_small, 0, 7424, 7423}) ==
        "arena too small: needed 7424 bytes, given 7423");
  CHECK(explain({Status::bad_tensor_size, 3, 18, 19}) ==
        "layer 3 has a tensor of the wrong size: needed 18, given 19");
}

TEST_CASE("every status has a sentence of its own") {
  std::set<std::string> sentences;
  int statuses = 0;
  for (int number = 0; number < 256; ++number) {
    const std::string sentence = explain({static_cast<Status>(number)});
    CHECK(!sentence.empty());
    if (sentence == "unknown error") continue;
    ++statuses;
    sentences.insert(sentence);
  }
  CHECK(statuses == static_cast<int>(sentences.size()));
  CHECK(statuses >= 40);
}

}  // namespace
}  // namespace lentil::formats
