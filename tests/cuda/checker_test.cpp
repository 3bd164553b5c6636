// The checker finds what it is there for.
#include "tests/cuda/checker.h"

#include <catch2/catch.hpp>
#include <functional>

#include "tests/cuda/emulator.h"

namespace lentil::cuda {
namespace {

using Floats = EmulatedBlock::Array<float>;

// What the checker says about a kernel of two blocks of four threads over eight values.
std::string first_finding(const std::function<void(const EmulatedBlock&, Floats)>& kernel,
                          bool written = false) {
  std::vector<float> values(8);
  Checker checker;
  checker.watch("values", values.data(), values.size(), sizeof(float), written);
  Threads threads(4, ThreadOrder::ascending);
  checker.start_launch();
  for (std::uint32_t b = 0; b < 2; ++b) {
    checker.start_block(static_cast<std::int32_t>(b));
    const EmulatedBlock block(checker, threads, b, 2);
    kernel(block, block.array(values.data()));
  }
  return checker.findings().empty() ? "" : checker.findings()[0];
}
const Catch::Matchers::StdString::ContainsMatcher no_barrier = Catch::Contains("no barrier between them");

}  // namespace

TEST_CASE("threads that keep to their own values are no finding") {
  CHECK(first_finding([](const EmulatedBlock& block, Floats x) {
          const Floats own = x.from(block.index() * 4);
          block.each(4, [&](std::int32_t i) { own.set(i, 1); });
          block.region(4, [&](std::int32_t i) { own.set(i, own.get(i) + 1); });
          block.region(4, [&](std::int32_t i) { own.set(3 - i, 3); });
        }) == "");
}
TEST_CASE("a value that nobody wrote is a finding") {
  CHECK_THAT(first_finding([](const EmulatedBlock& block, Floats x) {
               block.region(1, [&](std::int32_t) { x.set(1, x.get(0)); });
             }),
             Catch::Contains("values[0]: read, but nobody wrote it (block 0, thread 0, barrier 0)"));
}
TEST_CASE("places before and behind an array are a finding") {
  for (const std::int32_t place : {-1, 8}) {
    CHECK_THAT(first_finding([&](const EmulatedBlock& block, Floats x) {
                 block.region(1, [&](std::int32_t) { x.set(place, 1); });
               }),
               Catch::Contains("outside of the array"));
  }
  CHECK_THAT(first_finding([](const EmulatedBlock& block, Floats) {
               float elsewhere = 0;
               block.region(1, [&](std::int32_t) { block.array(&elsewhere).set(0, 1); });
             }),
             Catch::Contains("no known array"));
}
TEST_CASE("a value read before a barrier follows its writing is a finding") {
  CHECK_THAT(first_finding([](const EmulatedBlock& block, Floats x) {
               block.each(4, [&](std::int32_t i) { x.set(i, 1); });
               block.region(4, [&](std::int32_t i) { x.set(i + 4, x.get(3 - i)); });
             }),
             no_barrier && Catch::StartsWith("values[3]: written by thread 3 and read"));
}
TEST_CASE("a value overwritten while others may still read it is a finding") {
  CHECK_THAT(first_finding(
                 [](const EmulatedBlock& block, Floats x) {
                   block.each(4, [&](std::int32_t) { x.get(0); });
                   block.region(1, [&](std::int32_t) { x.set(0, 1); });
                 },
                 true),
             no_barrier && Catch::StartsWith("values[0]: read by several threads and written"));
}
TEST_CASE("a value that two threads write is a finding") {
  CHECK_THAT(first_finding([](const EmulatedBlock& block, Floats x) {
               block.region(4, [&](std::int32_t) { x.set(0, 1); });
             }),
             no_barrier && Catch::StartsWith("values[0]: written by thread 0, too"));
}
TEST_CASE("a value that every thread writes outside of a loop is a finding") {
  CHECK_THAT(first_finding([](const EmulatedBlock&, Floats x) { x.set(0, 1); }),
             Catch::Contains("written outside of a loop"));
}
TEST_CASE("blocks that meet in one value are a finding") {
  CHECK_THAT(first_finding([](const EmulatedBlock& block, Floats x) {
               block.region(1, [&](std::int32_t) { x.set(0, 1); });
             }),
             Catch::Contains("used by another block and written"));
  CHECK_THAT(first_finding([](const EmulatedBlock& block, Floats x) {
               block.region(1, [&](std::int32_t) { block.index() == 0 ? x.set(0, 1) : void(x.get(0)); });
             }),
             Catch::Contains("written by block 0 and read by another one"));
}
TEST_CASE("a barrier inside a loop is a finding") {
  CHECK_THAT(first_finding([](const EmulatedBlock& block, Floats) {
               block.region(1, [&](std::int32_t) { block.barrier(); });
             }),
             Catch::Contains("a barrier inside a loop"));
}
TEST_CASE("every order of threads visits every element once") {
  for (const ThreadOrder order : {ThreadOrder::ascending, ThreadOrder::descending, ThreadOrder::shuffled}) {
    Checker checker;
    Threads threads(7, order);
    const EmulatedBlock block(checker, threads, 0, 1);
    for (int loop = 0; loop < 3; ++loop) {
      std::vector<int> visits(20);
      block.region(20, [&](std::int32_t i) { ++visits[static_cast<std::size_t>(i)]; });
      CHECK(visits == std::vector<int>(20, 1));
    }
  }
}

}  // namespace lentil::cuda
