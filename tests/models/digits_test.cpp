#include "models/digits.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/robustness/reading.h"

using namespace lentil;
using formats::ModelFile;

namespace {

ModelFile shipped(const std::string& name) {
  const auto file = formats::load_model_file(LENTIL_SOURCE_DIR "/models/" + name);
  REQUIRE(file);
  return *file;
}

// Where real data are; empty: nowhere.
std::string data_folder(const char* what) {
  const char* root = std::getenv("LENTIL_DATA");
  if (root == nullptr) WARN("skipped: LENTIL_DATA is not set");
  return root == nullptr ? "" : std::string(root) + "/" + what;
}

double share(std::uint32_t right, std::uint32_t total) { return double(right) / total; }

}  // namespace

TEST_CASE("shipped models of digits say how pictures are prepared, and have digits of ours to replay") {
  for (const char* name : {"digits.lentil", "digits_synth.lentil"}) {
    const ModelFile file = shipped(name);
    const auto recipe = formats::recipe_of(file);
    REQUIRE(recipe);
    CHECK(recipe->crop);
    CHECK(recipe->box == 20);
    CHECK(file.golden.size() == 16);
    CHECK(file.replay.size() == 64);
    CHECK(file.labels.size() == 10);
    CHECK(file.training->numbers.weights_hash == weights_hash(file.model()));
  }
}

TEST_CASE("digits.lentil reads changed test images of MNIST") {
  const std::string folder = data_folder("mnist");
  if (folder.empty()) return;
  const auto data = formats::load_dataset(folder);
  REQUIRE(data);
  const ModelFile file = shipped("digits.lentil");
  for (const test::Change& change : test::changes()) {
    const test::Score score = test::read_changed(file, data->test, change, 1000);
    INFO(change.name << ": " << score.prepared << " of " << score.total);
    CHECK(share(score.prepared, score.total) >= 0.98);
  }
}

TEST_CASE("digits.lentil reads real pictures") {
  const std::string folder = data_folder("photos");
  if (folder.empty()) return;
  const auto scores = test::read_photos(shipped("digits.lentil"), folder);
  REQUIRE(scores);
  std::uint32_t right = 0, total = 0;
  for (const auto& [kind, score] : *scores) {
    if (kind == test::kPrinted) continue;
    right += score.prepared;
    total += score.total;
  }
  INFO(right << " of " << total);
  CHECK(share(right, total) >= 0.97);
}
