// What PyTorch makes of our files; skipped where it is missing.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
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
constexpr int kNoPyTorch = 77;

std::string module_of(const ModelFile& file) {
  const auto bytes = kPytorchExporter.write(file);
  if (!bytes) FAIL(bytes.error().message);
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

// Images as PyTorch takes them.
template <class T>
void save_images(const std::string& path, const ModelFile& file, const std::vector<T>& images) {
  const auto count = static_cast<std::int64_t>(images.size() / file.input.count());
  std::vector<std::int64_t> sizes{count, file.input.channels};
  if (file.input.plane() > 1) sizes.insert(sizes.end(), {file.input.height, file.input.width});
  REQUIRE(save_npy(path, *TensorView<const T>::over(images, sizes)));
}

template <class T>
void export_all(const std::string& name, const ModelFile& file, const std::vector<T>& images) {
  INFO(name);
  for (const Exporter* exporter :
       {&kPytorchExporter, &kSafetensorsExporter, &kNpzExporter, &kStateDictExporter}) {
    const auto bytes = exporter->write(file);
    if (!bytes) FAIL(bytes.error().message);
    REQUIRE(write_file_atomically(name + std::string(exporter->ending), *bytes));
  }
  save_images(name + "_input.npy", file, images);
  const std::vector<float> outputs = test::answers<T>(file, images);
  const auto count = static_cast<std::int64_t>(images.size() / file.input.count());
  REQUIRE(save_npy(
      name + "_output.npy",
      *TensorView<const float>::over(outputs, {count, static_cast<std::int64_t>(outputs.size()) / count})));
}

void check_in_pytorch(const test::TemporaryFolder& folder) {
  const std::string script = LENTIL_SOURCE_DIR "/tests/formats/export/check_pytorch.py";
  const int status = std::system(("'" LENTIL_PYTHON "' '" + script + "' '" + folder.path("") + "'").c_str());
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNoPyTorch) return;  // the script has said so
  CHECK(WEXITSTATUS(status) == 0);
}

// Names that are no attributes, keywords, names of PyTorch's own, layers in folders.
ModelFile oddly_named() {
  ModelFile file = *ModelBuilder("2 odd-Names!", {3, 8, 8})
                        .constant(LayerType::sub, {0.5f, 0.25f, 0.125f}, "train")
                        .conv2d("layers.0", {.out = 4, .kernel = {3, 3}, .padding = {1, 0, 1, 2}})
                        .prelu("class", 4)
                        .conv2d("layers.10.weight", {.out = 5, .kernel = {3, 3}})
                        .batch_norm("0")
                        .constant(LayerType::mul, {2}, "\"twice\"")
                        .global_avg_pool2d()
                        .linear("_modules", 3)
                        .softmax()
                        .build();
  initialize(file, 4);
  return file;
}

}  // namespace

TEST_CASE("PyTorch runs every network with a name as we do") {
  const test::TemporaryFolder folder;
  const Dataset digits = synth_dataset(kDigits, 9, SynthPart::test);
  std::vector<ModelFile> files = test::drawn_networks();
  for (ModelFile& file : test::shipped_models()) files.push_back(std::move(file));
  for (std::size_t i = 0; i < files.size(); ++i)
    export_all(folder.path("network_" + std::to_string(i)), files[i], digits.pixels);
  check_in_pytorch(folder);
}

TEST_CASE("PyTorch runs networks of every shape as we do") {
  const test::TemporaryFolder folder;
  for (const ModelFile& file : {first_model(), third_model(), oddly_named()}) {
    export_all(folder.path("sample_" + std::to_string(file.layers.size())), file,
               test::random_bytes(kImages * file.input.count(), 5));
  }
  for (std::uint32_t seed = 0; seed < kRandomNetworks; ++seed) {
    const ModelFile file = stress::random_network(seed);
    export_all(folder.path("random_" + std::to_string(seed)), file,
               test::random_floats(kImages * file.input.count(), seed));
  }
  check_in_pytorch(folder);
}

TEST_CASE("a Python module reads as one would write it") {
  const std::string text = module_of(test::network(test::kLenetSpec));
  CHECK_THAT(text, Contains("        self.conv1 = nn.Conv2d(1, 10, kernel_size=(5, 5), stride=(1, 1))\n"));
  CHECK_THAT(text, Contains("    def forward(self, x):\n        x = self.conv1(x)\n"
                            "        x = F.max_pool2d(x, 2)  # pool1\n"));
  CHECK_THAT(text, !Contains("_put") && !Contains("Constant") && !Contains("_padded"));
}

TEST_CASE("a Python module keeps what later layers read") {
  const std::string text = module_of(third_model());
  CHECK_THAT(text, Contains("x4 = F.leaky_relu(x, 0.125)  # trunk\n"));
  CHECK_THAT(text, Contains("x = x4 + x  # sum\n") || Contains("x7 = x4 + x  # sum\n"));
  CHECK_THAT(text, Contains("torch.flatten(x.permute(0, 2, 3, 1), 1)"));
}

TEST_CASE("what a model file says in texts is no code in a Python module") {
  ModelFile file = oddly_named();
  file.name = "\"\"\"\nimport os\n\"\"\"";
  file.labels = {"a\"\nimport os\n", "b\\", "c"};
  const std::string text = module_of(file);
  CHECK_THAT(text, Contains(R"(LABELS = ["a\"\nimport os\n", "b\\", "c"])"));
  CHECK_THAT(text, Contains("class importos(nn.Module)"));
  CHECK(text.find("import os\n", text.find("import os\n") + 1) == std::string::npos);
}

TEST_CASE("layers that cannot both be modules are refused by name") {
  ModelFile file = oddly_named();
  file.layers[1].name = "class.inner";
  const auto bytes = kPytorchExporter.write(file);
  REQUIRE_FALSE(bytes);
  CHECK_THAT(bytes.error().message, Contains("\"class.inner\" would lie inside of layer \"class\""));
}
