// Real model files of other people, if LENTIL_DATA names a folder that has them: each is converted with what
// its author's source says (wild/manifest.json), and then reads exactly as many of MNIST's test images as it
// should, or is refused where it cannot be right.
#include <cstdlib>

#include "tests/tools/program.h"

using namespace lentil::test;
using Json = nlohmann::json;
using Catch::Contains;

namespace {

// Why a file may be refused: it is no float model, or only there to test a reader.
bool may_be_refused(const Json& entry) {
  const std::string verdict = entry.value("converter", "");
  const bool fixture = verdict == "format fixture" || verdict == "companion";
  return fixture || verdict.starts_with("refuse") || verdict.starts_with("optional");
}

// KMNIST's pictures are not at hand, and a guess is no test.
bool has_count(const Json& entry) {
  return entry.contains("expected_correct_of_10000") && entry["expected_correct_of_10000"].is_number() &&
         entry.value("dataset", "MNIST") == "MNIST" && entry["name"] != "georgbasler_kmnist.pth";
}

Words convert_words(const Json& entry, const std::string& from, const std::string& to) {
  Words words{"convert", from, "-o", to};
  const auto add = [&](const char* option, const char* key) {
    if (!entry.contains(key) || !entry[key].is_string()) return;
    words.push_back(option);
    words.push_back(entry[key].get<std::string>());
  };
  add("--arch", "spec");
  add("--normalize", "input_scaling");
  return words;
}

}  // namespace

TEST_CASE("real files of other people convert and read as many digits as they should, or are refused") {
  const char* const data = std::getenv("LENTIL_DATA");
  std::ifstream manifest(data == nullptr ? std::string() : std::string(data) + "/wild/manifest.json");
  if (data == nullptr || !manifest) {
    WARN("skipped: LENTIL_DATA names no folder with wild/manifest.json");
    return;
  }
  const std::string root = data;
  const TemporaryFolder folder;
  std::size_t counted = 0;
  const Json files = Json::parse(manifest)["files"];
  for (const Json& entry : files) {
    const std::string name = entry["name"], to = folder.path(name + ".lentil");
    INFO(name);
    const Ended converted = run_lentil(convert_words(entry, root + "/wild/" + name, to));
    if (converted.code != 0) {
      CHECK(converted.code == 1);
      CHECK(may_be_refused(entry));
      CHECK_THAT(converted.err, Contains(name));
      continue;
    }
    CHECK_THAT(converted.out, Contains("give the same bits"));
    if (!has_count(entry)) continue;
    const Json result = run_json({"eval", to, "--data", root + "/mnist"});
    CHECK(result["correct"] == entry["expected_correct_of_10000"]);
    ++counted;
  }
  CHECK(counted >= 58);
}
