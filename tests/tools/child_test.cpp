#include "tools/child.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <unistd.h>

#include "tools/stop.h"
#include "tools/timing.h"

using namespace lentil::tools;
using Catch::Contains;

namespace {

std::string failure_of(double seconds, const std::function<std::string()>& work) {
  const auto answer = in_child("the driver", seconds, work);
  REQUIRE_FALSE(answer);
  return answer.error().message;
}

}  // namespace

TEST_CASE("what a child has found out comes back, however long") {
  const std::string text(1'000'000, 'x');
  int here = 0;
  const auto answer = in_child("the driver", 60, [&] {
    here = 1;
    return text;
  });
  REQUIRE(answer);
  CHECK(*answer == text);
  CHECK(here == 0);
  CHECK(*in_child("the driver", 60, [] { return std::string(); }) == "");
}

TEST_CASE("a child that hangs is ended when the time is up") {
  const Stopwatch watch;
  const std::string failure = failure_of(0.2, [] {
    for (;;) pause();
    return std::string();
  });
  CHECK_THAT(failure, Contains("the driver has not answered within 0.2 s"));
  CHECK(watch.seconds() < 30);
}

TEST_CASE("a child that crashes, leaves or stops is told from one that answers") {
  CHECK_THAT(failure_of(60,
                        [] {
                          raise(SIGKILL);
                          return std::string();
                        }),
             Contains("signal 9"));
  CHECK_THAT(failure_of(60, []() -> std::string { _exit(3); }), Contains("exit code 3"));
  CHECK(failure_of(60, []() -> std::string { fail("why it stopped"); }) == "why it stopped");
}
