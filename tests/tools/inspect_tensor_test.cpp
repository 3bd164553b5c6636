#include "formats/host/npy.h"
#include "formats/model_file.h"
#include "models/lenet.h"
#include "tests/tools/program.h"

using namespace lentil;
using namespace lentil::test;
using Catch::Contains;

namespace {

// The tutorial's network; conv1.weight counts up.
std::string save_counting(const TemporaryFolder& folder) {
  auto network = models::lenet();
  float next = 0;
  for (float& weight : network.layers[0].tensor(Slot::weight)) weight = next++;
  const std::string file = folder.path("lenet.lentil");
  REQUIRE(formats::save_model_file(file, network));
  return file;
}

}  // namespace

TEST_CASE("inspect prints one tensor as PyTorch does, below its shape and range") {
  const TemporaryFolder folder;
  const std::string file = save_counting(folder);
  const Ended part = run_lentil({"inspect", file, "conv1.weight", "--slice", "1,0,1:3"});
  CHECK(part.code == 0);
  CHECK(part.out ==
        "conv1.weight[1,0,1:3]: shape [2, 5], min 30.0000, max 39.0000, mean 34.5000\n"
        "tensor([[30., 31., 32., 33., 34.],\n"
        "        [35., 36., 37., 38., 39.]])\n");
  const Ended whole = run_lentil({"inspect", file, "conv2.weight"});
  CHECK_THAT(whole.out, Catch::StartsWith("conv2.weight: shape [20, 10, 5, 5], min 0.0000") &&
                            Contains("\ntensor([[[[0., 0., 0., 0., 0.],\n") && Contains("..."));
  const Ended none = run_lentil({"inspect", file, "fc1.bias", "--slice", "9:3"});
  CHECK(none.out == "fc1.bias[9:3]: shape [0]\ntensor([])\n");
}

TEST_CASE("inspect gives one tensor's values to scripts and to NumPy") {
  const TemporaryFolder folder;
  const std::string file = save_counting(folder), npy = folder.path("w.npy");
  const auto json = run_json({"inspect", file, "conv1.weight", "--slice", "0,0,0"});
  CHECK(json["shape"] == nlohmann::json::parse("[5]"));
  CHECK(json["values"] == nlohmann::json::parse("[0,1,2,3,4]"));
  CHECK(json["mean"] == 2);
  const Ended saved = run_lentil({"inspect", file, "conv1.weight", "--slice", "0", "--npy", npy});
  CHECK(saved.code == 0);
  CHECK(saved.out.empty());
  const auto read = formats::load_npy(npy);
  REQUIRE(read);
  CHECK(read->sizes().size() == 3);
  CHECK(read->values()[24] == 24);
}

TEST_CASE("inspect says what is wrong with a tensor's name or slice") {
  const TemporaryFolder folder;
  const std::string file = save_counting(folder);
  const Ended unknown = run_lentil({"inspect", file, "conv1.wieght"});
  CHECK(unknown.code == 1);
  CHECK_THAT(unknown.err, Contains("did you mean 'conv1.weight'?") && Contains("fc2.bias"));
  const Ended outside = run_lentil({"inspect", file, "conv1.weight", "--slice", "0,0,7"});
  CHECK(outside.code == 2);
  CHECK_THAT(outside.err, Contains("index 7 is out of range: dimension 2 has size 5"));
  const Ended nonsense = run_lentil({"inspect", file, "conv1.weight", "--slice", "0,x"});
  CHECK(nonsense.code == 2);
  CHECK_THAT(nonsense.err, Contains("index 1 (from 0)"));
  const Ended nameless = run_lentil({"inspect", file, "--slice", "0"});
  CHECK(nameless.code == 2);
  CHECK_THAT(nameless.err, Contains("need the name of a tensor"));
  const Ended unwritable = run_lentil({"inspect", file, "conv1.weight", "--npy", folder.path("no/w.npy")});
  CHECK(unwritable.code == 1);
  CHECK_THAT(unwritable.err, Contains("no/w.npy"));
}
