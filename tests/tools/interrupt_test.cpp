#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

// So many lines of log that the pipe is full long before the end: nobody can finish before the signal.
const Words kLong{"train",        "--arch", "logreg",         "--data", "synth:2000,50", "--epochs", "3",
                  "--batch-size", "1",      "--log-interval", "1"};

Words to_file(Words words, const std::string& file) {
  words.insert(words.end(), {"-o", file});
  return words;
}

}  // namespace

TEST_CASE("an interrupted training is saved and goes on to the weights of an uninterrupted one") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  Running running(to_file(kLong, file));
  running.wait_for("Train Epoch: 1 [7/2000");
  running.send(SIGINT);
  const Ended interrupted = running.finish();
  INFO(interrupted.err);
  REQUIRE(interrupted.code == 130);
  CHECK(interrupted.out.empty());
  CHECK_THAT(interrupted.err, Contains("go on with: lentil train --resume -o " + file));
  CHECK(run_json({"inspect", file})["unfinished"] == true);

  // The same once more, by the other signal and with another number of threads.
  Running resumed({"train", "--resume", "-o", file, "--threads", "3", "--log-interval", "1"});
  resumed.wait_for("Train Epoch: ");
  resumed.send(SIGTERM);
  REQUIRE(resumed.finish().code == 143);

  const auto rest = run_json({"train", "--resume", "-o", file, "-q"});
  const auto whole = run_json(to_file(
      {"train", "--arch", "logreg", "--data", "synth:2000,50", "--epochs", "3", "--batch-size", "1", "-q"},
      folder.path("whole.lentil")));
  CHECK(rest["weights_hash"] == whole["weights_hash"]);
  CHECK(rest["steps"] == 6000);
  CHECK(rest["finished"] == true);
  // Nothing of the interruption is left in the file.
  CHECK(read_text(file) == read_text(folder.path("whole.lentil")));
}

TEST_CASE("a second signal ends the program at once") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  Running running(to_file(kLong, file));
  running.wait_for("Train Epoch: 1 [7/2000");
  // The program waits for the full pipe between the two.
  usleep(200'000);
  running.send(SIGINT);
  usleep(200'000);
  running.send(SIGINT);
  CHECK(running.finish().code == 128 + SIGINT);
  CHECK(read_text(file).empty());
}
