#include "formats/model_file.h"

#include <array>
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

struct PublishedFile {
  const char* name;
  ModelFile (*contents)();
  std::uint64_t weights_hash;
};
constexpr std::array kPublished{PublishedFile{"first.lentil", first_model, 0x790936DE395548A1u},
                                PublishedFile{"second.lentil", second_model, 0x790936DE395548A1u},
                                PublishedFile{"third.lentil", third_model, 0xF7FC0AA10A2DEAE5u}};

// If this fails, a change has broken the promise of formats/model.fbs. Mend the change, not the file.
TEST_CASE("the files of all published revisions stay readable") {
  for (const PublishedFile& published : kPublished) {
    INFO(published.name);
    const auto file = load_model_file(std::string(LENTIL_SOURCE_DIR "/tests/formats/data/") + published.name);
    REQUIRE(file);
    CHECK(bytes_of(*file) == bytes_of(published.contents()));
    CHECK(weights_hash(file->model()) == published.weights_hash);
  }
}

TEST_CASE("the third published file tells its branches, constant and settings") {
  const auto file = load_model_file(LENTIL_SOURCE_DIR "/tests/formats/data/third.lentil");
  REQUIRE(file);
  const auto& layers = file->layers;
  REQUIRE(layers.size() == 17);
  CHECK(layers[0].settings.type == LayerType::sub);
  CHECK(layers[0].tensor(Slot::weight) == std::vector{0.5f, 0.25f});
  CHECK(layers[1].settings.padding == Padding{2, 1, 0, 3});
  CHECK(layers[2].settings.epsilon == 0.001f);
  CHECK(layers[2].tensor(Slot::running_var) == std::vector{1.5f, 0.75f, 2.0f, 1.0f});
  CHECK(layers[4].settings.dilation == Extent{2, 1});
  CHECK(layers[6].settings.type == LayerType::add);
  CHECK(layers[6].inputs == std::vector<std::int16_t>{3, 5});
  CHECK(layers[8].inputs == std::vector<std::int16_t>{6});
  CHECK(layers[8].settings.ceil_mode);
  CHECK(!layers[8].settings.count_include_pad);
  CHECK(layers[11].inputs == std::vector<std::int16_t>{7, 10, 7});
  CHECK(layers[12].settings.order == FlattenOrder::hwc);
  CHECK(file->normalization.mean[1] == 0.5f);
}

// How the newest file was made; for the next revision, add one beside it.
TEST_CASE("third.lentil is written to the current folder", "[.write-third]") {
  CHECK(save_model_file("third.lentil", third_model()));
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
