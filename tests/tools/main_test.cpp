#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;
using Catch::StartsWith;

TEST_CASE("the program tells its version") {
  for (const char* option : {"--version", "-V"}) {
    const Ended ended = run_lentil({option});
    CHECK(ended.code == 0);
    CHECK_THAT(ended.out, Catch::Matches("lentil [0-9]+\\.[0-9]+\\.[0-9]+\n"));
    CHECK(ended.err.empty());
  }
}

TEST_CASE("help is a result, and lists all commands") {
  for (const char* word : {"help", "--help", "-h"}) {
    const Ended ended = run_lentil({word});
    CHECK(ended.code == 0);
    CHECK_THAT(ended.out, Contains("\n  train ") && Contains("\n  eval ") && Contains("\n  inspect ") &&
                              Contains("\n  bench ") && Contains("\n  doctor "));
    CHECK(ended.err.empty());
  }
}

TEST_CASE("no command is wrong usage and gets the help") {
  const Ended ended = run_lentil({});
  CHECK(ended.code == 2);
  CHECK(ended.out.empty());
  CHECK_THAT(ended.err, Contains("Usage: lentil COMMAND"));
}

TEST_CASE("help of a command can be asked for in two ways") {
  for (const char* command : {"train", "eval", "inspect", "bench", "doctor"}) {
    const Ended one = run_lentil({"help", command});
    const Ended other = run_lentil({command, "--help"});
    CHECK(one.code == 0);
    CHECK(other.code == 0);
    CHECK(one.out == other.out);
    CHECK_THAT(one.out, StartsWith(std::string("lentil ") + command + ": ") && Contains("Options:"));
    CHECK(one.out.find("Examples:") < one.out.find("Usage:"));
  }
}

TEST_CASE("an unknown command is wrong usage, with the nearest one named") {
  const Ended ended = run_lentil({"trian"});
  CHECK(ended.code == 2);
  CHECK(ended.out.empty());
  CHECK_THAT(ended.err, Contains("unknown command 'trian' (did you mean 'train'?)"));
  CHECK(run_lentil({"--verbose"}).code == 2);
  CHECK(run_lentil({"help", "trian"}).code == 2);
}

TEST_CASE("results that cannot be written are a failure") {
  const std::string command = LENTIL_PROGRAM " --version > /dev/full 2> /dev/null";
  const int status = std::system(command.c_str());
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
}

TEST_CASE("an instruction set that is not there is wrong usage, with those that are") {
  const Ended ended = run_lentil({"train", "--data", "synth:60,20"}, {"LENTIL_ISA=avx3"});
  CHECK(ended.code == 2);
  CHECK_THAT(ended.err, Contains("LENTIL_ISA=avx3") && Contains("baseline"));
}
