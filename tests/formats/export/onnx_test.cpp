// What ONNX Runtime, and our own importer, make of our files.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <sys/wait.h>

#include "formats/host/file_io.h"
#include "formats/host/npy.h"
#include "tests/formats/export/exported_models.h"
#include "tests/support/temporary_folder.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;

namespace {

constexpr std::uint32_t kDigits = 1000, kImages = 5, kRandomNetworks = 150;
constexpr int kNoRuntime = 77;

std::vector<std::byte> onnx_of(const ModelFile& file) {
  auto bytes = kOnnxExporter.write(file);
  if (!bytes) FAIL(bytes.error().message);
  return std::move(*bytes);
}

bool has_dilated_average(const ModelFile& file) {
  return std::ranges::any_of(file.layers, [](const LayerData& layer) {
    return layer.settings.type == LayerType::avg_pool2d && layer.settings.dilation != Extent{};
  });
}

// Floats as the graph takes them: those that the normalisation makes of them are `images`.
std::vector<float> before_normalization(const ModelFile& file, std::vector<float> images) {
  const Model model = file.model();
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto channel = static_cast<std::uint32_t>(i / file.input.plane() % file.input.channels);
    const std::size_t n = model.normalization_index(channel);
    images[i] = images[i] * model.normalization.std[n] + model.normalization.mean[n];
  }
  return images;
}

template <class T>
void save_values(const std::string& path, const std::vector<T>& values, std::size_t count) {
  const auto rows = static_cast<std::int64_t>(count);
  REQUIRE(save_npy(
      path, *TensorView<const T>::over(values, {rows, static_cast<std::int64_t>(values.size()) / rows})));
}

void export_network(const std::string& name, const ModelFile& file, const std::vector<std::uint8_t>& images) {
  const std::size_t count = images.size() / file.input.count();
  REQUIRE(write_file_atomically(name + ".onnx", onnx_of(file)));
  save_values(name + "_input.npy", images, count);
  save_values(name + "_output.npy", test::answers<std::uint8_t>(file, images), count);
}

void export_network(const std::string& name, const ModelFile& file, const std::vector<float>& images) {
  const std::size_t count = images.size() / file.input.count();
  REQUIRE(write_file_atomically(name + ".onnx", onnx_of(file)));
  save_values(name + "_input.npy", before_normalization(file, images), count);
  save_values(name + "_output.npy", test::answers<float>(file, images), count);
}

void check_in_runtime(const test::TemporaryFolder& folder) {
  const char* given = std::getenv("LENTIL_PYTHON_ONNXRUNTIME");
  const std::string python = given == nullptr ? LENTIL_PYTHON_ONNXRUNTIME : given;
  const std::string script = LENTIL_SOURCE_DIR "/tests/formats/export/check_onnx.py";
  const int status = std::system(("'" + python + "' '" + script + "' '" + folder.path("") + "'").c_str());
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNoRuntime) return;  // the script has said so
  CHECK(WEXITSTATUS(status) == 0);
}

std::vector<ModelFile> named_networks() {
  std::vector<ModelFile> files = test::drawn_networks();
  for (ModelFile& file : test::shipped_models()) files.push_back(std::move(file));
  return files;
}

ModelFile reimported(const ModelFile& file) {
  const std::vector<std::byte> bytes = onnx_of(file);
  const auto imported = import_source({"again.onnx", AlignedBytes(bytes)});
  if (!imported) FAIL(imported.error().message);
  return std::get<ModelFile>(imported->contents);
}

// Parameters in order, as they are; constants of the normalisation left out.
std::vector<std::vector<float>> parameters_of(const ModelFile& file) {
  std::vector<std::vector<float>> all;
  for (const LayerData& layer : file.layers) {
    if (is_arithmetic(layer.settings.type)) continue;
    for (const auto& tensor : layer.tensors) {
      if (!tensor.empty()) all.push_back(tensor);
    }
  }
  return all;
}

std::vector<std::string> parameter_names(const ModelFile& file) {
  std::vector<std::string> names;
  for (const LayerData& layer : file.layers) {
    if (!is_arithmetic(layer.settings.type) && !layer.tensor(Slot::weight).empty())
      names.push_back(layer.name);
  }
  return names;
}

void check_round_trip(const ModelFile& file, const std::vector<float>& images) {
  const ModelFile again = reimported(file);
  const auto before = parameters_of(file), after = parameters_of(again);
  REQUIRE(before.size() == after.size());
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(test::same_bits(before[i], after[i]));
  CHECK(parameter_names(file) == parameter_names(again));
  CHECK(file.labels == again.labels);
  CHECK(file.name == again.name);
  CHECK(file.licence == again.licence);
  CHECK(file.description == again.description);
  const auto expected = test::answers<float>(file, images),
             found = test::answers<float>(again, before_normalization(file, images));
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == Approx(expected[i]).epsilon(1e-4).margin(1e-4));
}

}  // namespace

TEST_CASE("ONNX Runtime runs every network with a name as we do") {
  const test::TemporaryFolder folder;
  const Dataset digits = synth_dataset(kDigits, 9, SynthPart::test);
  const auto files = named_networks();
  for (std::size_t i = 0; i < files.size(); ++i) {
    // Pixels of another picture size are any.
    const bool drawn = digits.pixels.size() == kDigits * files[i].input.count();
    export_network(folder.path("network_" + std::to_string(i)), files[i],
                   drawn ? digits.pixels : test::random_bytes(kImages * files[i].input.count(), 5));
  }
  check_in_runtime(folder);
}

TEST_CASE("ONNX Runtime runs networks of every shape as we do") {
  const test::TemporaryFolder folder;
  for (const ModelFile& file : {first_model(), third_model()}) {
    export_network(folder.path("sample_" + std::to_string(file.layers.size())), file,
                   test::random_bytes(kImages * file.input.count(), 5));
  }
  for (std::uint32_t seed = 0; seed < kRandomNetworks; ++seed) {
    const ModelFile file = stress::random_network(seed);
    if (has_dilated_average(file)) continue;
    export_network(folder.path("random_" + std::to_string(seed)), file,
                   test::random_floats(kImages * file.input.count(), seed));
  }
  check_in_runtime(folder);
}

TEST_CASE("an ONNX file that comes back has the same weights under the same names") {
  for (const ModelFile& file : named_networks())
    check_round_trip(file, test::random_floats(file.input.count(), 3));
  for (std::uint32_t seed = 0; seed < kRandomNetworks; ++seed) {
    CAPTURE(seed);
    const ModelFile file = stress::random_network(seed);
    if (!has_dilated_average(file))
      check_round_trip(file, test::random_floats(kImages * file.input.count(), seed));
  }
}

TEST_CASE("the same network gives the same ONNX file") {
  CHECK(onnx_of(third_model()) == onnx_of(third_model()));
}

TEST_CASE("what ONNX cannot say is refused by the layer's name") {
  const auto file = *ModelBuilder("holes").avg_pool2d({.kernel = {2, 2}, .dilation = {2, 2}}, "wide").build();
  const auto bytes = kOnnxExporter.write(file);
  REQUIRE_FALSE(bytes);
  CHECK_THAT(bytes.error().message, Contains("\"wide\"") && Contains("dilated"));
}
