#include "formats/host/hold_out.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace lentil::formats;

namespace {

// Each image is its number.
Dataset numbered(std::uint32_t count) {
  Dataset data{.height = 1, .width = 2, .classes = 10, .name = "numbers", .sources = {{"n.idx", "0"}}};
  for (std::uint32_t i = 0; i < count; ++i) {
    data.pixels.insert(data.pixels.end(),
                       {static_cast<std::uint8_t>(i / 256), static_cast<std::uint8_t>(i % 256)});
    data.labels.push_back(static_cast<std::uint8_t>(i % 10));
  }
  return data;
}

std::vector<std::uint32_t> numbers(const Dataset& data) {
  std::vector<std::uint32_t> result;
  for (std::size_t i = 0; i < data.size(); ++i) {
    result.push_back(data.image(i)[0] * 256u + data.image(i)[1]);
    CHECK(data.labels[i] == result.back() % 10);
  }
  return result;
}

}  // namespace

TEST_CASE("every image is either held out or left to train, in its order and with its label") {
  const auto split = hold_out(numbered(300), 70, 5);
  REQUIRE(split);
  auto held = numbers(split->test), left = numbers(split->train);
  CHECK(held.size() == 70);
  CHECK(left.size() == 230);
  CHECK(std::ranges::is_sorted(held));
  CHECK(std::ranges::is_sorted(left));
  held.insert(held.end(), left.begin(), left.end());
  std::ranges::sort(held);
  for (std::uint32_t i = 0; i < 300; ++i) CHECK(held[i] == i);
  for (const Dataset* part : {&split->train, &split->test}) {
    CHECK(part->name == "numbers");
    CHECK(part->sources.size() == 1);
    CHECK(part->classes == 10);
  }
}

TEST_CASE("the seed alone decides which images are held out") {
  const auto held = [](std::uint64_t seed) { return numbers(hold_out(numbered(300), 70, seed)->test); };
  CHECK(held(5) == held(5));
  CHECK(held(5) != held(6));
  // Kept for ever: files of interrupted trainings rely on it.
  CHECK(numbers(hold_out(numbered(20), 5, 1)->test) == std::vector<std::uint32_t>{10, 11, 15, 16, 18});
}

TEST_CASE("nothing held out leaves the images as they were, and everything held out is refused") {
  const auto split = hold_out(numbered(30), 0, 5);
  REQUIRE(split);
  CHECK(split->train.pixels == numbered(30).pixels);
  CHECK(split->test.size() == 0);
  CHECK(hold_out(numbered(30), 29, 5)->train.size() == 1);
  const auto refused = hold_out(numbered(30), 30, 5);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Catch::Contains("30 images of numbers"));
}
