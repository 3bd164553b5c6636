#include "formats/host/slot_files.h"

#include <csignal>
#include <filesystem>
#include <sys/resource.h>

#include "formats/host/file_io.h"
#include "formats/host/model_learner.h"
#include "tests/formats/slot_device.h"
#include "tests/support/temporary_folder.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;
using test::Device;

namespace {

struct Folder {
  test::TemporaryFolder root;
  std::string a = root.path("a.slot"), b = root.path("b.slot");

  SlotFiles files(const Device& device) const {
    auto opened = SlotFiles::open(a, b, static_cast<std::uint32_t>(device.slot_bytes()));
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }
};

}  // namespace

TEST_CASE("what was learnt comes back from files, and one of them may be cut short") {
  Device device({.corrections = 3}), reader({.corrections = 3});
  const Folder folder;
  std::uint64_t first = 0;
  {
    const SlotFiles files = folder.files(device);
    device.train();
    REQUIRE(save_learnt(files.storage(), device.learnt()));
    first = device.state();
    device.train();
    REQUIRE(save_learnt(files.storage(), device.learnt()));
  }
  {
    const SlotFiles again = folder.files(device);
    REQUIRE(load_learnt(again.storage(), reader.learnt()));
    CHECK(reader.state() == device.state());
  }
  std::filesystem::resize_file(folder.b, 100);
  const SlotFiles again = folder.files(device);
  const auto state = load_learnt(again.storage(), reader.learnt());
  REQUIRE(state);
  CHECK(state->slots[1].status == Status::slot_damaged);
  CHECK(reader.state() == first);
}

TEST_CASE("slots that two programs would write, or that are no files, are refused") {
  Device device;
  const Folder folder;
  const SlotFiles files = folder.files(device);
  const auto refusal = [&](const std::string& a, const std::string& b) {
    const auto opened = SlotFiles::open(a, b, 1000);
    REQUIRE_FALSE(opened);
    return opened.error().message;
  };
  CHECK_THAT(refusal(folder.a, folder.b), Contains("a.slot': it is in use"));
  const std::string other = folder.root.path("c.slot");
  CHECK_THAT(refusal(other, other), Contains("c.slot': it is in use"));
  CHECK_THAT(refusal(other, folder.root.path("")), Contains("it is a folder"));
  CHECK_THAT(refusal("/dev/null", other), Contains("not a regular file"));
  CHECK_THAT(refusal(folder.root.path("no/d.slot"), other), Contains("No such file"));
}

TEST_CASE("a full disk is told in the system's words and the older slot stays") {
  Device device, reader;
  const Folder folder;
  const SlotFiles files = folder.files(device);
  device.train();
  REQUIRE(save_learnt(files.storage(), device.learnt()));
  const std::uint64_t old = device.state();
  device.train();
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{300, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto saved = save_learnt(files.storage(), device.learnt());
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  REQUIRE_FALSE(saved);
  CHECK(saved.error().status == Status::storage_failed);
  CHECK(saved.error().where == 1);
  CHECK_THAT(files.failure(), Contains("cannot write") && Contains("b.slot': File too large"));
  REQUIRE(load_learnt(files.storage(), reader.learnt()));
  CHECK(reader.state() == old);
}

TEST_CASE("a learner keeps corrections and weights in files, beside a base that stays as it was") {
  const Folder folder;
  const std::string base = folder.root.path("base.lentil");
  REQUIRE(save_model_file(base, test::small_network()));
  const auto before = read_file_aligned(base);
  const auto file = open_model(*before);
  REQUIRE(file);
  const LearnerSettings settings{.corrections = 8, .batch = 4, .known = std::vector<Sample>{}};
  auto learner = ModelLearner::open(base, settings);
  REQUIRE(learner);
  const auto& plan = learner->session().plan();
  const auto bytes = static_cast<std::uint32_t>(slot_bytes(*file, plan, {.corrections = 8}));
  const auto files = SlotFiles::open(folder.a, folder.b, bytes);
  REQUIRE(files);
  for (std::uint32_t i = 0; i < 5; ++i)
    REQUIRE(learner->correct(std::span<const std::uint8_t>(test::random_bytes(36, i)), i % 4));
  REQUIRE(learner->learn());
  REQUIRE(save_learnt(files->storage(), learner->learnt(*file)));
  auto again = ModelLearner::open(base, settings);
  REQUIRE(again);
  REQUIRE(load_learnt(files->storage(), again->learnt(*file)));
  CHECK(weights_hash(again->session()) == weights_hash(learner->session()));
  CHECK(weights_hash(again->session()) != weights_hash(file->model()));
  CHECK(again->corrections() == 5);
  CHECK(std::ranges::equal(*read_file_aligned(base), *before));
}
