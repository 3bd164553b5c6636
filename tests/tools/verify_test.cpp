#include "formats/host/npy.h"
#include "formats/host/npz.h"
#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

const std::string kModel = LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil";
const std::string kData = "synth:1,300";

// The model, fed in another way.
std::string fed(const TemporaryFolder& folder, const Words& how) {
  const std::string path = folder.path("fed.lentil");
  Words words{"convert", kModel, "-o", path};
  words.insert(words.end(), how.begin(), how.end());
  REQUIRE(run_lentil(words).code == 0);
  return path;
}

void write_outputs(const std::string& path, const std::string& name, const lentil::formats::Tensor<>& table) {
  const auto bytes = lentil::formats::write_npy(table.view());
  const std::vector<lentil::formats::NpzMember> members{{name, bytes}};
  REQUIRE(lentil::formats::save_npz(path, members));
}

}  // namespace

TEST_CASE("a model agrees with itself in every layer") {
  const Ended ended = run_lentil({"verify", kModel, "--against", kModel, "--data", kData});
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out, Contains("PASS") && Contains("top-1 equal   300/300") && Contains("conv1 0e+00"));
  const auto json = run_json({"verify", kModel, "--against", kModel, "--data", kData, "--images", "50"});
  CHECK(json["a"]["total"] == 50);
  CHECK(json["pass"] == true);
  CHECK(json["layers"].size() == 11);  // dropout does nothing
}

TEST_CASE("verify finds the mistake in the input and the first layer that differs") {
  const TemporaryFolder folder;
  const std::string other = fed(folder, {"--normalize", "0.5,0.5"});
  const Ended ended = run_lentil({"verify", other, "--against", kModel, "--data", kData});
  CHECK(ended.code == 1);
  CHECK_THAT(ended.out, Contains("DIFFERENT") && Contains("'conv1' is the first to differ") &&
                            Contains("agrees if it is given") && Contains("--normalize 0.1307,0.3081"));
}

TEST_CASE("verify finds inverted ink") {
  const TemporaryFolder folder;
  const std::string other = fed(folder, {"--normalize", "0.1307,0.3081", "--invert"});
  const Ended ended = run_lentil({"verify", other, "--against", kModel, "--data", kData});
  CHECK(ended.code == 1);
  CHECK_THAT(ended.out, Contains("different layers") && Contains("dark ink on white"));
}

TEST_CASE("verify finds mirrored pictures") {
  const TemporaryFolder folder;
  const std::string safetensors = folder.path("m.safetensors"), mirrored = folder.path("mirrored.npz");
  const auto transposed = [&] {
    const std::string npz = folder.path("m.npz");
    REQUIRE(run_lentil({"export", kModel, "--npz", "-o", npz}).code == 0);
    const auto archive = lentil::formats::NpzReader::open(npz);
    REQUIRE(archive);
    std::vector<std::vector<std::byte>> files;
    std::vector<lentil::formats::NpzMember> members;
    for (const std::string& name : archive->names()) {
      auto tensor = *lentil::formats::read_npy<float>(*archive->read(name));
      if (name == "conv1.weight") {
        auto values = tensor.values();
        for (std::size_t k = 0; k < values.size(); k += 25) {
          for (std::size_t y = 0; y < 5; ++y)
            for (std::size_t x = 0; x < y; ++x) std::swap(values[k + y * 5 + x], values[k + x * 5 + y]);
        }
      }
      files.push_back(lentil::formats::write_npy(tensor.view()));
    }
    for (std::size_t i = 0; i < files.size(); ++i) members.push_back({archive->names()[i], files[i]});
    REQUIRE(lentil::formats::save_npz(mirrored, members));
  };
  transposed();
  const Ended ended = run_lentil({"verify", kModel, "--against", mirrored, "--data", kData});
  CHECK(ended.code == 1);
  CHECK_THAT(ended.out, Contains("mirrored at the diagonal"));
}

TEST_CASE("weights alone are taken for the network that they are compared with") {
  const TemporaryFolder folder;
  const std::string weights = folder.path("m.safetensors");
  REQUIRE(run_lentil({"export", kModel, "--safetensors", "-o", weights}).code == 0);
  const Ended ended = run_lentil({"verify", kModel, "--against", weights, "--data", kData});
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out, Contains("|d p|         max 0.0e+00"));
}

TEST_CASE("outputs that another program wrote down serve as well") {
  const TemporaryFolder folder;
  const std::string path = folder.path("outputs.npz");
  lentil::formats::Tensor<> table({20, 10}, 0.1f);
  write_outputs(path, "probabilities", table);
  const Ended ended = run_lentil({"verify", kModel, "--against", path, "--data", kData});
  CHECK(ended.code == 1);
  CHECK_THAT(ended.out, Contains("/20") && Contains("none of the usual mistakes"));
  write_outputs(path, "logits", lentil::formats::Tensor<>({20, 7}));
  const Ended refused = run_lentil({"verify", kModel, "--against", path, "--data", kData});
  CHECK(refused.code == 1);
  CHECK_THAT(refused.err, Contains("'logits'") && Contains("10 columns"));
  write_outputs(path, "logits", lentil::formats::Tensor<>({400, 10}));
  CHECK_THAT(run_lentil({"verify", kModel, "--against", path, "--data", kData}).err, Contains("400 images"));
}

TEST_CASE("verify says what it needs") {
  CHECK(run_lentil({"verify", kModel}).code == 2);
  CHECK_THAT(run_lentil({"verify", kModel, "--against", "none.pt"}).err, Contains("none.pt"));
  CHECK(run_lentil({"verify", kModel, "--against", kModel, "--data", "nowhere"}).code == 1);
}
