// The experiment of docs/finetune.md, shortened: docs/finetune.md says how to make the whole of it.
#include "tests/finetune/other_hand.h"
#include "tests/tools/program.h"

using namespace lentil;
using namespace lentil::test;

TEST_CASE("fifty corrections teach another hand and little is forgotten") {
  const char* data = std::getenv("LENTIL_DATA");
  if (data == nullptr) {
    WARN("skipped: LENTIL_DATA names no folder with mnist/");
    return;
  }
  const std::string mnist = std::string(data) + "/mnist";
  const auto original = formats::load_dataset(mnist);
  REQUIRE(original);
  const TemporaryFolder folder;
  REQUIRE(write_other_hand(original->train, 500, folder.path(""), "train"));
  REQUIRE(write_other_hand(original->test, 10000, folder.path(""), "t10k"));
  const auto result =
      run_json({"finetune", LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil", "--data", folder.path(""),
                "--corrections", "50", "--old", mnist, "--threads", "1", "-o", folder.path("mine.lentil")});
  CHECK(result["kept"] == true);
  CHECK(result["new"]["gain"].get<double>() >= 20);
  CHECK(result["old"]["gain"].get<double>() >= -1);
}
