// Real files of other people, if LENTIL_DATA names a folder that has them: every tensor's values against the
// hashes that an independent reader made.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sha2.h>

#include "formats/import/importer.h"

using namespace lentil;
using namespace lentil::formats;
using Json = nlohmann::json;

namespace {

std::string hash16(const std::vector<float>& values) {
  SHA2_CTX context;
  SHA256Init(&context);
  SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float));
  std::array<char, SHA256_DIGEST_STRING_LENGTH> text;
  return std::string(SHA256End(&context, text.data()), 16);
}

bool is_left_out(const std::string& name) {
  return name.starts_with("optimizer") || name.find("num_batches_tracked") != std::string::npos ||
         name.find("fake_quant") != std::string::npos ||
         name.find("activation_post_process") != std::string::npos;
}

// The manifest names tensors from the file's root.
std::string without_wrapper(const std::string& name) {
  for (const std::string wrapper : {"model_state_dict.", "state_dict.", "net.module.", "model."}) {
    if (name.starts_with(wrapper)) return name.substr(wrapper.size());
  }
  return name;
}

void check_tensors(const Json& expected, const WeightFile& weights) {
  std::size_t compared = 0;
  for (const Json& tensor : expected) {
    const std::string name = without_wrapper(tensor["name"]);
    if (is_left_out(name)) continue;
    const NamedTensor* const found = weights.find(name);
    INFO(name);
    REQUIRE(found != nullptr);
    CHECK(found->shape == tensor["dims"].get<std::vector<std::uint32_t>>());
    CHECK(hash16(found->values) == tensor["sha256_f32_16"]);
    ++compared;
  }
  CHECK(compared == weights.tensors.size());
}

}  // namespace

TEST_CASE("torch files of other people give the tensors that an independent reader found") {
  const char* const data = std::getenv("LENTIL_DATA");
  if (data == nullptr) {
    WARN("skipped: LENTIL_DATA names no folder with wild/manifest.json");
    return;
  }
  const std::string folder = std::string(data) + "/wild/";
  std::ifstream text(folder + "manifest.json");
  REQUIRE(text);
  std::size_t read = 0;
  const Json manifest = Json::parse(text);
  for (const Json& file : manifest["files"]) {
    const std::string name = file["name"];
    const std::string kind = file["format"]["kind"];
    if (!kind.starts_with("torch") && kind != "plain-pickle") continue;
    INFO(name);
    const auto imported = import_file(folder + name);
    if (name == "lucaskup_optimizer.pth" || name == "v2000_quant_sd.pt") {
      REQUIRE_FALSE(imported);
      CHECK_THAT(imported.error().message,
                 Catch::Contains("optimizer's state") || Catch::Contains("quantised"));
      continue;
    }
    if (!imported) FAIL(imported.error().message);
    check_tensors(file["tensors"], std::get<WeightFile>(imported->contents));
    ++read;
  }
  CHECK(read > 30);
}
