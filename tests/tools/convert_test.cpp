#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

const std::string kModel = LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil";
const std::string kHash = "b175d6029c1e339d";

std::string refusal(const Words& words, int code = 1) {
  const Ended ended = run_lentil(words);
  CHECK(ended.code == code);
  CHECK(ended.out.empty());
  return ended.err;
}

// The model's weights in another format, in the folder.
std::string exported(const TemporaryFolder& folder, const std::string& flag, const std::string& ending) {
  const std::string path = folder.path("weights" + ending);
  REQUIRE(run_lentil({"export", kModel, flag, "-o", path}).code == 0);
  return path;
}

}  // namespace

TEST_CASE("weights go out in every format and come back the same") {
  const TemporaryFolder folder;
  for (const auto& [flag, ending] : {std::pair{"--safetensors", ".safetensors"},
                                     {"--npz", ".npz"},
                                     {"--state-dict", ".pt"},
                                     {"--onnx", ".onnx"}}) {
    INFO(flag);
    const std::string back = folder.path("back.lentil");
    const Ended ended = run_lentil({"convert", exported(folder, flag, ending), "-o", back});
    CHECK(ended.code == 0);
    CHECK_THAT(ended.out, Contains(kHash) && Contains("give the same bits"));
    const auto verified = run_json({"verify", back, "--against", kModel, "--data", "synth:1,200"});
    CHECK(verified["largest_difference"].get<double>() <= 1e-6);
  }
}

TEST_CASE("convert says what it matched, what it assumed and what it wrote") {
  const TemporaryFolder folder;
  const std::string to = folder.path("m.lentil");
  const Ended known = run_lentil({"convert", exported(folder, "--safetensors", ".safetensors"), "-o", to});
  CHECK_THAT(known.out, Contains("matched   lenet, by the names and shapes of its tensors") &&
                            Contains("assumed   input = (pixel / 255 - 0.1307) / 0.3081; --normalize") &&
                            Contains("wrote     " + to));
  CHECK_THAT(known.out, !Contains("hint"));
  const Ended quiet = run_lentil({"convert", kModel, "-o", to, "--quiet"});
  CHECK(quiet.code == 0);
  CHECK(quiet.out.empty());
}

TEST_CASE("drawn digits tell when the input was assumed wrongly") {
  const TemporaryFolder folder;
  const std::string weights = exported(folder, "--npz", ".npz");
  const std::string line = "conv:conv1 maxpool2 relu conv:conv2 maxpool2 relu fc:fc1 relu fc:fc2 logsoftmax";
  const Ended ended = run_lentil({"convert", weights, "--arch", line, "-o", folder.path("m.lentil")});
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out, Contains("hint      drawn digits are read") && Contains("--normalize 0.1307,0.3081"));
}

TEST_CASE("convert describes the input as it is told to") {
  const TemporaryFolder folder;
  const std::string to = folder.path("m.lentil");
  CHECK(run_lentil({"convert", kModel, "-o", to, "--normalize", "0.5,0.25", "--labels", "a,b,c,d,e,f,g,h,i,j",
                    "--name", "Other"})
            .code == 0);
  const Ended shown = run_lentil({"inspect", to});
  CHECK_THAT(shown.out, Contains("(pixel / 255 - 0.5) / 0.25") && Contains("a b c d e f g h i j"));
}

TEST_CASE("a model file can lend its network to weights") {
  const TemporaryFolder folder;
  const std::string to = folder.path("m.lentil");
  const Ended ended = run_lentil({"convert", exported(folder, "--npz", ".npz"), "--arch", kModel, "-o", to});
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out, Contains("LeNet, as --arch says"));
}

TEST_CASE("convert names what it cannot use, and writes nothing then") {
  const TemporaryFolder folder;
  const std::string text = folder.path("model.onnx"), to = folder.path("m.lentil");
  write_text(text, "Real ONNX model would go here...");
  CHECK_THAT(refusal({"convert", text, "-o", to}),
             Contains("model.onnx: not a model file of a kind that can be read"));
  CHECK_THAT(refusal({"convert", folder.path("missing.pt"), "-o", to}), Contains("missing.pt"));
  CHECK_THAT(refusal({"convert", kModel, "--arch", "lennet", "-o", to}, 2),
             Contains("lennet") && Contains("lenet"));
  CHECK_THAT(refusal({"convert", kModel, "--arch", "fc:fc1", "-o", to}), Contains("its own network"));
  CHECK_THAT(refusal({"convert", kModel, "--normalize", "imagenet", "-o", to}),
             Contains("imagenet") && Contains("div255"));
  CHECK_THAT(refusal({"convert", kModel, "--labels", "one,two", "-o", to}), Contains("labels"));
  CHECK_THAT(refusal({"convert", kModel, "--rename", "conv", "-o", to}, 2), Contains("OLD=NEW"));
  CHECK_THAT(refusal({"convert", kModel, "-o", folder.path("no/such/m.lentil")}), Contains("no folder"));
  CHECK_FALSE(std::ifstream(to));
}
