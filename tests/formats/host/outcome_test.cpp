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
  const std::string no_name = status_name(static_cast<Status>(255));
  std::set<std::string> sentences;
  std::size_t statuses = 0;
  for (int number = 0; number < 256; ++number) {
    const auto status = static_cast<Status>(number);
    const bool known = status_name(status) != no_name;
    INFO(status_name(status));
    CHECK((explain({status}) != "unknown error") == known);
    if (!known) continue;
    ++statuses;
    sentences.insert(explain({status}));
  }
  CHECK(statuses > 1);
  CHECK(sentences.size() == statuses);
}

}  // namespace
}  // namespace lentil::formats
