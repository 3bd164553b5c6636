#include "formats/host/file_io.h"
#include "formats/host/slot_files.h"
#include "tests/formats/slot_device.h"
#include "tests/tools/program.h"

using namespace lentil;
using namespace lentil::formats;
using namespace lentil::test;
using Catch::Contains;

namespace {

// A base and two slots of what was learnt on it.
struct OnDisk {
  TemporaryFolder folder;
  std::string base = folder.path("base.lentil"), a = folder.path("a.slot"), b = folder.path("b.slot"),
              out = folder.path("out.lentil");
  Device device;
  std::uint64_t weights = 0;  // of the last save

  explicit OnDisk(int saves) {
    REQUIRE(save_model_file(base, small_network()));
    const auto files = SlotFiles::open(a, b, static_cast<std::uint32_t>(device.slot_bytes()));
    REQUIRE(files);
    for (int i = 0; i < saves; ++i) {
      device.train();
      REQUIRE(save_learnt(files->storage(), device.learnt()));
    }
    weights = weights_hash(device.trainer().session());
  }
};

}  // namespace

TEST_CASE("convert makes one file of a base and what a device learnt") {
  const OnDisk learnt(2);
  const Ended ended =
      run_lentil({"convert", learnt.base, "--slots", learnt.a + "," + learnt.b, "-o", learnt.out});
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  CHECK_THAT(ended.out, Contains("what a device learnt: save 2") && Contains("b.slot") &&
                            Contains("2 golden samples are the same bits here") && Contains("wrote"));
  const auto merged = load_model_file(learnt.out);
  REQUIRE(merged);
  CHECK(weights_hash(merged->model()) == learnt.weights);
  const Ended none = run_lentil({"convert", learnt.base, "--slots", learnt.base, "-o", learnt.out});
  CHECK(none.code == 1);
  CHECK_THAT(none.err, Contains("nothing that was learnt can be used"));
}

TEST_CASE("inspect tells what is in a slot, and what is wrong with a damaged one") {
  const OnDisk learnt(2);
  const Ended ended = run_lentil({"inspect", learnt.b});
  REQUIRE(ended.code == 0);
  CHECK_THAT(ended.out, Contains("what a device learnt, save 2, whole") && Contains("learnt on     save 1") &&
                            Contains("of 3 layers, after 2 steps, seed 1"));
  CHECK(run_json({"inspect", learnt.a})["sequence"] == 1);
  std::string text = read_text(learnt.a);
  text[100] = static_cast<char>(text[100] ^ 1);
  write_text(learnt.a, text);
  const Ended damaged = run_lentil({"inspect", learnt.a});
  CHECK(damaged.code == 1);
  CHECK_THAT(damaged.err, Contains("is damaged") && Contains("a.slot"));
}
