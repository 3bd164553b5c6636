// A program that trains and saves after every step, killed at random moments: what it saved is whole, and no
// older than the last that it said was saved. tests/stress/kills does it 200 times.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/host/slot_files.h"
#include "tests/formats/slot_device.h"
#include "tests/support/dice.h"
#include "tests/support/temporary_folder.h"

using namespace lentil;
using namespace lentil::formats;
using test::Device;

namespace {

struct Paths {
  test::TemporaryFolder root;
  std::string model = root.path("model.lentil"), a = root.path("a.slot"), b = root.path("b.slot");
};

std::uint64_t hash_of(Device& device) { return weights_hash(device.trainer().session()); }

SlotFiles slots_of(const Paths& paths, const Device& device) {
  auto files = SlotFiles::open(paths.a, paths.b, static_cast<std::uint32_t>(device.slot_bytes()));
  if (!files) throw std::runtime_error(files.error().message);
  return std::move(*files);
}

// Goes on where the slots are, and tells every step that is saved in both forms. Never ends by itself.
[[noreturn]] void train_for_ever(const Paths& paths, int told) {
  Device device;
  ModelFile file = test::small_network();
  const SlotFiles files = slots_of(paths, device);
  if (!load_learnt(files.storage(), device.learnt())) ::_exit(1);
  while (true) {
    device.train();
    if (!save_learnt(files.storage(), device.learnt())) ::_exit(2);
    take_weights(device.trainer().session(), file);
    file.training = TrainingRecord{};
    file.training->numbers.steps = device.trainer().steps_done();
    if (!save_model_file(paths.model, file)) ::_exit(3);
    const std::uint32_t step = device.trainer().steps_done();
    if (::write(told, &step, sizeof(step)) != sizeof(step)) ::_exit(4);
  }
}

// The last step that the program told before it was killed; 0: none.
std::uint32_t run_and_kill(const Paths& paths, std::uint32_t microseconds) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) train_for_ever(paths, ends[1]);
  ::close(ends[1]);
  ::usleep(microseconds);
  REQUIRE(::kill(child, SIGKILL) == 0);
  std::uint32_t step = 0, last = 0;
  while (::read(ends[0], &step, sizeof(step)) == sizeof(step)) last = step;
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  return last;
}

}  // namespace

TEST_CASE("killed at random moments, a program that trains has lost nothing that it saved") {
  const char* wanted = std::getenv("LENTIL_KILLS");
  const int kills = wanted == nullptr ? 20 : std::atoi(wanted);
  const Paths paths;
  Device truth, reader;
  std::map<std::uint64_t, std::uint64_t> hashes{{0, hash_of(truth)}};
  const auto expected = [&](std::uint32_t step) {
    while (truth.trainer().steps_done() < step) {
      truth.train();
      hashes[truth.trainer().steps_done()] = hash_of(truth);
    }
    return hashes.at(step);
  };
  test::Dice dice(11);
  std::uint32_t in_slots = 0, in_file = 0;
  for (int i = 0; i < kills; ++i) {
    const std::uint32_t told = run_and_kill(paths, dice.below(30'000));
    INFO("kill " << i << ", told " << told);
    REQUIRE(load_learnt(slots_of(paths, reader).storage(), reader.learnt()));
    const std::uint32_t step = reader.trainer().steps_done(), least = std::max(told, in_slots);
    CHECK((step == least || step == least + 1));
    CHECK(hash_of(reader) == expected(step));
    in_slots = step;
    if (told == 0 && in_file == 0 && !std::filesystem::exists(paths.model)) continue;
    const auto file = load_model_file(paths.model);
    REQUIRE(file);
    const auto saved = static_cast<std::uint32_t>(file->training->numbers.steps);
    CHECK(saved >= std::max(told, in_file));
    CHECK(saved <= step);
    CHECK(weights_hash(file->model()) == expected(saved));
    in_file = saved;
  }
  CHECK(in_file > 0);
  // At most what the last kill left.
  const auto entries = std::distance(std::filesystem::directory_iterator(paths.root.path("")), {});
  CHECK(entries <= 4);
}
