#include "formats/model_file.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "formats/host/file_io.h"
#include "tests/formats/sample_models.h"

namespace lentil::formats {
namespace {

std::vector<std::byte> bytes_of(const ModelFile& file) {
  const AlignedBytes bytes = write_model(file);
  return {bytes.begin(), bytes.end()};
}

std::string temporary_path(const std::string& name) {
  return (std::filesystem::temp_directory_path() / ("lentil_model_file_test_" + name)).string();
}

// If this fails, a change has broken the promise of formats/model.fbs. Mend the change, not the file.
TEST_CASE("the file of every published revision stays readable") {
  const std::vector<std::pair<std::string, ModelFile>> revisions{{"first.lentil", first_model()},
                                                                 {"second.lentil", second_model()}};
  for (const auto& [name, model] : revisions) {
    INFO(name);
    const auto file = load_model_file(LENTIL_SOURCE_DIR "/tests/formats/data/" + name);
    REQUIRE(file);
    CHECK(bytes_of(*file) == bytes_of(model));
    CHECK(weights_hash(file->model()) == 0x790936DE395548A1u);
  }
}

// How the newest file was made; for the next revision, add one beside it.
TEST_CASE("second.lentil is written to the current folder", "[.write-second]") {
  CHECK(save_model_file("second.lentil", second_model()));
}

TEST_CASE("a saved model is loaded as it was") {
  const std::string path = temporary_path("saved.lentil");
  REQUIRE(save_model_file(path, first_model()));
  const auto file = load_model_file(path);
  REQUIRE(file);
  CHECK(bytes_of(*file) == bytes_of(first_model()));
  std::filesystem::remove(path);
}

TEST_CASE("a model that could not be read again is not saved") {
  const std::string path = temporary_path("unreadable.lentil");
  ModelFile file = first_model();
  file.layers[0].tensor(Slot::weight).clear();
  const auto saved = save_model_file(path, file);
  REQUIRE(!saved);
  CHECK(saved.error().message.find("layer 0 lacks a tensor of 18 values") != std::string::npos);
  CHECK(saved.error().message.find(path) != std::string::npos);
  CHECK(!std::filesystem::exists(path));
}

TEST_CASE("loading names the file and what is wrong with it") {
  const std::string path = temporary_path("wrong.lentil");
  REQUIRE(write_file_atomically(path, std::as_bytes(std::span("GIF89a, certainly"))));
  const auto file = load_model_file(path);
  REQUIRE(!file);
  CHECK(file.error().message ==
        "cannot use '" + path + "': this is no Lentil model: the identifier LNTL is missing");
  std::filesystem::remove(path);
}

TEST_CASE("the model of a model file shows its layers") {
  const ModelFile file = first_model();
  const Model model = file.model();
  REQUIRE(model.layer_count == 8);
  CHECK(model.input == file.input);
  const Layer conv = model.layer(0);
  CHECK(conv.name == "conv1");
  CHECK(conv.inputs.size() == 1);
  CHECK(conv.tensor(Slot::weight).data() == file.layers[0].tensor(Slot::weight).data());
}

}  // namespace
}  // namespace lentil::formats
